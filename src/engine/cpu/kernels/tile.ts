/** The tile that the multiplying kernels keep in registers: some rows by 16 columns. */

/** Output channels of a panel, and channels of a block in the blocked layout. */
export const panelColumns = 16;
const mostVectors = 2;

/** Vectors of a row of the tile. With few lanes a tile is narrower, and covers the columns in several passes. */
export function vectorsPerRow(lanes: number): number {
  return Math.min(mostVectors, panelColumns / lanes);
}

/** Steps of an unrolled loop: the largest divisor of `count` up to the longest unrolling that pays. */
export function unrolling(count: number, longest: number): number {
  for (let steps = Math.min(count, longest); steps > 1; steps--) if (count % steps === 0) return steps;
  return 1;
}

/** As few tiles as cover the rows, of about equal size, the larger ones first. */
export function evenTiles(rows: number, most: number): number[] {
  const tiles = Math.ceil(rows / most);
  return Array.from({ length: tiles }, (_, tile) => Math.ceil((rows - tile) / tiles));
}
