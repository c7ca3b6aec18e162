/** Max pooling, forward and backward, a plane of 16 channels at a time. */
import type { MaxPoolSpec } from '../../../network/spec.ts';
import { poolingWindows } from '../../../network/windows.ts';
import { maxPoolBackwardKernel, maxPoolKernel, type PoolShape } from '../kernels/pool.ts';
import { spansOf } from '../kernels/spans.ts';
import type { Builder } from '../plan/builder.ts';
import type { ImageNode } from '../plan/nodes.ts';
import { firstPixel, imageTensor, planeAddress, type ImageSize, type ImageTensor } from '../plan/tensors.ts';
import type { Context } from '../threads/context.ts';
import { forEachPlane } from './forEachPlane.ts';

export interface MaxPoolOperation {
  readonly kind: 'maxPool' | 'maxPoolBackward';
  readonly kernel: string;
  readonly input: ImageTensor;
  readonly output: ImageTensor;
  /** Present in the backward operation. */
  readonly inputGradient?: ImageTensor;
  readonly outputGradient?: ImageTensor;
}

export interface MaxPoolPlan {
  readonly output: ImageNode;
  readonly forward: MaxPoolOperation;
  readonly backward: readonly MaxPoolOperation[];
}

/** Plans it; `rectified` when a ReLU lies right before, whose backward pass is then done here too. */
export function planMaxPool(
  builder: Builder,
  spec: MaxPoolSpec,
  input: ImageNode,
  outputSize: ImageSize,
  options: {
    readonly rectified: boolean;
    readonly halo: { readonly before: number; readonly after: number };
  },
): MaxPoolPlan {
  const output = imageTensor(
    builder.allocate,
    builder.batchSize,
    outputSize,
    options.halo,
    input.value.lanes,
  );
  const inputGradient = input.gradient;
  const outputGradient =
    inputGradient && imageTensor(builder.allocate, builder.batchSize, outputSize, { before: 0, after: 0 });
  const shape: PoolShape = {
    rows: spansOf(poolingWindows(input.value.height, spec)),
    columns: spansOf(poolingWindows(input.value.width, spec)),
    inLineBytes: input.value.lineBytes,
    inGradientLineBytes: inputGradient?.lineBytes ?? 0,
    outLineBytes: output.lineBytes,
    outGradientLineBytes: outputGradient?.lineBytes ?? 0,
    rectified: options.rectified,
  };
  const tensors = { input: input.value, output };
  const forward: MaxPoolOperation = {
    kind: 'maxPool',
    kernel: builder.kernel(maxPoolKernel(shape)),
    ...tensors,
  };
  if (!inputGradient || !outputGradient) {
    return { output: { kind: 'image', value: output, slotBytes: 0 }, forward, backward: [] };
  }
  const kernel = builder.kernel(maxPoolBackwardKernel(shape));
  return {
    output: { kind: 'image', value: output, slotBytes: 0, gradient: outputGradient },
    forward,
    backward: [{ kind: 'maxPoolBackward', kernel, ...tensors, inputGradient, outputGradient }],
  };
}

export function runMaxPool({ kernel, input, output }: MaxPoolOperation, context: Context): void {
  forEachPlane(input, context, (plane) =>
    context.kernels[kernel](firstPixel(input, plane), firstPixel(output, plane)),
  );
}

export function runMaxPoolBackward(operation: MaxPoolOperation, context: Context): void {
  const { input, output } = operation;
  const inputGradient = operation.inputGradient!;
  const outputGradient = operation.outputGradient!;
  forEachPlane(input, context, (plane) => {
    const start = planeAddress(inputGradient, plane) / 4;
    context.floats.fill(0, start, start + inputGradient.planeBytes / 4);
    context.kernels[operation.kernel](
      firstPixel(input, plane),
      firstPixel(output, plane),
      firstPixel(outputGradient, plane),
      firstPixel(inputGradient, plane),
    );
  });
}
