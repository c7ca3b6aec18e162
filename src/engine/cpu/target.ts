/**
 * Which machine code the engine emits: WebAssembly with pairs of v128 that V8 widens to AVX2 registers, or with single
 * ones. Each candidate must first give the right answer to a small multiplication; then the faster one is taken.
 */
import v8 from 'node:v8';
import type { KernelSource } from './assembler/vector.ts';
import { assembleModule } from './assembler/wasm.ts';
import { gemmKernel, tableEntryBytes, type GemmShape } from './kernels/gemm.ts';
import { panelColumns, tileRows } from './kernels/tile.ts';
import { instantiate, type Instance } from './threads/instance.ts';

export type CpuTarget = 'wasm-256' | 'wasm-128';

export const cpuTargets: readonly CpuTarget[] = ['wasm-256', 'wasm-128'];

export interface TargetReport {
  readonly target: CpuTarget;
  /** Whether it runs here and gives right answers. */
  readonly available: boolean;
  readonly reason: string;
  /** Of one thread, on a tile whose operands are in the first-level cache. */
  readonly gigaflops?: number;
}

/** float32 values of a vector. */
export const targetLanes: Readonly<Record<CpuTarget, 4 | 8>> = { 'wasm-256': 8, 'wasm-128': 4 };

// Must happen before V8 compiles the first kernel. Kernels are then optimised from their first call on, not when they
// have run long enough: the first steps are as fast as the rest.
v8.setFlagsFromString('--experimental-wasm-revectorize');
v8.setFlagsFromString('--no-wasm-dynamic-tiering');

const steps = 256;
/** The tile that is checked and timed. */
export const checkShape: GemmShape = {
  rows: tileRows,
  run: 16,
  lines: 1,
  lineBytes: 64,
  blockBytes: 64,
  start: 'bias',
  rectify: false,
};
const addresses = { table: 0, bias: 1024, a: 4096, b: 16384, c: 49152 } as const;
const pages = 2;
const timedTiles = 100;
const timedMilliseconds = 4;
const timedRounds = 10;

/** Examines both targets; once in a process. */
export const examineTargets = once(() => measureAll(cpuTargets.map((target) => examineTarget(target))));

/** The fastest target that gives right answers. Without WebAssembly SIMD there is none. */
export function fastestTarget(): TargetReport | undefined {
  const usable = examineTargets().filter((report) => report.available);
  return usable.toSorted((a, b) => (b.gigaflops ?? 0) - (a.gigaflops ?? 0))[0];
}

function once<T>(make: () => T): () => T {
  let made: { readonly value: T } | undefined;
  return () => (made ??= { value: make() }).value;
}

export interface Examined {
  readonly report: TargetReport;
  /** Absent where the target cannot be used. */
  readonly instance?: Instance;
}

/** The known-answer check of a target, with the engine's kernel or another in its place. */
export function examineTarget(target: CpuTarget, kernel: KernelSource = gemmKernel(checkShape)): Examined {
  try {
    const instance = checkInstance(target, kernel);
    if (answersRight(instance))
      return { report: { target, available: true, reason: describe(target) }, instance };
    return { report: { target, available: false, reason: 'failed the known-answer check' } };
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    return { report: { target, available: false, reason } };
  }
}

/**
 * Times the usable targets in turn, so that whatever else the machine does falls on all of them. By the end the kernel
 * is optimised code, which is checked once more.
 */
function measureAll(examined: readonly Examined[]): TargetReport[] {
  const best = examined.map(() => 0);
  for (let round = 0; round < timedRounds; round++) {
    examined.forEach(({ instance }, index) => {
      if (instance) best[index] = Math.max(best[index], measure(instance));
    });
  }
  return examined.map(({ report, instance }, index) => {
    if (!instance) return report;
    if (answersRight(instance)) return { ...report, gigaflops: best[index] };
    return { ...report, available: false, reason: 'failed the known-answer check once it was optimised' };
  });
}

function describe(target: CpuTarget): string {
  return target === 'wasm-256'
    ? 'WebAssembly, vectors in pairs for V8 to widen to 256 bits'
    : 'WebAssembly, vectors of 128 bits';
}

function checkInstance(target: CpuTarget, kernel: KernelSource): Instance {
  const memory = new WebAssembly.Memory({ initial: pages, maximum: pages, shared: true });
  const module = new WebAssembly.Module(assembleModule([kernel], targetLanes[target], pages));
  const instance = instantiate(module, memory);
  for (let row = 0; row < tileRows; row++) {
    const entry = (addresses.table + row * tableEntryBytes) / 4;
    instance.words[entry] = row * steps * 4;
    instance.words[entry + 1] = row * panelColumns * 4;
  }
  for (let index = 0; index < tileRows * steps; index++)
    instance.floats[addresses.a / 4 + index] = wave(index, 7);
  for (let index = 0; index < panelColumns * steps; index++)
    instance.floats[addresses.b / 4 + index] = wave(index, 5);
  for (let column = 0; column < panelColumns; column++) instance.floats[addresses.bias / 4 + column] = column;
  return instance;
}

/** Small numbers of changing sign. */
function wave(index: number, period: number): number {
  return ((index % period) - (period - 1) / 2) / period + (index % 11) / 64;
}

function runTile({ kernels }: Instance): void {
  const { table, bias, a, b, c } = addresses;
  kernels[gemmKernel(checkShape).name](table, 1, b, bias, a, c, steps / checkShape.run);
}

function answersRight(instance: Instance): boolean {
  runTile(instance);
  const { floats } = instance;
  for (let row = 0; row < tileRows; row++) {
    for (let column = 0; column < panelColumns; column++) {
      let expected = floats[addresses.bias / 4 + column];
      for (let k = 0; k < steps; k++) {
        expected +=
          floats[addresses.a / 4 + row * steps + k] * floats[addresses.b / 4 + k * panelColumns + column];
      }
      const got = floats[addresses.c / 4 + row * panelColumns + column];
      if (!(Math.abs(got - expected) <= 1e-4 * Math.max(1, Math.abs(expected)))) return false;
    }
  }
  return true;
}

/** The best of several short runs, in 1e9 floating-point operations a second. */
function measure(instance: Instance): number {
  const operations = timedTiles * tileRows * panelColumns * steps * 2;
  let best = 0;
  const end = performance.now() + timedMilliseconds;
  while (performance.now() < end) {
    const start = performance.now();
    for (let tile = 0; tile < timedTiles; tile++) runTile(instance);
    best = Math.max(best, operations / (performance.now() - start) / 1e6);
  }
  return best;
}
