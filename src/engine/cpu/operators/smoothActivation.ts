/** tanh and the sigmoid: in place where nothing else needs what they overwrite, and their backward pass. */
import {
  sigmoidLanes,
  smoothBackwardKernel,
  smoothConstants,
  smoothKernel,
  type SmoothActivation,
} from '../kernels/smoothActivations.ts';
import { panelColumns } from '../kernels/tile.ts';
import { floatConstants, type Builder } from '../plan/builder.ts';
import type { ImageNode, MatrixNode, Node } from '../plan/nodes.ts';
import {
  firstPixel,
  gradientMatrix,
  imageTensor,
  matrixTensor,
  type GradientMatrix,
  type ImageTensor,
  type MatrixTensor,
} from '../plan/tensors.ts';
import type { Context } from '../threads/context.ts';
import { share } from '../threads/control.ts';
import { forEachPlane } from './forEachPlane.ts';

/** Addresses of constants; of the lanes in use of a whole block, and of the last block of channels. */
interface Constants {
  readonly constants: number;
  readonly lanes: number;
  readonly lastLanes: number;
}

export interface SmoothForwardOperation extends Constants {
  readonly kind: 'smooth';
  readonly kernel: string;
  readonly tensors:
    | { readonly kind: 'image'; readonly from: ImageTensor; readonly to: ImageTensor }
    | {
        readonly kind: 'matrix';
        readonly from: MatrixTensor;
        readonly to: MatrixTensor;
        /** Blocks in a row that hold the same channels: pixels of what was flattened. */
        readonly pixels: number;
      };
}

export type SmoothOperation =
  | SmoothForwardOperation
  | {
      readonly kind: 'smoothImageBackward';
      readonly kernel: string;
      readonly constants: number;
      readonly value: ImageTensor;
      readonly from: ImageTensor;
      readonly to: ImageTensor;
    }
  | {
      readonly kind: 'smoothMatrixBackward';
      readonly activation: SmoothActivation;
      readonly value: MatrixTensor;
      readonly from: GradientMatrix;
      readonly to: GradientMatrix;
    };

export interface SmoothPlan {
  readonly output: Node;
  readonly forward: SmoothForwardOperation;
  readonly backward: readonly SmoothOperation[];
}

export interface SmoothOptions {
  readonly inPlace: boolean;
  readonly halo: { readonly before: number; readonly after: number };
}

export function planSmooth(
  builder: Builder,
  activation: SmoothActivation,
  input: Node,
  options: SmoothOptions,
): SmoothPlan {
  return input.kind === 'image'
    ? planImage(builder, activation, input, options)
    : planMatrix(builder, activation, input, options);
}

function planConstants(builder: Builder, channels: number): Constants {
  const last = channels - Math.floor((channels - 1) / panelColumns) * panelColumns;
  return {
    constants: floatConstants(builder, smoothConstants()),
    lanes: floatConstants(builder, sigmoidLanes(panelColumns)),
    lastLanes: floatConstants(builder, sigmoidLanes(last)),
  };
}

function planImage(
  builder: Builder,
  activation: SmoothActivation,
  input: ImageNode,
  { inPlace, halo }: SmoothOptions,
): SmoothPlan {
  const { allocate, batchSize } = builder;
  const from = input.value;
  const to = inPlace ? from : imageTensor(allocate, batchSize, from, halo);
  const constants = planConstants(builder, from.channels);
  const shape = { width: from.width, lineBytes: [from.lineBytes, to.lineBytes] };
  const kernel = builder.kernel(smoothKernel(activation, shape));
  const forward: SmoothForwardOperation = {
    kind: 'smooth',
    kernel,
    ...constants,
    tensors: { kind: 'image', from, to },
  };
  if (!input.gradient) return { output: { ...input, value: to, slotBytes: 0 }, forward, backward: [] };
  const before = input.gradient;
  const gradient = inPlace ? before : imageTensor(allocate, batchSize, from, { before: 0, after: 0 });
  const lineBytes = [to.lineBytes, gradient.lineBytes, before.lineBytes];
  const back = builder.kernel(smoothBackwardKernel(activation, { width: from.width, lineBytes }));
  return {
    output: { kind: 'image', value: to, slotBytes: 0, gradient },
    forward,
    backward: [
      {
        kind: 'smoothImageBackward',
        kernel: back,
        constants: constants.constants,
        value: to,
        from: gradient,
        to: before,
      },
    ],
  };
}

function planMatrix(
  builder: Builder,
  activation: SmoothActivation,
  input: MatrixNode,
  { inPlace }: SmoothOptions,
): SmoothPlan {
  const { allocate, batchSize } = builder;
  const from = input.value;
  const to = inPlace ? from : matrixTensor(allocate, batchSize, from.features, from.flattened);
  const { channels, height, width } = from.flattened ?? { channels: from.features, height: 1, width: 1 };
  const rowBytes = panelColumns * 4;
  const kernel = builder.kernel(smoothKernel(activation, { width: 1, lineBytes: [rowBytes, rowBytes] }));
  const forward: SmoothForwardOperation = {
    kind: 'smooth',
    kernel,
    ...planConstants(builder, channels),
    tensors: { kind: 'matrix', from, to, pixels: height * width },
  };
  if (!input.gradient) return { output: { kind: 'matrix', value: to }, forward, backward: [] };
  const gradient = inPlace ? input.gradient : gradientMatrix(allocate, batchSize, to);
  return {
    output: { kind: 'matrix', value: to, gradient },
    forward,
    backward: [{ kind: 'smoothMatrixBackward', activation, value: to, from: gradient, to: input.gradient }],
  };
}

export function runSmooth(operation: SmoothOperation, context: Context): void {
  switch (operation.kind) {
    case 'smooth':
      return runForward(operation, context);
    case 'smoothImageBackward': {
      const { kernel, constants, value, from, to } = operation;
      return forEachPlane(value, context, (plane) => {
        const [y, dy, dx] = [value, from, to].map((tensor) => firstPixel(tensor, plane));
        context.kernels[kernel](y, dy, dx, value.height, constants);
      });
    }
    case 'smoothMatrixBackward':
      return runMatrixBackward(operation, context);
  }
}

function runForward(
  { kernel, tensors, constants, lanes, lastLanes }: SmoothForwardOperation,
  context: Context,
): void {
  const { count } = context.command;
  const run = context.kernels[kernel];
  const { from, to } = tensors;
  if (tensors.kind === 'image') {
    const { blocks, height } = tensors.from;
    return forEachPlane(tensors.from, context, (plane, block) => {
      const inUse = block === blocks - 1 ? lastLanes : lanes;
      run(firstPixel(tensors.from, plane), firstPixel(tensors.to, plane), height, constants, inUse);
    });
  }
  const { blocks, blockBytes } = tensors.from;
  const [begin, end] = share(blocks, context.thread, context.threads);
  for (let block = begin; block < end; block++) {
    const inUse = block >= blocks - tensors.pixels ? lastLanes : lanes;
    run(from.address + block * blockBytes, to.address + block * blockBytes, count, constants, inUse);
  }
}

function runMatrixBackward(
  { activation, value, from, to }: Extract<SmoothOperation, { kind: 'smoothMatrixBackward' }>,
  { floats, command, thread, threads }: Context,
): void {
  const [begin, end] = share(value.blocks, thread, threads);
  // A panel's last images, where there are none, have no gradient.
  const images = Math.ceil(command.count / panelColumns) * panelColumns;
  for (let image = 0; image < images; image++) {
    const present = image < command.count;
    const panel = Math.floor(image / panelColumns);
    const [given, wanted] = [from, to].map(
      ({ address, panelBytes }) => (address + panel * panelBytes) / 4 + (image % panelColumns),
    );
    for (let feature = begin * panelColumns; feature < end * panelColumns; feature++) {
      const block = (value.address + Math.floor(feature / panelColumns) * value.blockBytes) / 4;
      const y = floats[block + image * panelColumns + (feature % panelColumns)];
      const slope = activation === 'tanh' ? 1 - y * y : y * (1 - y);
      floats[wanted + feature * panelColumns] = present ? floats[given + feature * panelColumns] * slope : 0;
    }
  }
}
