/** From a network to operations: memory for every tensor, kernels for every layer, the order of everything. */
import { alexnetError } from '../../../errors.ts';
import { inferShapes, type LayerShape } from '../../../network/shapes.ts';
import type { LayerSpec, NetworkSpec } from '../../../network/spec.ts';
import { planAveragePool } from '../operators/averagePool.ts';
import { planConvolution } from '../operators/convolution.ts';
import { planDropout } from '../operators/dropout.ts';
import { planFlatten } from '../operators/flatten.ts';
import { planLanes } from '../operators/lanes.ts';
import { planLinear } from '../operators/linear.ts';
import { planLoss, type LossOperation } from '../operators/loss.ts';
import { planMaxPool } from '../operators/maxPool.ts';
import { planRelu, planReluBackward } from '../operators/relu.ts';
import { createBuilder, type Builder, type BuilderOptions, type BuiltMemory } from './builder.ts';
import type { ImageNode, MatrixNode, Node } from './nodes.ts';
import type { Operation } from './operations.ts';
import type { PackedParameter } from './parameters.ts';
import { imageTensor, type ImageTensor } from './tensors.ts';

export interface Plan {
  readonly memory: BuiltMemory;
  readonly forward: readonly Operation[];
  readonly backward: readonly Operation[];
  readonly update: readonly Operation[];
  /** What must run after weights change and before the next backward. */
  readonly repack: readonly Operation[];
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
  readonly overwritten?: { readonly recompute: Operation; readonly restore: Operation };
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
  readonly backward: readonly Operation[];
  /** The forward operation without a fused ReLU; absent for layers that only rename their input. */
  readonly plain?: Operation;
}

/** Plans a whole network. Throws ALEX_NETWORK_LAYER. */
export function lower(network: NetworkSpec, options: LowerOptions): Plan {
  const layers = inferShapes(network);
  const { builder, built } = createBuilder(options);
  const input = planInput(builder, network, layers, options.inputSlots);
  const forward: Operation[] = [...input.forward];
  const backward: Operation[][] = [];
  const planned: PlannedLayer[] = [];
  const producers: (Operation | undefined)[] = [];
  let node = input.node;
  layers.forEach((layer, index) => {
    const lowered = lowerLayer(builder, layers, index, node);
    node = lowered.output;
    forward.push(...lowered.forward);
    backward.push([...lowered.backward]);
    producers.push(lowered.plain);
    planned.push({ name: layer.spec.name, node, ...overwritten(builder, layers, index, node, lowered) });
  });
  if (node.kind !== 'matrix') throw noClasses(layers);
  const loss = builder.training ? planLoss(builder, node) : undefined;
  return {
    memory: built(),
    forward,
    backward: [...(loss ? [loss] : []), ...backward.toReversed().flat()],
    update: builder.update,
    repack: builder.repack,
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
  const direct = first?.type === 'conv';
  const halo = direct ? haloBefore(layers, 0) : { before: 0, after: 0 };
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
  const { output, forward } = planLanes(builder, node, haloBefore(layers, 0));
  return { tensor, slotBytes, node: output, forward: [forward] };
}

/** The zeros that the layer at `index`, or the first one after it that is no ReLU, wants around its input. */
function haloBefore(layers: readonly LayerShape[], index: number): Halo {
  const layer = layers.slice(index).find(({ spec }) => spec.type !== 'relu');
  if (layer?.spec.type !== 'conv') return { before: 0, after: 0 };
  const { kernelSize, stride = 1, padding = 0 } = layer.spec;
  const after = [1, 2].map(
    (side) => (layer.output[side] - 1) * stride + kernelSize - padding - layer.input[side],
  );
  return { before: padding, after: Math.max(0, ...after) };
}

function imageSize([channels, height, width]: readonly number[]): {
  channels: number;
  height: number;
  width: number;
} {
  return { channels, height, width };
}

function lowerLayer(builder: Builder, layers: readonly LayerShape[], index: number, input: Node): Lowered {
  const layer = layers[index];
  const { spec } = layer;
  const rectify = layers[index + 1]?.spec.type === 'relu';
  switch (spec.type) {
    case 'linear': {
      const { output, forward, plain, backward } = planLinear(builder, spec, asMatrix(input), rectify);
      return { output, forward: [forward], plain, backward };
    }
    case 'relu':
      return lowerRelu(builder, layers, index, input);
    case 'flatten': {
      if (input.kind === 'matrix') return { output: input, forward: [], backward: [] };
      const { output, forward, backward } = planFlatten(builder, input);
      return { output, forward: [forward], plain: forward, backward };
    }
    case 'dropout': {
      const halo = haloBefore(layers, index + 1);
      const number = layers.slice(0, index).filter((before) => before.spec.type === 'dropout').length;
      const { output, forward, backward } = planDropout(builder, spec, input, { layer: number, halo });
      return { output, forward: [forward], plain: forward, backward };
    }
    default:
      return lowerImageLayer(builder, layers, index, spec, asImage(input));
  }
}

function lowerImageLayer(
  builder: Builder,
  layers: readonly LayerShape[],
  index: number,
  spec: Extract<LayerSpec, { type: 'conv' | 'maxPool' | 'adaptiveAvgPool' }>,
  input: ImageNode,
): Lowered {
  const size = imageSize(layers[index].output);
  const halo = haloBefore(layers, index + 1);
  if (spec.type === 'conv') {
    const rectify = layers[index + 1]?.spec.type === 'relu';
    const { output, forward, plain, backward } = planConvolution(builder, spec, input, size, {
      rectify,
      halo,
    });
    return { output, forward: [forward], plain, backward };
  }
  if (spec.type === 'maxPool') {
    const rectified = layers[index - 1]?.spec.type === 'relu';
    const { output, forward, backward } = planMaxPool(builder, spec, input, size, { rectified, halo });
    return { output, forward: [forward], plain: forward, backward };
  }
  const same = size.height === input.value.height && size.width === input.value.width;
  if (same && halo.before === 0 && halo.after === 0) return { output: input, forward: [], backward: [] };
  const { output, forward, backward } = planAveragePool(builder, input, size, halo);
  return { output, forward: [forward], plain: forward, backward };
}

/** In place. Forward it is fused into a convolution or linear layer before it, backward into max pooling after it. */
function lowerRelu(builder: Builder, layers: readonly LayerShape[], index: number, node: Node): Lowered {
  const before = layers[index - 1]?.spec.type;
  const fused = before === 'conv' || before === 'linear';
  const pooled = layers[index + 1]?.spec.type === 'maxPool';
  return {
    output: node,
    forward: fused ? [] : [planRelu(builder, node)],
    backward: builder.training && !pooled ? planReluBackward(builder, node) : [],
  };
}

function overwritten(
  builder: Builder,
  layers: readonly LayerShape[],
  index: number,
  node: Node,
  { plain }: Lowered,
): Pick<PlannedLayer, 'overwritten'> {
  if (!plain || layers[index + 1]?.spec.type !== 'relu') return {};
  return { overwritten: { recompute: plain, restore: planRelu({ kernel: builder.spareKernel }, node) } };
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
