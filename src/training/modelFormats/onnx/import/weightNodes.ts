/** Nodes with weights. */
import type { ConvSpec, LinearSpec } from '../../../../network/spec.ts';
import { layerName, type ImportedParameter } from './chain.ts';
import { evenPadding, float32Number, type LayerNode } from './layerNode.ts';
import type { NodeReader } from './nodeReader.ts';
import type { ConstantValue } from './values.ts';
import { readWindow } from './window.ts';

function neededWeights({ reader }: LayerNode, index: number): ConstantValue {
  const weights = reader.weights(index);
  if (weights === undefined) throw reader.refuse('it has no weights');
  return weights;
}

export function convolution(node: LayerNode): void {
  const { reader, chain, pending } = node;
  const weights = neededWeights(node, 1);
  const { shape } = weights.tensor;
  if (shape.length !== 4 || weights.transposed)
    throw reader.refuse('its weights are no kernels [O, I, H, W]');
  const [outChannels, , kernelHeight, kernelWidth] = shape as [number, number, number, number];
  const window = readWindow(reader, chain.shape(), [kernelHeight, kernelWidth]);
  const padding = evenPadding(reader, window) + (pending.pad?.size ?? 0);
  delete pending.pad;
  const { kernelSize, stride } = window;
  const groups = reader.int('group', 1);
  const name = layerName('conv', reader.node.name, weights.tensor.name);
  const spec: ConvSpec = {
    type: 'conv',
    name,
    outChannels,
    kernelSize,
    ...(stride === 1 ? {} : { stride }),
    ...(padding === 0 ? {} : { padding }),
    ...(groups === 1 ? {} : { groups }),
  };
  addWithBias(node, spec, reader.parameter(weights), outChannels, reader.weights(2));
}

/** A layer with weights; a bias that is not there is zeros, unless an addition follows. */
function addWithBias(
  { reader, chain, pending }: LayerNode,
  spec: ConvSpec | LinearSpec,
  weight: ImportedParameter,
  outputs: number,
  given: ConstantValue | undefined,
): void {
  if (given === undefined) pending.bias = { outputs };
  const own =
    given === undefined ? zeros(outputs) : reader.parameter(given, { shape: vector(reader, given, outputs) });
  chain.add(spec, { weight, bias: own });
}

function zeros(length: number): ImportedParameter {
  return { shape: [length], read: () => Promise.resolve(new Float32Array(length)) };
}

/** The shape [outputs] of weights that are one number an output, whatever axes of size 1 are around them. */
function vector(
  reader: NodeReader,
  { tensor: { shape } }: ConstantValue,
  outputs: number,
): readonly number[] {
  const sizes = shape.filter((size) => size !== 1);
  if (sizes.length === 0 && outputs === 1) return [1];
  if (sizes.length !== 1 || sizes[0] !== outputs) {
    throw reader.refuse(
      `its bias is [${shape.slice(0, 8).join(', ')}], expected one number for each of ${outputs} outputs`,
    );
  }
  return [outputs];
}

export function gemm(node: LayerNode): void {
  const { reader } = node;
  if (reader.int('transA', 0) !== 0) throw reader.refuse('its transA is not 0');
  const weights = neededWeights(node, 1);
  const turned = reader.int('transB', 0) === 0;
  linear(node, turned ? weights : { ...weights, transposed: weights.transposed !== true }, {
    alpha: reader.float('alpha', 1),
    beta: reader.float('beta', 1),
    bias: reader.weights(2),
  });
}

export function matrixProduct(node: LayerNode): void {
  if (node.reader.input(0)?.kind !== 'images') throw node.reader.refuse('its first input is constant');
  linear(node, neededWeights(node, 1), { alpha: 1, beta: 1, bias: undefined });
}

interface LinearOptions {
  readonly alpha: number;
  readonly beta: number;
  readonly bias: ConstantValue | undefined;
}

/** A product with a matrix [in, out], or [out, in] transposed, which is ours. */
function linear(node: LayerNode, weights: ConstantValue, { alpha, beta, bias: given }: LinearOptions): void {
  const { reader } = node;
  const { shape } = weights.tensor;
  if (shape.length !== 2) throw reader.refuse(`its weights have ${shape.length} axes, expected 2`);
  const ours = weights.transposed === true;
  const [outputs, inputs] = (ours ? shape : shape.toReversed()) as [number, number];
  const scale = (factor: number) => (values: Float32Array) =>
    factor === 1 ? values : values.map((value) => value * factor);
  const turn = (values: Float32Array) => (ours ? values : exchangeAxes(values, inputs, outputs));
  const weight = reader.parameter(weights, {
    shape: [outputs, inputs],
    values: (values) => scale(alpha)(turn(values)),
  });
  const name = layerName('linear', reader.node.name, weights.tensor.name);
  const spec: LinearSpec = { type: 'linear', name, outFeatures: outputs };
  addWithBias(node, spec, weight, outputs, given);
  if (given === undefined || beta === 1) return;
  const shapeOfBias = vector(reader, given, outputs);
  const last = node.chain.layers.at(-1)!;
  node.chain.replaceLast(last, {
    bias: reader.parameter(given, { shape: shapeOfBias, values: scale(beta) }),
  });
}

/** [rows, columns] to [columns, rows]. */
function exchangeAxes(values: Float32Array, rows: number, columns: number): Float32Array {
  const turned = new Float32Array(values.length);
  for (let row = 0; row < rows; row++) {
    for (let column = 0; column < columns; column++)
      turned[column * rows + row] = values[row * columns + column]!;
  }
  return turned;
}

/** Numbers added to the outputs of a layer that had no bias. */
export function bias({ reader, chain, pending }: LayerNode): void {
  const inputs = [reader.input(0), reader.input(1)];
  if (inputs.every((value) => value?.kind === 'images')) {
    throw reader.refuse('it joins two branches: only chains of layers are supported');
  }
  if (pending.bias === undefined)
    throw reader.refuse('it adds something else than the bias of the layer before it');
  const given = reader.weights(inputs[0]?.kind === 'images' ? 1 : 0);
  if (given === undefined) throw reader.refuse('it adds nothing');
  const shape = vector(reader, given, pending.bias.outputs);
  // One number for each output must stand on the axis of the channels.
  const axesAfter = given.tensor.shape.length - 1 - given.tensor.shape.findIndex((size) => size !== 1);
  const expected = chain.layers.at(-1)!.type === 'conv' ? 2 : 0;
  if (pending.bias.outputs !== 1 && axesAfter !== expected) {
    throw reader.refuse('it adds numbers along another axis than that of the outputs');
  }
  delete pending.bias;
  chain.replaceLast(chain.layers.at(-1)!, { bias: reader.parameter(given, { shape }) });
}

/** With the statistics of training; ONNX's momentum is the share of the old ones. */
export function batchNormalisation({ reader, chain }: LayerNode): void {
  if (reader.int('training_mode', 0) !== 0) throw reader.refuse('it is exported for training');
  const channels = chain.shape()[0]!;
  const own = ['weight', 'bias', 'running_mean', 'running_var'].map((name, index) => {
    const given = reader.weights(index + 1);
    if (given === undefined) throw reader.refuse(`it has no ${name}`);
    return [name, reader.parameter(given, { shape: vector(reader, given, channels) })] as const;
  });
  const epsilon = float32Number(reader.float('epsilon', 1e-5));
  const momentum = Number((1 - float32Number(reader.float('momentum', 0.9))).toPrecision(6));
  const name = layerName('batchNorm', reader.node.name, reader.node.inputs[1]);
  chain.add(
    {
      type: 'batchNorm',
      name,
      ...(epsilon === 1e-5 ? {} : { epsilon }),
      // A file for inference may say anything of what only training uses.
      ...(momentum === 0.1 || !(momentum > 0 && momentum <= 1) ? {} : { momentum }),
    },
    Object.fromEntries(own),
  );
}
