/** What objdump (GNU binutils) reads in bytes, as one line an instruction. */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Memory, Operand } from '../../../../../src/engine/cpu/assembler/x64/operands.ts';

/** Why tests that need it are skipped, or false. */
export const objdumpMissing =
  spawnSync('objdump', ['--version']).status === 0 ? false : 'objdump (binutils) is not installed';

/** The instructions in Intel's syntax, with one space between words. */
export function disassemble(bytes: readonly number[]): string[] {
  const folder = mkdtempSync(join(tmpdir(), 'objdump-'));
  try {
    const file = join(folder, 'code');
    writeFileSync(file, Uint8Array.from(bytes));
    const args = ['-D', '-b', 'binary', '-m', 'i386:x86-64', '-M', 'intel', '--no-show-raw-insn', '-w', file];
    const { stdout } = spawnSync('objdump', args, { encoding: 'utf8', maxBuffer: 2 ** 28 });
    const lines = stdout.matchAll(/^ +[0-9a-f]+:\t(.*)$/gm);
    return [...lines].map(([, text]) => text!.trim().replace(/\s+/g, ' '));
  } finally {
    rmSync(folder, { recursive: true });
  }
}

const names64 = 'rax rcx rdx rbx rsp rbp rsi rdi r8 r9 r10 r11 r12 r13 r14 r15'.split(' ');
const names32 = 'eax ecx edx ebx esp ebp esi edi r8d r9d r10d r11d r12d r13d r14d r15d'.split(' ');

export const r64 = (register: number): string => names64[register]!;
export const r32 = (register: number): string => names32[register]!;
export const xmm = (register: number): string => `xmm${register}`;
export const ymm = (register: number): string => `ymm${register}`;
export const zmm = (register: number): string => `zmm${register}`;

function hex(value: number): string {
  return value < 0 ? `-0x${(-value).toString(16)}` : `+0x${value.toString(16)}`;
}

/** An operand as objdump writes it: `size` is the word before an address. */
export function operandText(operand: Operand, register: (n: number) => string, size: string): string {
  if (typeof operand === 'number') return register(operand);
  const { base, index, displacement } = operand;
  const scaled = index === undefined ? '' : `+${r64(index)}*1`;
  // A base of rbp or r13 always has a displacement, if only of 0.
  const needless = displacement === 0 && (base & 7) !== 5;
  return `${size} [${r64(base)}${scaled}${needless ? '' : hex(displacement)}]`;
}

/** Every form of address: bases and indices that are special (rsp, rbp, r12, r13), and displacements of each length. */
export function addresses(): Memory[] {
  const displacements = [
    0,
    4,
    64,
    -64,
    124,
    127,
    128,
    252,
    -128,
    -132,
    508,
    512,
    8128,
    8192,
    -8192,
    100_000,
    2 ** 31 - 4,
  ];
  const places: Omit<Memory, 'displacement'>[] = [
    ...[0, 4, 5, 7, 8, 12, 13, 15].map((base) => ({ base })),
    ...[
      [0, 1],
      [0, 5],
      [5, 12],
      [13, 15],
      [12, 13],
      [8, 0],
      [4, 8],
    ].map(([base, index]) => ({ base: base!, index: index! })),
  ];
  return places.flatMap((place) => displacements.map((displacement) => ({ ...place, displacement })));
}
