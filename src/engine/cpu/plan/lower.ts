/** From a network to operations: memory for every tensor, kernels for every layer, the order of everything. */
import { alexnetError } from '../../../errors.ts';
import { inferShapes, type LayerShape } from '../../../network/shapes.ts';
import type { LayerSpec, LayerType, NetworkSpec } from '../../../network/spec.ts';
import { adaptiveWindows, poolingWindows } from '../../../network/windows.ts';
import { planAveragePool } from '../operators/averagePool.ts';
import { planBatchNorm } from '../operators/batchNorm.ts';
import { planBatchNormMatrix } from '../operators/batchNormMatrix.ts';
import { planConvolution } from '../operators/convolution.ts';
import { convolutionHalo, inputHalo } from '../operators/convolutionGeometry.ts';
import { planDropout } from '../operators/dropout.ts';
import { planFlatten } from '../operators/flatten.ts';
import { planLanes } from '../operators/lanes.ts';
import { planLinear } from '../operators/linear.ts';
import { asConvolution, planLocallyConnected } from '../operators/locallyConnected.ts';
import { planLrn } from '../operators/localResponseNorm.ts';
import { planLoss, type LossOperation } from '../operators/loss.ts';
import { planMaxPool } from '../operators/maxPool.ts';
import { planRelu, planReluBackward } from '../operators/relu.ts';
import { planSmooth } from '../operators/smoothActivation.ts';
import type { UpdateGroup } from '../operators/update.ts';
import {
  createBuilder,
  type Builder,
  type BuilderOptions,
  type BuiltMemory,
  type ScratchBytes,
} from './builder.ts';
import type { ImageNode, MatrixNode, Node } from './nodes.ts';
import type { Operation } from './operations.ts';
import { recordOwners, type Owners } from './owners.ts';
import type { PackedParameter } from './parameters.ts';
import { imageTensor, type ImageTensor } from './tensors.ts';

export interface Plan {
  readonly memory: BuiltMemory;
  readonly forward: readonly Operation[];
  readonly backward: readonly Operation[];
  readonly update: readonly Operation[];
  /** After the update, where averages move. */
  readonly average: readonly Operation[];
  readonly groups: readonly UpdateGroup[];
  /** What must run after weights change and before the next forward. */
  readonly prepare: readonly Operation[];
  /** The same before the next backward. */
  readonly repack: readonly Operation[];
  readonly owners: Owners;
  readonly parameters: readonly PackedParameter[];
  readonly layers: readonly PlannedLayer[];
  readonly logits: MatrixNode;
  readonly loss: LossOperation | undefined;
  readonly input: PlannedInput;
}

/** Where a layer's output is after a forward pass. */
export interface PlannedLayer {
  readonly name: string;
  readonly node: Node;
  /** For an output that a ReLU has overwritten: how to have it again, and how to bring the ReLU's back. */
  readonly overwritten?: { readonly recompute: readonly Operation[]; readonly restore: Operation };
}

export interface LowerOptions extends BuilderOptions {
  readonly inputSlots: number;
}

interface Halo {
  readonly before: number;
  readonly after: number;
}

/** One layer lowered. */
interface Lowered {
  readonly output: Node;
  readonly forward: readonly Operation[];
  /** Backward, first those for the weights, then the others. */
  readonly weightGradient?: readonly Operation[];
  readonly inputGradient: readonly Operation[];
  /** What makes the output anew, without a fused ReLU; absent for layers that only rename their input. */
  readonly plain?: readonly Operation[];
}

/** Plans a whole network. Throws ALEX_NETWORK_LAYER. */
export function lower(network: NetworkSpec, options: LowerOptions): Plan {
  const { scratch } = lowerWith(network, options, { shared: 0, thread: 0 }).memory;
  return lowerWith(network, options, scratch);
}

function lowerWith(network: NetworkSpec, options: LowerOptions, scratch: ScratchBytes): Plan {
  const layers = inferShapes(network);
  const { builder, built } = createBuilder(options, scratch);
  const input = planInput(builder, network, layers, options.inputSlots);
  const forward: Operation[] = [...input.forward];
  const backward: Operation[][] = [];
  const planned: PlannedLayer[] = [];
  const { owners, record } = recordOwners(builder);
  record('input', input);
  let node = input.node;
  let before: readonly Operation[] | undefined;
  layers.forEach((layer, index) => {
    const lowered = lowerLayer(builder, layers, index, node, before);
    before = lowered.plain;
    node = lowered.output;
    forward.push(...lowered.forward);
    backward.push([...(lowered.weightGradient ?? []), ...lowered.inputGradient]);
    record(layer.spec.name, lowered);
    planned.push({ name: layer.spec.name, node, ...overwritten(builder, layers, index, node, lowered) });
  });
  if (node.kind !== 'matrix') throw noClasses(layers);
  const loss = builder.training ? planLoss(builder, node) : undefined;
  if (loss) record('loss', { inputGradient: [loss] });
  return {
    memory: built(),
    forward,
    backward: [...(loss ? [loss] : []), ...backward.toReversed().flat(), ...builder.accumulate],
    update: builder.update,
    average: builder.average,
    groups: builder.groups,
    prepare: builder.prepare,
    repack: builder.repack,
    owners,
    parameters: builder.parameters,
    layers: planned,
    logits: node,
    loss,
    input,
  };
}

function noClasses(layers: readonly LayerShape[]): Error {
  const layer = layers.at(-1)?.spec.name ?? 'input';
  return alexnetError('ALEX_NETWORK_LAYER', {
    layer,
    problem: 'its output is an image, expected one number a class',
  });
}

/** The network's input: `slotBytes` from one of its buffers to the next. */
export interface PlannedInput {
  readonly tensor: ImageTensor;
  readonly slotBytes: number;
  readonly node: Node;
  readonly forward: readonly Operation[];
}

/** The network's input has its channels next to each other, so that a loader writes with plain strides. */
function planInput(
  builder: Builder,
  network: NetworkSpec,
  layers: readonly LayerShape[],
  slots: number,
): PlannedInput {
  const { batchSize } = builder;
  const first = layers[0]?.spec;
  const direct = first?.type === 'conv' && (first.groups ?? 1) === 1;
  const halo = direct
    ? inputHalo(builder, first, network.input, imageSize(layers[0].output))
    : { before: 0, after: 0 };
  const tensor = imageTensor(
    (bytes) => builder.allocate(bytes * slots),
    batchSize,
    network.input,
    halo,
    network.input.channels,
  );
  const slotBytes = batchSize * tensor.imageBytes;
  const node: ImageNode = { kind: 'image', value: tensor, slotBytes };
  if (direct) return { tensor, slotBytes, node, forward: [] };
  const { output, forward } = planLanes(builder, node, haloBefore(builder, layers, 0));
  return { tensor, slotBytes, node: output, forward: [forward] };
}

/** The zeros that the layer at `index`, or the first one after it that is no activation, wants around its input. */
function haloBefore(builder: Builder, layers: readonly LayerShape[], index: number): Halo {
  const layer = layers.slice(index).find(({ spec }) => !isActivation(spec.type));
  if (layer?.spec.type === 'conv')
    return convolutionHalo(builder, layer.spec, imageSize(layer.input), imageSize(layer.output));
  if (layer?.spec.type !== 'locallyConnected') return { before: 0, after: 0 };
  const direct = { ...builder, convolutions: 'direct' } as const;
  return convolutionHalo(direct, asConvolution(layer.spec), imageSize(layer.input), imageSize(layer.output));
}

function imageSize([channels, height, width]: readonly number[]): {
  channels: number;
  height: number;
  width: number;
} {
  return { channels, height, width };
}

/** `before` are the operations that make the input anew. */
function lowerLayer(
  builder: Builder,
  layers: readonly LayerShape[],
  index: number,
  input: Node,
  before: readonly Operation[] | undefined,
): Lowered {
  const layer = layers[index];
  const { spec } = layer;
  const rectify = layers[index + 1]?.spec.type === 'relu';
  switch (spec.type) {
    case 'linear': {
      const { output, forward, plain, ...backward } = planLinear(builder, spec, asMatrix(input), rectify);
      return { output, forward: [forward], plain: [plain], ...backward };
    }
    case 'batchNorm': {
      const halo = haloBefore(builder, layers, index + 1);
      return input.kind === 'image'
        ? planBatchNorm(builder, spec, input, { rectify, halo })
        : planBatchNormMatrix(builder, spec, input, rectify);
    }
    case 'relu':
      return lowerRelu(builder, layers, index, input);
    case 'tanh':
    case 'sigmoid': {
      const halo = haloBefore(builder, layers, index + 1);
      const inPlace = isInPlace(layers, index);
      const { output, forward, backward } = planSmooth(builder, spec.type, input, { inPlace, halo });
      const plain = inPlace ? before && [...before, forward] : [forward];
      return { output, forward: [forward], inputGradient: backward, ...(plain && { plain }) };
    }
    case 'flatten': {
      if (input.kind === 'matrix') return { output: input, forward: [], inputGradient: [] };
      const { output, forward, backward } = planFlatten(builder, input);
      return { output, forward: [forward], plain: [forward], inputGradient: backward };
    }
    case 'dropout': {
      const halo = haloBefore(builder, layers, index + 1);
      const number = layers.slice(0, index).filter((before) => before.spec.type === 'dropout').length;
      const { output, forward, backward } = planDropout(builder, spec, input, { layer: number, halo });
      return { output, forward: [forward], plain: [forward], inputGradient: backward };
    }
    default:
      return lowerImageLayer(builder, layers, index, spec, asImage(input));
  }
}

type ImageLayerSpec = Extract<
  LayerSpec,
  { type: 'conv' | 'locallyConnected' | 'maxPool' | 'avgPool' | 'adaptiveAvgPool' | 'lrn' }
>;

function lowerImageLayer(
  builder: Builder,
  layers: readonly LayerShape[],
  index: number,
  spec: ImageLayerSpec,
  input: ImageNode,
): Lowered {
  const size = imageSize(layers[index].output);
  const halo = haloBefore(builder, layers, index + 1);
  const { height, width } = input.value;
  switch (spec.type) {
    case 'conv': {
      const rectify = layers[index + 1]?.spec.type === 'relu';
      return planConvolution(builder, spec, input, size, { rectify, halo });
    }
    case 'locallyConnected': {
      const rectify = layers[index + 1]?.spec.type === 'relu';
      return planLocallyConnected(builder, spec, input, size, { rectify, halo });
    }
    case 'maxPool': {
      const rectified = layers[index - 1]?.spec.type === 'relu';
      return simply(planMaxPool(builder, spec, input, size, { rectified, halo }));
    }
    case 'lrn':
      return simply(planLrn(builder, spec, input, halo));
    case 'avgPool': {
      const windows = { rows: poolingWindows(height, spec), columns: poolingWindows(width, spec) };
      return simply(planAveragePool(builder, input, windows, halo));
    }
    case 'adaptiveAvgPool': {
      const same = size.height === height && size.width === width;
      if (same && halo.before === 0 && halo.after === 0)
        return { output: input, forward: [], inputGradient: [] };
      const [rows, columns] = [height, width].map((side) => adaptiveWindows(side, spec.outputSize));
      return simply(planAveragePool(builder, input, { rows, columns }, halo));
    }
  }
}

/** Of a layer that is one operation each way. */
function simply({
  output,
  forward,
  backward,
}: {
  readonly output: Node;
  readonly forward: Operation;
  readonly backward: readonly Operation[];
}): Lowered {
  return { output, forward: [forward], plain: [forward], inputGradient: backward };
}

function isActivation(type: LayerType): boolean {
  return type === 'relu' || type === 'tanh' || type === 'sigmoid';
}

/**
 * Whether the activation at `index` may overwrite its input: not where the way back needs that, as another activation's
 * does, and as max pooling looks for its output among its inputs. A ReLU may: where it changes something, no gradient passes.
 */
function isInPlace(layers: readonly LayerShape[], index: number): boolean {
  if (layers[index].spec.type === 'relu') return true;
  const before = layers.slice(0, index).findLast(({ spec }) => !mayRename.includes(spec.type));
  return !before || (before.spec.type !== 'maxPool' && !isActivation(before.spec.type));
}

/** Layers whose output may be their input, under another name. */
const mayRename: readonly LayerType[] = ['flatten', 'adaptiveAvgPool'];

/** Layers that apply the ReLU after them as they write their output. */
const fusesRelu: readonly LayerType[] = ['conv', 'linear', 'batchNorm', 'locallyConnected'];

/** In place. Forward it is fused into a convolution or linear layer before it, backward into max pooling after it. */
function lowerRelu(builder: Builder, layers: readonly LayerShape[], index: number, node: Node): Lowered {
  const before = layers[index - 1]?.spec.type;
  const fused = before !== undefined && fusesRelu.includes(before);
  const pooled = layers[index + 1]?.spec.type === 'maxPool';
  return {
    output: node,
    forward: fused ? [] : [planRelu(builder, node)],
    inputGradient: builder.training && !pooled ? planReluBackward(builder, node) : [],
  };
}

function overwritten(
  builder: Builder,
  layers: readonly LayerShape[],
  index: number,
  node: Node,
  { plain }: Lowered,
): Pick<PlannedLayer, 'overwritten'> {
  const next = layers[index + 1]?.spec.type;
  if (!plain || next === undefined || !isActivation(next) || !isInPlace(layers, index + 1)) return {};
  return { overwritten: { recompute: plain, restore: restoring(builder, next, node) } };
}

function restoring(builder: Builder, activation: LayerType, node: Node): Operation {
  const spare = { ...builder, kernel: builder.spareKernel };
  if (activation === 'tanh' || activation === 'sigmoid') {
    return planSmooth(spare, activation, node, { inPlace: true, halo: { before: 0, after: 0 } }).forward;
  }
  return planRelu(spare, node);
}

// Shape inference has made sure of both.
function asMatrix(node: Node): MatrixNode {
  if (node.kind !== 'matrix') throw new TypeError('a vector was expected');
  return node;
}

function asImage(node: Node): ImageNode {
  if (node.kind !== 'image') throw new TypeError('an image was expected');
  return node;
}
