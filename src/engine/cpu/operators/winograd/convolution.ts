/** A convolution, or its input's gradient, by Winograd's minimal filtering: transform, multiply, transform back. */
import { panelColumns } from '../../kernels/tile.ts';
import type { Builder } from '../../plan/builder.ts';
import type { Operation } from '../../plan/operations.ts';
import type { ImageTensor } from '../../plan/tensors.ts';
import { planOuter, planProduct } from './products.ts';
import { planImage, planTiles } from './tiles.ts';
import { imageGroups, transformed, type ImageGroup, type Tiling, type Transformed } from './tiling.ts';
import { planWeights } from './weights.ts';

/** Bytes of transformed tiles and products that a group of images may take: they should stay in the caches. */
const groupBytes = 8 << 20;
/** Tiles that the gradient of weights sums before it writes its sums to memory: fewer would mostly move them. */
const gradientTiles = 288;

export interface WinogradConvolution {
  readonly tiling: Tiling;
  readonly from: ImageTensor;
  readonly slotBytes: number;
  /** Byte offset of the first tile's corner from an image's first pixel. */
  readonly cornerBytes: number;
  readonly to: ImageTensor;
  /** Address of the weights, packed for direct convolution. */
  readonly weights: number;
  /** Address, 0 for none. */
  readonly bias: number;
  readonly rectify: boolean;
}

/** Byte offset of the pixel `padding` above and to the left of an image's first. */
export function cornerBytes({ lineBytes, pixelBytes }: ImageTensor, padding: number): number {
  return -padding * (lineBytes + pixelBytes);
}

/** The transformed weights, and what makes them: to be run when the weights have changed. */
export function planTransformedWeights(
  builder: Builder,
  { tiling, from, to, weights }: Pick<WinogradConvolution, 'tiling' | 'from' | 'to' | 'weights'>,
): { readonly points: Transformed; readonly operation: Operation } {
  const size = { size: tiling.size, blocks: to.blocks, rows: from.blocks * panelColumns };
  const points = transformed(builder.allocate(transformed(0, size).bytes), size);
  return { points, operation: planWeights(builder, 'winogradWeights', { weights, points, tiling }) };
}

/** The operations, group by group of images. `plain` adds the one that a fused ReLU's reader needs. */
export function planWinograd(
  builder: Builder,
  convolution: WinogradConvolution,
  weights: Transformed,
): { readonly operations: readonly Operation[]; readonly plain: readonly Operation[] } {
  const { tiling, from, slotBytes, to, bias, rectify } = convolution;
  const imageBytes = tiling.size ** 2 * tiling.tiles * (from.blocks + to.blocks) * panelColumns * 4;
  const groups = imageGroups(builder.batchSize, Math.floor(groupBytes / imageBytes));
  const operations: Operation[] = [];
  const plain: Operation[] = [];
  for (const group of groups) {
    const [a, c] = scratchFor(builder, tiling, group, [from.blocks, to.blocks]);
    const corner = { slotBytes, cornerBytes: convolution.cornerBytes };
    const before = [
      planTiles(builder, 'inputs', { image: from, ...corner, points: a, tiling, group }),
      planProduct(builder, { a, b: weights, c, tiling, group }),
    ];
    const after = { points: c, image: to, bias, tiling, group };
    operations.push(...before, planImage(builder, after, rectify));
    plain.push(...before, planImage(builder, after, false, builder.spareKernel));
  }
  return { operations, plain };
}

/** Tiles of a group at their points, for each number of blocks in turn, in memory that all convolutions share. */
function scratchFor(
  builder: Builder,
  { size, tiles }: Tiling,
  group: ImageGroup,
  blocks: readonly number[],
): Transformed[] {
  const { evenTileRows } = builder;
  const rows = Math.ceil((group.count * tiles) / evenTileRows) * evenTileRows;
  const shapes = blocks.map((count) => transformed(0, { size, blocks: count, rows }));
  let address = builder.scratch(shapes.reduce((all, { bytes }) => all + bytes, 0));
  return shapes.map((shape) => {
    const placed = { ...shape, address };
    address += shape.bytes;
    return placed;
  });
}

export interface WinogradWeightGradient {
  readonly tiling: Tiling;
  readonly from: ImageTensor;
  readonly slotBytes: number;
  readonly cornerBytes: number;
  /** The output's gradient. */
  readonly gradient: ImageTensor;
  /** Address of the weights' gradient, packed for direct convolution. */
  readonly weightGradient: number;
}

/** The gradient of the weights: at every point a sum over all tiles, transformed back at the end. */
export function planWinogradGradient(builder: Builder, plan: WinogradWeightGradient): Operation[] {
  const { tiling, from, slotBytes, gradient, weightGradient } = plan;
  const groups = imageGroups(builder.batchSize, Math.ceil(gradientTiles / tiling.tiles));
  const sumSize = { size: tiling.size, blocks: gradient.blocks, rows: from.blocks * panelColumns };
  const sumBytes = transformed(0, sumSize).bytes;
  const c = transformed(builder.scratch(sumBytes), sumSize);
  const operations: Operation[] = [];
  for (const group of groups) {
    const [a, b] = scratchFor(builder, tiling, group, [from.blocks, gradient.blocks]).map((points) => ({
      ...points,
      address: points.address + sumBytes,
    }));
    builder.scratch(b.address + b.bytes - c.address);
    const corner = { slotBytes, cornerBytes: plan.cornerBytes };
    operations.push(
      planTiles(builder, 'inputs', { image: from, ...corner, points: a, tiling, group }),
      planTiles(builder, 'gradients', {
        image: gradient,
        slotBytes: 0,
        cornerBytes: 0,
        points: b,
        tiling,
        group,
      }),
      planOuter(builder, { a, b, c, tiling, group }),
    );
  }
  const back = { weights: weightGradient, points: c, tiling };
  return [...operations, planWeights(builder, 'winogradWeightGradient', back)];
}
