/** Winograd's transforms between images and tiles' points. */
import type { Builder } from '../../plan/builder.ts';
import { transformKernel, type TransformShape } from '../../kernels/transform.ts';
import { panelColumns } from '../../kernels/tile.ts';
import { firstPixel, type ImageTensor } from '../../plan/tensors.ts';
import type { Context } from '../../threads/context.ts';
import { share } from '../../threads/control.ts';
import { planMap, type PlannedMap } from './map.ts';
import { pointStrides, presentImages, type ImageGroup, type Tiling, type Transformed } from './tiling.ts';

/** Transforms the tiles of a group of images; which of Winograd's matrices, the plan says. */
export interface WinogradTilesOperation {
  readonly kind: 'winogradTiles';
  readonly image: ImageTensor;
  readonly slotBytes: number;
  /** Byte offset of the first tile's corner from an image's first pixel. */
  readonly cornerBytes: number;
  readonly points: Transformed;
  readonly tiling: Tiling;
  readonly group: ImageGroup;
  readonly map: PlannedMap;
  readonly kernel: string;
}

export function planTiles(
  builder: Builder,
  matrix: 'inputs' | 'gradients',
  operands: Pick<
    WinogradTilesOperation,
    'image' | 'slotBytes' | 'cornerBytes' | 'points' | 'tiling' | 'group'
  >,
): WinogradTilesOperation {
  const { image, points, tiling } = operands;
  const map = planMap(builder, tiling, matrix);
  const kernel = builder.kernel(
    transformKernel({
      ...map.shape,
      from: tileStrides(image, tiling),
      to: pointStrides(points),
      rows: tiling.size,
      columns: tiling.size,
      bias: false,
      rectify: false,
    }),
  );
  return { kind: 'winogradTiles', ...operands, map: map.planned, kernel };
}

function tileStrides({ lineBytes, pixelBytes }: ImageTensor, { m }: Tiling): TransformShape['from'] {
  return { rowBytes: lineBytes, columnBytes: pixelBytes, tileBytes: m * pixelBytes };
}

/** A unit of work is a row of tiles in a block of channels of an image. */
function forEachRowOfTiles(
  { image, tiling, group }: Pick<WinogradTilesOperation, 'image' | 'tiling' | 'group'>,
  context: Context,
  visit: (image: number, block: number, row: number) => void,
): void {
  const { blocks } = image;
  const units = presentImages(group, context.command.count) * blocks * tiling.rows;
  const [begin, end] = share(units, context.thread, context.threads);
  for (let unit = begin; unit < end; unit++) {
    const plane = Math.floor(unit / tiling.rows);
    visit(Math.floor(plane / blocks), plane % blocks, unit % tiling.rows);
  }
}

function rowAddress(
  { points, tiling }: WinogradTilesOperation | WinogradImageOperation,
  image: number,
  block: number,
  row: number,
): number {
  const firstTile = image * tiling.tiles + row * tiling.columns;
  return points.address + block * points.blockBytes + firstTile * panelColumns * 4;
}

export function runTiles(operation: WinogradTilesOperation, context: Context): void {
  const { image, tiling, group, map } = operation;
  const kernel = context.kernels[operation.kernel];
  const scratch = map.scratch + context.thread * map.scratchBytes;
  const corner = context.command.slot * operation.slotBytes + operation.cornerBytes;
  forEachRowOfTiles(operation, context, (index, block, row) => {
    const pixel = firstPixel(image, (group.first + index) * image.blocks + block);
    kernel(
      pixel + corner + row * tiling.m * image.lineBytes,
      rowAddress(operation, index, block, row),
      tiling.columns,
      map.constants,
      scratch,
      0,
    );
  });
}

/** Transforms points back to a group of images, adds the bias and applies the ReLU. */
export interface WinogradImageOperation {
  readonly kind: 'winogradImage';
  readonly points: Transformed;
  readonly image: ImageTensor;
  /** Of each block's bias, 0 for none. */
  readonly bias: number;
  readonly tiling: Tiling;
  readonly group: ImageGroup;
  readonly map: PlannedMap;
  /** For whole tiles, and those that the image's right end cuts; in whole rows of tiles, and in the cut last one. */
  readonly kernels: readonly [whole: CutKernels, last: CutKernels];
}

interface CutKernels {
  readonly whole: string;
  readonly cut: string;
}

export function planImage(
  builder: Builder,
  operands: Pick<WinogradImageOperation, 'points' | 'image' | 'bias' | 'tiling' | 'group'>,
  rectify: boolean,
  register: Builder['kernel'] = builder.kernel,
): WinogradImageOperation {
  const { image, points, tiling } = operands;
  const { m } = tiling;
  const map = planMap(builder, tiling, 'outputs');
  const kernel = (rows: number, columns: number): string =>
    register(
      transformKernel({
        ...map.shape,
        from: pointStrides(points),
        to: tileStrides(image, tiling),
        rows,
        columns,
        bias: operands.bias !== 0,
        rectify,
      }),
    );
  const [lastRows, lastColumns] = [
    image.height - (tiling.rows - 1) * m,
    image.width - (tiling.columns - 1) * m,
  ];
  const kernels = (rows: number): CutKernels => ({ whole: kernel(rows, m), cut: kernel(rows, lastColumns) });
  return {
    kind: 'winogradImage',
    ...operands,
    map: map.planned,
    kernels: [kernels(m), kernels(lastRows)],
  };
}

export function runImage(operation: WinogradImageOperation, context: Context): void {
  const { image, tiling, group, map, kernels, bias } = operation;
  const scratch = map.scratch + context.thread * map.scratchBytes;
  const whole = tiling.columns - 1;
  forEachRowOfTiles(operation, context, (index, block, row) => {
    const names = kernels[row === tiling.rows - 1 ? 1 : 0];
    const from = rowAddress(operation, index, block, row);
    const to =
      firstPixel(image, (group.first + index) * image.blocks + block) + row * tiling.m * image.lineBytes;
    const blockBias = bias === 0 ? 0 : bias + block * panelColumns * 4;
    if (whole > 0) context.kernels[names.whole](from, to, whole, map.constants, scratch, blockBias);
    const [lastFrom, lastTo] = [from + whole * panelColumns * 4, to + whole * tiling.m * image.pixelBytes];
    context.kernels[names.cut](lastFrom, lastTo, 1, map.constants, scratch, blockBias);
  });
}
