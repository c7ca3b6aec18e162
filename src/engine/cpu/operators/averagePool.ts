/** Average pooling, with fixed windows or adaptive ones, forward and backward, a plane of 16 channels at a time. */
import type { Window } from '../../../network/windows.ts';
import { averageFactors, averagePoolKernel } from '../kernels/pool.ts';
import { spansOf } from '../kernels/spans.ts';
import type { Builder } from '../plan/builder.ts';
import { floatConstants } from '../plan/builder.ts';
import type { ImageNode } from '../plan/nodes.ts';
import { firstPixel, imageTensor, planeAddress, type ImageTensor } from '../plan/tensors.ts';
import type { Context } from '../threads/context.ts';
import { forEachPlane } from './forEachPlane.ts';

export interface AveragePoolOperation {
  readonly kind: 'averagePool' | 'averagePoolBackward';
  readonly kernel: string;
  /** The larger and the smaller image: values forward, gradients backward. */
  readonly large: ImageTensor;
  readonly small: ImageTensor;
  readonly factors: number;
}

export interface AveragePoolPlan {
  readonly output: ImageNode;
  readonly forward: AveragePoolOperation;
  readonly backward: readonly AveragePoolOperation[];
}

export function planAveragePool(
  builder: Builder,
  input: ImageNode,
  windows: { readonly rows: readonly Window[]; readonly columns: readonly Window[] },
  halo: { readonly before: number; readonly after: number },
): AveragePoolPlan {
  const spans = { rows: spansOf(windows.rows), columns: spansOf(windows.columns) };
  const size = {
    channels: input.value.channels,
    height: windows.rows.length,
    width: windows.columns.length,
  };
  const factors = floatConstants(builder, averageFactors(spans));
  const operation = (
    direction: 'forward' | 'backward',
    large: ImageTensor,
    small: ImageTensor,
  ): Omit<AveragePoolOperation, 'kind'> => {
    const shape = { ...spans, largeLineBytes: large.lineBytes, smallLineBytes: small.lineBytes };
    return { kernel: builder.kernel(averagePoolKernel(direction, shape)), large, small, factors };
  };
  const value = imageTensor(builder.allocate, builder.batchSize, size, halo);
  const forward: AveragePoolOperation = { kind: 'averagePool', ...operation('forward', input.value, value) };
  if (!input.gradient) return { output: { kind: 'image', value, slotBytes: 0 }, forward, backward: [] };
  const gradient = imageTensor(builder.allocate, builder.batchSize, size, { before: 0, after: 0 });
  return {
    output: { kind: 'image', value, slotBytes: 0, gradient },
    forward,
    backward: [{ kind: 'averagePoolBackward', ...operation('backward', input.gradient, gradient) }],
  };
}

export function runAveragePool(operation: AveragePoolOperation, context: Context): void {
  const { kind, kernel, large, small, factors } = operation;
  forEachPlane(large, context, (plane) => {
    if (kind === 'averagePoolBackward') {
      const start = planeAddress(large, plane) / 4;
      context.floats.fill(0, start, start + large.planeBytes / 4);
    }
    context.kernels[kernel](firstPixel(large, plane), firstPixel(small, plane), factors);
  });
}
