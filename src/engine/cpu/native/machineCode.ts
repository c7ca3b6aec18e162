/** Whether this process can run x86-64 code that it writes itself, and with what. */
import type { X64Target } from '../targets/targets.ts';
import type { IsaLimit } from './isaLimit.ts';
import { loadKoffi, type Koffi } from './koffi.ts';
import { processorQueries, readProcessor, type Processor } from './processor.ts';
import { systemMemory, type SystemMemory } from './systemMemory.ts';

export interface MachineCode {
  readonly koffi: Koffi;
  readonly system: SystemMemory;
  readonly processor: Processor;
}

/** Why not. `ordinary`: as it is on such machines, nothing that somebody should be told of. */
export interface NoMachineCode {
  readonly refused: string;
  readonly ordinary: boolean;
}

const platforms: readonly NodeJS.Platform[] = ['linux', 'darwin', 'win32'];

let found: MachineCode | NoMachineCode | undefined;

/** Looks once in a process. */
export function machineCode(): MachineCode | NoMachineCode {
  return (found ??= findMachineCode());
}

function findMachineCode(): MachineCode | NoMachineCode {
  if (process.arch !== 'x64' || !platforms.includes(process.platform)) {
    return { refused: `not on ${process.platform} ${process.arch}`, ordinary: true };
  }
  try {
    const koffi = loadKoffi();
    const system = systemMemory(koffi);
    return { koffi, system, processor: readProcessor(processorQueries(koffi, system)) };
  } catch (error) {
    return { refused: firstLine(error), ordinary: false };
  }
}

/** Messages of a missing package go on with where it was looked for. */
function firstLine(error: unknown): string {
  return (error instanceof Error ? error.message : String(error)).split('\n')[0];
}

/** Why the processor, or ALEXNET_ISA, rules a target out; undefined where neither does. */
export function ruledOut(
  target: X64Target,
  { avx2, avx512 }: Processor,
  limit: IsaLimit | undefined,
): string | undefined {
  if (target === 'x64-avx512' && limit === 'avx2') return 'ALEXNET_ISA is avx2';
  const [has, name] = target === 'x64-avx512' ? [avx512, 'AVX-512'] : [avx2, 'AVX2 and FMA'];
  return has ? undefined : `the processor, or the system, has no ${name}`;
}
