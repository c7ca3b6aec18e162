/** Batch normalisation of features, by plain loops: a unit of work is a block of 16 features. */
import type { BatchNormSpec } from '../../../network/spec.ts';
import { panelColumns } from '../kernels/tile.ts';
import type { Builder } from '../plan/builder.ts';
import type { MatrixNode } from '../plan/nodes.ts';
import {
  featureOrder,
  gradientMatrix,
  matrixTensor,
  type GradientMatrix,
  type MatrixTensor,
} from '../plan/tensors.ts';
import type { Context } from '../threads/context.ts';
import { share } from '../threads/control.ts';
import { placesOf } from './batchNorm.ts';
import { gradientCoefficients, normalisation, type BatchStatistics } from './batchNormStatistics.ts';
import { planNormParameters, trainsLayer, type NormParameters } from './update.ts';

interface NormMatrixLayer {
  readonly input: MatrixTensor;
  readonly output: MatrixTensor;
  readonly parameters: NormParameters;
  readonly epsilon: number;
  readonly momentum: number;
  /** Two floats a feature: what it was normalised with. */
  readonly used: number;
  /** PyTorch's number of each own feature, -1 for padding; 0 where they are the same. */
  readonly order: number;
}

export type BatchNormMatrixOperation = NormMatrixLayer &
  (
    | {
        /** `again` repeats the last normalisation. */
        readonly kind: 'normMatrix';
        readonly again: boolean;
        readonly rectify: boolean;
      }
    | {
        readonly kind: 'normMatrixBackward';
        readonly outputGradient: GradientMatrix;
        readonly inputGradient: GradientMatrix | undefined;
      }
  );

export interface BatchNormMatrixPlan {
  readonly output: MatrixNode;
  readonly forward: readonly BatchNormMatrixOperation[];
  readonly plain: readonly BatchNormMatrixOperation[];
  readonly inputGradient: readonly BatchNormMatrixOperation[];
}

export function planBatchNormMatrix(
  builder: Builder,
  spec: BatchNormSpec,
  { value: input, gradient: inputGradient }: MatrixNode,
  rectify: boolean,
): BatchNormMatrixPlan {
  const { allocate, batchSize } = builder;
  const output = matrixTensor(allocate, batchSize, input.features, input.flattened);
  const features = input.blocks * panelColumns;
  const layer: NormMatrixLayer = {
    input,
    output,
    parameters: planNormParameters(builder, spec.name, input.features),
    epsilon: spec.epsilon ?? 1e-5,
    momentum: spec.momentum ?? 0.1,
    used: allocate(features * 2 * 4),
    order: input.flattened ? builder.constant(features, () => featureOrder(input)!) : 0,
  };
  const forward = (again: boolean, rectified: boolean): BatchNormMatrixOperation => ({
    kind: 'normMatrix',
    ...layer,
    again,
    rectify: rectified,
  });
  const plan = { forward: [forward(false, rectify)], plain: [forward(true, false)] };
  if (!inputGradient && !trainsLayer(builder, spec.name))
    return { output: { kind: 'matrix', value: output }, ...plan, inputGradient: [] };
  const outputGradient = gradientMatrix(allocate, batchSize, output);
  return {
    output: { kind: 'matrix', value: output, gradient: outputGradient },
    ...plan,
    inputGradient: [{ kind: 'normMatrixBackward', ...layer, outputGradient, inputGradient }],
  };
}

export function runBatchNormMatrix(operation: BatchNormMatrixOperation, context: Context): void {
  const { input, order } = operation;
  const [begin, end] = share(input.blocks, context.thread, context.threads);
  for (let own = begin * panelColumns; own < end * panelColumns; own++) {
    const feature = order === 0 ? own : context.words[order / 4 + own];
    if (feature < 0 || feature >= input.features) continue;
    if (operation.kind === 'normMatrix') normalise(operation, context, own, feature);
    else goBack(operation, context, own, feature);
  }
}

/** Index of an own feature of an image in a matrix, and of its gradient. */
function valueAt({ address, blockBytes }: MatrixTensor, own: number, image: number): number {
  const block = address + Math.floor(own / panelColumns) * blockBytes;
  return block / 4 + image * panelColumns + (own % panelColumns);
}

function gradientAt({ address, panelBytes }: GradientMatrix, own: number, image: number): number {
  const panel = address + Math.floor(image / panelColumns) * panelBytes;
  return panel / 4 + own * panelColumns + (image % panelColumns);
}

function normalise(
  layer: Extract<BatchNormMatrixOperation, { kind: 'normMatrix' }>,
  context: Context,
  own: number,
  feature: number,
): void {
  const { floats, command } = context;
  const { input, output, parameters } = layer;
  const places = placesOf(parameters, feature);
  const used = layer.used / 4 + own * 2;
  if (!layer.again) {
    const batch = command.training ? batchStatistics(layer, context, own) : undefined;
    const { mean, inverse } = normalisation(floats, places, batch, layer);
    floats[used] = mean;
    floats[used + 1] = inverse;
  }
  const scale = floats[places.weight] * floats[used + 1];
  for (let image = 0; image < command.count; image++) {
    const value = (floats[valueAt(input, own, image)] - floats[used]) * scale + floats[places.bias];
    floats[valueAt(output, own, image)] = layer.rectify && value < 0 ? 0 : value;
  }
}

function batchStatistics(
  { input }: NormMatrixLayer,
  { floats, command }: Context,
  own: number,
): BatchStatistics {
  const { count } = command;
  let [sum, squares] = [0, 0];
  for (let image = 0; image < count; image++) sum += floats[valueAt(input, own, image)];
  const mean = sum / count;
  for (let image = 0; image < count; image++) squares += (floats[valueAt(input, own, image)] - mean) ** 2;
  return { mean, variance: squares / count, count };
}

function goBack(
  layer: Extract<BatchNormMatrixOperation, { kind: 'normMatrixBackward' }>,
  { floats, command }: Context,
  own: number,
  feature: number,
): void {
  const { input, parameters, outputGradient, inputGradient } = layer;
  const [mean, inverse] = [floats[layer.used / 4 + own * 2], floats[layer.used / 4 + own * 2 + 1]];
  let [plain, weighted] = [0, 0];
  for (let image = 0; image < command.count; image++) {
    const gradient = floats[gradientAt(outputGradient, own, image)];
    plain += gradient;
    weighted += gradient * (floats[valueAt(input, own, image)] - mean);
  }
  const gradients = { weight: weighted * inverse, bias: plain };
  floats[parameters.weight.gradient / 4 + feature] = gradients.weight;
  floats[parameters.bias.gradient / 4 + feature] = gradients.bias;
  if (!inputGradient) return;
  const weight = floats[parameters.weight.values / 4 + feature];
  const count = command.training ? command.count : 0;
  const [a, b, c] = gradientCoefficients(weight, { mean, inverse }, gradients, count);
  // A panel's last images, where there are none, have no gradient.
  const images = Math.ceil(command.count / panelColumns) * panelColumns;
  for (let image = 0; image < images; image++) {
    const given = floats[gradientAt(outputGradient, own, image)];
    floats[gradientAt(inputGradient, own, image)] =
      image < command.count ? given * a + floats[valueAt(input, own, image)] * b + c : 0;
  }
}
