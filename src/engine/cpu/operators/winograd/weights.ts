/** Winograd's transforms of weights to the points, and of the points' gradients back to weights. */
import { transformKernel, type TileStrides } from '../../kernels/transform.ts';
import { panelColumns } from '../../kernels/tile.ts';
import type { Builder } from '../../plan/builder.ts';
import type { Context } from '../../threads/context.ts';
import { share } from '../../threads/control.ts';
import { planMap, type PlannedMap } from './map.ts';
import { pointStrides, type Tiling, type Transformed } from './tiling.ts';

const rowBytes = panelColumns * 4;

/** Between weights, packed [out blocks][in blocks][r][r][16][16], and points, [out blocks][in channels][16] at each. */
export interface WinogradWeightsOperation {
  readonly kind: 'winogradWeights' | 'winogradWeightGradient';
  readonly weights: number;
  /** Bytes of the weights between two blocks. */
  readonly pairBytes: number;
  readonly points: Transformed;
  readonly inBlocks: number;
  readonly map: PlannedMap;
  readonly kernel: string;
}

export function planWeights(
  builder: Builder,
  kind: WinogradWeightsOperation['kind'],
  operands: Pick<WinogradWeightsOperation, 'weights' | 'points'> & { readonly tiling: Tiling },
): WinogradWeightsOperation {
  const { weights, points, tiling } = operands;
  const { r, size } = tiling;
  const pixelBytes = panelColumns * rowBytes;
  const packed: TileStrides = { rowBytes: r * pixelBytes, columnBytes: pixelBytes, tileBytes: rowBytes };
  const toPoints = kind === 'winogradWeights';
  const map = planMap(builder, tiling, toPoints ? 'weights' : 'weightGradients');
  const kernel = transformKernel({
    ...map.shape,
    from: toPoints ? packed : pointStrides(points),
    to: toPoints ? pointStrides(points) : packed,
    rows: toPoints ? size : r,
    columns: toPoints ? size : r,
    bias: false,
    rectify: false,
  });
  return {
    kind,
    weights,
    pairBytes: r * r * pixelBytes,
    points,
    inBlocks: points.rows / panelColumns,
    map: map.planned,
    kernel: builder.kernel(kernel),
  };
}

/** A unit of work is a pair of an output block and an input block. */
export function runWeights(operation: WinogradWeightsOperation, context: Context): void {
  const { weights, pairBytes, points, inBlocks, map } = operation;
  const kernel = context.kernels[operation.kernel];
  const scratch = map.scratch + context.thread * map.scratchBytes;
  const [begin, end] = share(points.blocks * inBlocks, context.thread, context.threads);
  for (let pair = begin; pair < end; pair++) {
    const block =
      Math.floor(pair / inBlocks) * points.blockBytes + (pair % inBlocks) * panelColumns * rowBytes;
    const [packed, atPoints] = [weights + pair * pairBytes, points.address + block];
    const [from, to] = operation.kind === 'winogradWeights' ? [packed, atPoints] : [atPoints, packed];
    kernel(from, to, panelColumns, map.constants, scratch, 0);
  }
}
