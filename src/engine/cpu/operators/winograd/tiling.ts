/** How an image is cut into Winograd's tiles, and how their transforms lie in memory. */
import { panelColumns } from '../../kernels/tile.ts';

/** Output tiles of `m` × `m` pixels for a kernel of `r` × `r`. */
export interface Tiling {
  readonly m: number;
  readonly r: number;
  /** Points of the transform in each direction. */
  readonly size: number;
  readonly rows: number;
  readonly columns: number;
  /** Tiles of an image. */
  readonly tiles: number;
}

export function tilingOf(
  m: number,
  r: number,
  { height, width }: { readonly height: number; readonly width: number },
): Tiling {
  const [rows, columns] = [Math.ceil(height / m), Math.ceil(width / m)];
  return { m, r, size: m + r - 1, rows, columns, tiles: rows * columns };
}

/**
 * A transformed tensor, [size * size points][blocks][rows][16]: for images a row is a tile, for weights and their
 * gradient an input channel.
 */
export interface Transformed {
  readonly address: number;
  readonly size: number;
  readonly blocks: number;
  readonly rows: number;
  readonly pointBytes: number;
  readonly blockBytes: number;
  readonly bytes: number;
}

export function transformed(
  address: number,
  { size, blocks, rows }: Pick<Transformed, 'size' | 'blocks' | 'rows'>,
): Transformed {
  const blockBytes = rows * panelColumns * 4;
  // An odd number of cache lines: a tile's points then fall into different sets of the first-level cache.
  const lines = (blocks * blockBytes) / 64;
  const pointBytes = (lines + ((lines + 1) % 2)) * 64;
  return { address, size, blocks, rows, pointBytes, blockBytes, bytes: size * size * pointBytes };
}

/** Distances between points and rows, for the transform kernel. */
export function pointStrides({ size, pointBytes }: Transformed): {
  readonly rowBytes: number;
  readonly columnBytes: number;
  readonly tileBytes: number;
} {
  return { rowBytes: size * pointBytes, columnBytes: pointBytes, tileBytes: panelColumns * 4 };
}

/** Images that are transformed together: [first, first + count) of the batch. */
export interface ImageGroup {
  readonly first: number;
  readonly count: number;
}

/** Cuts a batch into groups of at most `most` images, of about equal size. */
export function imageGroups(batchSize: number, most: number): ImageGroup[] {
  const groups = Math.ceil(batchSize / Math.max(1, most));
  const begin = (group: number): number => Math.floor((batchSize * group) / groups);
  return Array.from({ length: groups }, (_, group) => ({
    first: begin(group),
    count: begin(group + 1) - begin(group),
  }));
}

/** How many of a group's images a command has. */
export function presentImages({ first, count }: ImageGroup, images: number): number {
  return Math.max(0, Math.min(count, images - first));
}
