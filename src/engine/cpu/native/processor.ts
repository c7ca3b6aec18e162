/**
 * What the processor can do, and the system lets programs use, as the processor itself says: CPUID and XGETBV (Intel 64
 * and IA-32 Architectures Software Developer's Manual, volume 1, sections 13.3 and 14.3).
 */
import * as code from '../assembler/x64/general.ts';
import { general, type Register } from '../assembler/x64/operands.ts';
import { makeExecutable } from './executable.ts';
import type { Koffi } from './koffi.ts';
import type { SystemMemory } from './systemMemory.ts';

export interface Processor {
  /** AVX2 and FMA, on 256-bit registers. */
  readonly avx2: boolean;
  /** AVX-512F, on 512-bit registers. */
  readonly avx512: boolean;
}

interface Leaf {
  readonly eax: number;
  readonly ebx: number;
  readonly ecx: number;
  readonly edx: number;
}

/** Calls of CPUID and XGETBV. */
export interface ProcessorQueries {
  cpuid(leaf: number, part: number): Leaf;
  /** The lower word of XCR0. Only where CPUID says that the system has turned it on. */
  enabledStates(): number;
}

const bits = {
  leaf1: { fma: 12, osxsave: 27, avx: 28 },
  leaf7: { avx2: 5, avx512f: 16 },
} as const;
/** SSE and AVX registers; the same with masks and all of AVX-512's. */
const states = { avx: 0x06, avx512: 0xe6 } as const;

function has(word: number, ...positions: readonly number[]): boolean {
  return positions.every((position) => ((word >>> position) & 1) === 1);
}

export function readProcessor({ cpuid, enabledStates }: ProcessorQueries): Processor {
  const { fma, osxsave, avx } = bits.leaf1;
  if (cpuid(0, 0).eax < 7 || !has(cpuid(1, 0).ecx, fma, osxsave, avx)) return { avx2: false, avx512: false };
  const enabled = enabledStates();
  const extensions = cpuid(7, 0).ebx;
  const avx2 = has(extensions, bits.leaf7.avx2) && (enabled & states.avx) === states.avx;
  const avx512 = has(extensions, bits.leaf7.avx512f) && (enabled & states.avx512) === states.avx512;
  return { avx2, avx512: avx2 && avx512 };
}

const { rax, rcx, rdx, rbx, rdi, r11 } = general;

/** A function of the address of four words: in come leaf and part, out go the four registers. */
function cpuidCode(argument: Register): number[] {
  const word = (index: number): { base: Register; displacement: number } => ({
    base: r11,
    displacement: index * 4,
  });
  return [
    // CPUID overwrites rbx, which has to be kept, and rcx, which may be the argument.
    ...code.push(rbx),
    ...code.move64(r11, argument),
    ...code.load32(rax, word(0)),
    ...code.load32(rcx, word(1)),
    ...code.cpuid(),
    ...[rax, rbx, rcx, rdx].flatMap((register, index) => code.store32(word(index), register)),
    ...code.pop(rbx),
    ...code.returnFromCall(),
  ];
}

/** A function of the address of a word: XCR0's lower one. */
function xgetbvCode(argument: Register): number[] {
  return [
    ...code.move64(r11, argument),
    ...code.set32(rcx, 0),
    ...code.xgetbv(),
    ...code.store32({ base: r11, displacement: 0 }, rax),
    ...code.returnFromCall(),
  ];
}

/** Runs the queries on this processor, an x86-64 one. Throws where the system refuses an executable page. */
export function processorQueries(koffi: Koffi, system: SystemMemory): ProcessorQueries {
  const argument = process.platform === 'win32' ? rcx : rdi;
  const words = new Uint32Array(new ArrayBuffer(16));
  const run = (bytes: readonly number[]): void => {
    const { address, release } = makeExecutable(koffi, system, Uint8Array.from(bytes));
    try {
      koffi.call(address, koffi.proto('void', ['int64']), Number(koffi.address(words.buffer)));
    } finally {
      release();
    }
  };
  return {
    cpuid(leaf, part) {
      words.set([leaf, part]);
      run(cpuidCode(argument));
      const [eax, ebx, ecx, edx] = words;
      return { eax, ebx, ecx, edx };
    },
    enabledStates() {
      run(xgetbvCode(argument));
      return words[0];
    },
  };
}
