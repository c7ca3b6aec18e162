/** The tile that the multiplying kernels keep in registers: rows by 16 columns, a row in two vectors of 8 lanes. */

export const tileRows = 6;
/** Output channels of a panel, and channels of a block in the blocked layout. */
export const panelColumns = 16;
/** Vectors of a row of the tile. With fewer lanes a tile is narrower, and covers the columns in several passes. */
export const vectorsPerTile = 2;

/** Steps of an unrolled loop: the largest divisor of `count` up to the longest unrolling that pays. */
export function unrolling(count: number, longest: number): number {
  for (let steps = Math.min(count, longest); steps > 1; steps--) if (count % steps === 0) return steps;
  return 1;
}
