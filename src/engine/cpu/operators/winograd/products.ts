/** The products at each of Winograd's points: tiles times weights, and tiles times output gradients. */
import { productKernel } from '../../kernels/product.ts';
import { evenTiles, panelColumns, unrolling } from '../../kernels/tile.ts';
import type { Builder } from '../../plan/builder.ts';
import type { Context } from '../../threads/context.ts';
import { share } from '../../threads/control.ts';
import { presentImages, type ImageGroup, type Tiling, type Transformed } from './tiling.ts';

const rowBytes = panelColumns * 4;
const longestUnroll = 16;

/** At each point, c [blocks][tiles][16] = a [blocks][tiles][16] times b [blocks][rows][16], a panel of 16 columns each. */
export interface WinogradProductOperation {
  readonly kind: 'winogradProduct';
  readonly a: Transformed;
  readonly b: Transformed;
  readonly c: Transformed;
  readonly tiling: Tiling;
  readonly group: ImageGroup;
  readonly tileRows: number;
  readonly kernel: string;
}

type Operands = Pick<WinogradProductOperation, 'a' | 'b' | 'c' | 'tiling' | 'group'>;

/** Rows of A and C are a multiple of the tile's, so that the last tile may go beyond those in use. */
export function planProduct(builder: Builder, operands: Operands): WinogradProductOperation {
  const { blockBytes } = operands.a;
  const tileRows = builder.evenTileRows;
  const kernel = productKernel({
    tiles: [tileRows],
    steps: panelColumns,
    aRowBytes: rowBytes,
    aStepBytes: 4,
    aBlockBytes: blockBytes,
    aGroupBytes: tileRows * rowBytes,
    start: 'zero',
  });
  return { kind: 'winogradProduct', ...operands, tileRows, kernel: builder.kernel(kernel) };
}

/** A unit of work is a panel of 16 columns at a point. */
function forEachPanel(c: Transformed, context: Context, visit: (point: number, panel: number) => void): void {
  const [begin, end] = share(c.size ** 2 * c.blocks, context.thread, context.threads);
  for (let unit = begin; unit < end; unit++) visit(Math.floor(unit / c.blocks), unit % c.blocks);
}

export function runProduct(operation: WinogradProductOperation, context: Context): void {
  const { a, b, c, tiling, group } = operation;
  const kernel = context.kernels[operation.kernel];
  const rows = presentImages(group, context.command.count) * tiling.tiles;
  if (rows === 0) return;
  const tiles = Math.ceil(rows / operation.tileRows);
  forEachPanel(c, context, (point, panel) =>
    kernel(
      a.address + point * a.pointBytes,
      b.address + point * b.pointBytes + panel * b.blockBytes,
      c.address + point * c.pointBytes + panel * c.blockBytes,
      tiles,
      a.blocks,
    ),
  );
}

/** At each point, c [out blocks][in channels][16] (+)= the sum over tiles of a [in blocks][tiles][16] times b [out blocks][tiles][16]. */
export interface WinogradOuterOperation {
  readonly kind: 'winogradOuter';
  readonly a: Transformed;
  readonly b: Transformed;
  readonly c: Transformed;
  readonly tiling: Tiling;
  readonly group: ImageGroup;
  /** Blocks of k in an image. */
  readonly imageBlocks: number;
  readonly kernel: string;
}

/** The first group starts from zero, the others add. */
export function planOuter(builder: Builder, operands: Operands): WinogradOuterOperation {
  const { a, tiling, group } = operands;
  const steps = unrolling(tiling.tiles, longestUnroll);
  const kernel = productKernel({
    tiles: evenTiles(panelColumns, builder.evenTileRows),
    steps,
    aRowBytes: 4,
    aStepBytes: rowBytes,
    aBlockBytes: steps * rowBytes,
    aGroupBytes: a.blockBytes,
    start: group.first === 0 ? 'zero' : 'output',
  });
  const imageBlocks = tiling.tiles / steps;
  return { kind: 'winogradOuter', ...operands, imageBlocks, kernel: builder.kernel(kernel) };
}

export function runOuter(operation: WinogradOuterOperation, context: Context): void {
  const { a, b, c, group, imageBlocks } = operation;
  const kernel = context.kernels[operation.kernel];
  const images = presentImages(group, context.command.count);
  if (images === 0) return;
  forEachPanel(c, context, (point, panel) =>
    kernel(
      a.address + point * a.pointBytes,
      b.address + point * b.pointBytes + panel * b.blockBytes,
      c.address + point * c.pointBytes + panel * c.blockBytes,
      a.blocks,
      images * imageBlocks,
    ),
  );
}
