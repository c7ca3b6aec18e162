/**
 * Batch normalisation of images. Sums are over planes of 16 channels first, each done by one thread, and then over the
 * images of a batch in their order: any number of threads gives the same bits.
 */
import type { BatchNormSpec } from '../../../network/spec.ts';
import {
  deviationsKernel,
  gradientSumsKernel,
  normGradientKernel,
  scaleShiftKernel,
} from '../kernels/batchNorm.ts';
import { sumPixelsKernel } from '../kernels/elementwise.ts';
import { panelColumns } from '../kernels/tile.ts';
import type { Builder } from '../plan/builder.ts';
import type { ImageNode } from '../plan/nodes.ts';
import { firstPixel, imageTensor, type ImageTensor } from '../plan/tensors.ts';
import type { Context } from '../threads/context.ts';
import { share } from '../threads/control.ts';
import {
  gradientCoefficients,
  normalisation,
  type BatchStatistics,
  type Normalisation,
} from './batchNormStatistics.ts';
import { forEachPlane } from './forEachPlane.ts';
import { planNormParameters, trainsLayer, type NormParameters } from './update.ts';

const rowBytes = panelColumns * 4;

/** What all operations of a layer share. */
interface NormLayer {
  readonly input: ImageTensor;
  readonly parameters: NormParameters;
  readonly epsilon: number;
  readonly momentum: number;
  /** Two rows a plane: sums over its pixels. */
  readonly sums: number;
  /** Rows of each block: `coefficientRows`. */
  readonly coefficients: number;
}

/** Forward scale and shift, what was normalised with, and backward a, b and c. */
const coefficientRows = { scale: 0, shift: 1, mean: 2, inverse: 3, gradient: 4, all: 7 } as const;

/** Of a block of channels. */
export const coefficientBytes = coefficientRows.all * rowBytes;

export type BatchNormOperation = NormLayer &
  (
    | { readonly kind: 'normSums'; readonly sum: string; readonly deviations: string }
    | { readonly kind: 'normCoefficients' }
    | { readonly kind: 'normApply'; readonly kernel: string; readonly output: ImageTensor }
    | { readonly kind: 'normGradientSums'; readonly kernel: string; readonly outputGradient: ImageTensor }
    | { readonly kind: 'normGradientCoefficients' }
    | {
        readonly kind: 'normInputGradient';
        readonly kernel: string;
        readonly outputGradient: ImageTensor;
        readonly inputGradient: ImageTensor;
      }
  );

export interface BatchNormPlan {
  readonly output: ImageNode;
  readonly forward: readonly BatchNormOperation[];
  readonly plain: readonly BatchNormOperation[];
  readonly weightGradient: readonly BatchNormOperation[];
  readonly inputGradient: readonly BatchNormOperation[];
}

export function planBatchNorm(
  builder: Builder,
  spec: BatchNormSpec,
  { value: input, gradient: inputGradient }: ImageNode,
  {
    rectify,
    halo,
  }: { readonly rectify: boolean; readonly halo: { readonly before: number; readonly after: number } },
): BatchNormPlan {
  const { allocate, batchSize } = builder;
  const layer: NormLayer = {
    input,
    parameters: planNormParameters(builder, spec.name, input.channels),
    epsilon: spec.epsilon ?? 1e-5,
    momentum: spec.momentum ?? 0.1,
    sums: allocate(batchSize * input.blocks * 2 * rowBytes),
    coefficients: allocate(input.blocks * coefficientBytes),
  };
  const lines = (...tensors: ImageTensor[]): { width: number; lineBytes: number[] } => ({
    width: input.width,
    lineBytes: tensors.map(({ lineBytes }) => lineBytes),
  });
  const output = imageTensor(allocate, batchSize, input, halo);
  const apply = (kernel: Builder['kernel'], rectified: boolean): BatchNormOperation => ({
    kind: 'normApply',
    ...layer,
    kernel: kernel(scaleShiftKernel(lines(input, output), rectified)),
    output,
  });
  const forward: BatchNormOperation[] = [
    {
      kind: 'normSums',
      ...layer,
      sum: builder.kernel(sumPixelsKernel(lines(input))),
      deviations: builder.kernel(deviationsKernel(lines(input))),
    },
    { kind: 'normCoefficients', ...layer },
    apply(builder.kernel, rectify),
  ];
  const plain = [apply(builder.spareKernel, false)];
  const node: ImageNode = { kind: 'image', value: output, slotBytes: 0 };
  if (!inputGradient && !trainsLayer(builder, spec.name))
    return { output: node, forward, plain, weightGradient: [], inputGradient: [] };
  const outputGradient = imageTensor(allocate, batchSize, input, { before: 0, after: 0 });
  const sums = builder.kernel(gradientSumsKernel(lines(input, outputGradient)));
  return {
    output: { ...node, gradient: outputGradient },
    forward,
    plain,
    weightGradient: [
      { kind: 'normGradientSums', ...layer, kernel: sums, outputGradient },
      { kind: 'normGradientCoefficients', ...layer },
    ],
    inputGradient: inputGradient
      ? [
          {
            kind: 'normInputGradient',
            ...layer,
            kernel: builder.kernel(normGradientKernel(lines(input, outputGradient, inputGradient))),
            outputGradient,
            inputGradient,
          },
        ]
      : [],
  };
}

export function runBatchNorm(operation: BatchNormOperation, context: Context): void {
  switch (operation.kind) {
    case 'normSums':
      // Outside of training mode nothing of the batch matters.
      if (context.command.training) sumPlanes(operation, context);
      return;
    case 'normCoefficients':
      return forEachChannel(operation, context, computeForward);
    case 'normGradientCoefficients':
      return forEachChannel(operation, context, computeBackward);
    case 'normApply':
      return forEachPlane(operation.input, context, (plane, block) => {
        const [x, y] = [operation.input, operation.output].map((tensor) => firstPixel(tensor, plane));
        context.kernels[operation.kernel](x, y, operation.input.height, rowOf(operation, block, 'scale'));
      });
    case 'normGradientSums':
      return forEachPlane(operation.input, context, (plane, block) => {
        const { kernel, input, outputGradient } = operation;
        const [x, dy] = [input, outputGradient].map((tensor) => firstPixel(tensor, plane));
        const sums = clearSums(operation, context, plane);
        context.kernels[kernel](x, dy, rowOf(operation, block, 'mean'), sums, input.height);
      });
    case 'normInputGradient':
      return forEachPlane(operation.input, context, (plane, block) => {
        const { kernel, input, outputGradient, inputGradient } = operation;
        const [x, dy, dx] = [input, outputGradient, inputGradient].map((tensor) => firstPixel(tensor, plane));
        context.kernels[kernel](x, dy, dx, input.height, rowOf(operation, block, 'gradient'));
      });
  }
}

function rowOf({ coefficients }: NormLayer, block: number, row: keyof typeof coefficientRows): number {
  return coefficients + (block * coefficientRows.all + coefficientRows[row]) * rowBytes;
}

/** Zeroes both rows of a plane and returns their address. */
function clearSums({ sums }: NormLayer, { floats }: Context, plane: number): number {
  const address = sums + plane * 2 * rowBytes;
  floats.fill(0, address / 4, (address + 2 * rowBytes) / 4);
  return address;
}

/** The mean of each plane, then the squares of what its pixels are away from that. */
function sumPlanes(operation: Extract<BatchNormOperation, { kind: 'normSums' }>, context: Context): void {
  const { input, sum, deviations } = operation;
  const { floats, kernels } = context;
  forEachPlane(operation.input, context, (plane) => {
    const [x, mean] = [firstPixel(input, plane), clearSums(operation, context, plane)];
    kernels[sum](x, mean, input.height);
    for (let lane = 0; lane < panelColumns; lane++) floats[mean / 4 + lane] /= input.height * input.width;
    kernels[deviations](x, mean, mean + rowBytes, input.height);
  });
}

type VisitChannel = (layer: NormLayer, context: Context, block: number, lane: number) => void;

function forEachChannel(layer: NormLayer, context: Context, visit: VisitChannel): void {
  const { blocks } = layer.input;
  const [begin, end] = share(blocks * panelColumns, context.thread, context.threads);
  for (let channel = begin; channel < end; channel++)
    visit(layer, context, Math.floor(channel / panelColumns), channel % panelColumns);
}

/** Index of a channel's first sum in image 0's plane, and from there to the next image's; the second sum is 16 on. */
function sumPlaces({ input, sums }: NormLayer, block: number, lane: number): [first: number, step: number] {
  return [(sums + block * 2 * rowBytes) / 4 + lane, (input.blocks * 2 * rowBytes) / 4];
}

function batchStatistics(
  layer: NormLayer,
  { floats, command }: Context,
  block: number,
  lane: number,
): BatchStatistics {
  const area = layer.input.height * layer.input.width;
  const [first, step] = sumPlaces(layer, block, lane);
  const end = first + command.count * step;
  let [sum, squares] = [0, 0];
  for (let at = first; at < end; at += step) sum += floats[at];
  const mean = sum / command.count;
  // Chan, Golub and LeVeque 1979: squares around each plane's own mean, and what the means are away from theirs.
  for (let at = first; at < end; at += step)
    squares += floats[at + panelColumns] + area * (floats[at] - mean) ** 2;
  const count = command.count * area;
  return { mean, variance: squares / count, count };
}

/** Padding has weight and bias 0, and so scale and shift 0. */
function computeForward(layer: NormLayer, context: Context, block: number, lane: number): void {
  const { floats, command } = context;
  const channel = block * panelColumns + lane;
  const places = placesOf(layer.parameters, channel);
  const isPadding = channel >= layer.input.channels;
  const batch = command.training && !isPadding ? batchStatistics(layer, context, block, lane) : undefined;
  const { mean, inverse } = normalisation(floats, places, batch, layer);
  const write = (row: keyof typeof coefficientRows, value: number): void => {
    floats[rowOf(layer, block, row) / 4 + lane] = isPadding ? 0 : value;
  };
  const scale = floats[places.weight] * inverse;
  write('scale', scale);
  write('shift', floats[places.bias] - mean * scale);
  write('mean', mean);
  write('inverse', inverse);
}

/** Indices of a channel's values. */
export function placesOf(
  { weight, bias, runningMean, runningVariance }: NormParameters,
  channel: number,
): { weight: number; bias: number; runningMean: number; runningVariance: number } {
  return {
    weight: weight.values / 4 + channel,
    bias: bias.values / 4 + channel,
    runningMean: runningMean.values / 4 + channel,
    runningVariance: runningVariance.values / 4 + channel,
  };
}

function computeBackward(layer: NormLayer, context: Context, block: number, lane: number): void {
  const { floats, command } = context;
  const { input, parameters } = layer;
  const channel = block * panelColumns + lane;
  const read = (row: keyof typeof coefficientRows): number => floats[rowOf(layer, block, row) / 4 + lane];
  const used: Normalisation = { mean: read('mean'), inverse: read('inverse') };
  const [first, step] = sumPlaces(layer, block, lane);
  let [plain, weighted] = [0, 0];
  for (let at = first; at < first + command.count * step; at += step) {
    plain += floats[at];
    weighted += floats[at + panelColumns];
  }
  const gradients = { weight: weighted * used.inverse, bias: plain };
  floats[parameters.weight.gradient / 4 + channel] = gradients.weight;
  floats[parameters.bias.gradient / 4 + channel] = gradients.bias;
  const count = command.training ? command.count * input.height * input.width : 0;
  const weight = floats[parameters.weight.values / 4 + channel];
  gradientCoefficients(weight, used, gradients, count).forEach((value, index) => {
    floats[(rowOf(layer, block, 'gradient') + index * rowBytes) / 4 + lane] = value;
  });
}
