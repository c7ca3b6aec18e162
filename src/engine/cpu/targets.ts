/** The kinds of machine code that the engine can emit. */

export type WasmTarget = 'wasm-256' | 'wasm-128';
export type X64Target = 'x64-avx512' | 'x64-avx2';
export type CpuTarget = X64Target | WasmTarget;

/** From the one that is tried first to the last resort. */
export const cpuTargets = [
  'x64-avx512',
  'x64-avx2',
  'wasm-256',
  'wasm-128',
] as const satisfies readonly CpuTarget[];

/** What the emitters have to know of a target. Results do not depend on it. */
export interface TargetShape {
  /** float32 values of a vector. */
  readonly lanes: 4 | 8 | 16;
  /** Rows of the tile that the multiplying kernels keep in registers, as many as these allow. */
  readonly tileRows: number;
}

export const targetShapes: Readonly<Record<CpuTarget, TargetShape>> = {
  'x64-avx512': { lanes: 16, tileRows: 12 },
  'x64-avx2': { lanes: 8, tileRows: 6 },
  'wasm-256': { lanes: 8, tileRows: 6 },
  'wasm-128': { lanes: 4, tileRows: 6 },
};

export function isWasm(target: CpuTarget): target is WasmTarget {
  return target === 'wasm-256' || target === 'wasm-128';
}
