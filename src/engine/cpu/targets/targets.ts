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

/** The most rows of a tile in registers. */
export interface TileRows {
  /** Where each row has an address of its own, in a register too. */
  readonly tileRows: number;
  /** Where rows lie at constant distances, so that one address does for all. */
  readonly evenTileRows: number;
}

/** What emitters and plans have to know of a target. Results do not depend on it. */
export interface TargetShape extends TileRows {
  /** float32 values of a vector. */
  readonly lanes: 4 | 8 | 16;
}

export const targetShapes: Readonly<Record<CpuTarget, TargetShape>> = {
  'x64-avx512': { lanes: 16, tileRows: 12, evenTileRows: 16 },
  'x64-avx2': { lanes: 8, tileRows: 6, evenTileRows: 6 },
  'wasm-256': { lanes: 8, tileRows: 6, evenTileRows: 6 },
  'wasm-128': { lanes: 4, tileRows: 6, evenTileRows: 6 },
};

export function tileRowsOf(target: CpuTarget): TileRows {
  const { tileRows, evenTileRows } = targetShapes[target];
  return { tileRows, evenTileRows };
}

export function isWasm(target: CpuTarget): target is WasmTarget {
  return target === 'wasm-256' || target === 'wasm-128';
}
