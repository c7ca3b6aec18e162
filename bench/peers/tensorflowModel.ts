/** TensorFlow.js's model of a network, wherever its packages come from. */
import { inferShapes, type LayerShape } from '../../src/network/shapes.ts';
import type { NetworkSpec } from '../../src/network/spec.ts';
import { reorderAxes, type Four } from './axes.ts';
import type { Classifier } from './classifier.ts';
import type { Parameters } from './randomNetwork.ts';

export interface Tensor {
  data(): Promise<Float32Array>;
  dispose(): void;
}

interface Layer {
  setWeights(weights: readonly Tensor[]): void;
}

export interface Model {
  compile(options: { readonly optimizer: object; readonly loss: string }): void;
  trainOnBatch(images: Tensor, labels: Tensor): Promise<number>;
  add(layer: Layer): void;
  predict(images: Tensor, options: { readonly batchSize: number }): Tensor;
}

/** As much of the packages as is used: they need not be installed for the types to be checked. */
export interface Core {
  readonly version_core: string;
  setBackend(name: string): Promise<boolean>;
  tensor(values: Float32Array, shape: readonly number[]): Tensor;
  env(): { getAsync(flag: string): Promise<boolean | number> };
  readonly train: { momentum(learningRate: number, momentum: number): object };
}

export interface Layers {
  sequential(): Model;
  readonly layers: Readonly<
    Record<
      'inputLayer' | 'zeroPadding2d' | 'conv2d' | 'maxPooling2d' | 'flatten' | 'dense' | 'dropout',
      (options: object) => Layer
    >
  >;
}

/** The packages, and what computes. */
export interface Tensorflow {
  readonly core: Core;
  readonly tfl: Layers;
  /** Name, version and backend. */
  readonly name: string;
}

/** Runs a network; `parameter` gives each one's values in PyTorch's layout. */
export function tensorflowClassifier(
  network: NetworkSpec,
  parameter: Parameters,
  tensorflow: Tensorflow,
): Classifier {
  const { core, name } = tensorflow;
  const model = tensorflowModel(network, parameter, tensorflow, { training: false });
  return {
    name,
    async prepare(images, count) {
      const input = tensorflowImages(network, images, count, core);
      return () => infer(model, input, count);
    },
    // Its threads are the process's or the page's.
    close: async () => {},
  };
}

/** Images with channels last. */
export function tensorflowImages(
  { input: { channels, height, width } }: NetworkSpec,
  images: Float32Array,
  count: number,
  core: Core,
): Tensor {
  const pixels = reorderAxes(images, [count, channels, height, width], [0, 2, 3, 1]);
  return core.tensor(pixels, [count, height, width, channels]);
}

/** Builds a network: its last layer gives logits, and when `training` probabilities, and dropout is in it. */
export function tensorflowModel(
  network: NetworkSpec,
  parameter: Parameters,
  { core, tfl }: Tensorflow,
  { training }: { readonly training: boolean },
): Model {
  const { height, width, channels } = network.input;
  const model = tfl.sequential();
  model.add(tfl.layers.inputLayer({ inputShape: [height, width, channels] }));
  const shapes = inferShapes(network);
  for (const [index, shape] of shapes.entries()) {
    const last = index === shapes.length - 1;
    const followed = shapes[index + 1]?.spec.type === 'relu' ? 'relu' : 'linear';
    const layers = layersOf(shape, training && last ? 'softmax' : followed, tfl, training);
    layers.forEach((layer) => model.add(layer));
    if (shape.parameters.length > 0) {
      const weights = weightsOf(shape, volumeBefore(shapes, index), parameter, core);
      layers.at(-1)!.setWeights(weights);
      weights.forEach((tensor) => tensor.dispose());
    }
  }
  return model;
}

/** Empty for a layer that does nothing in inference or that the one before does as its activation. */
function layersOf(
  { spec, input, output }: LayerShape,
  activation: string,
  { layers }: Layers,
  training: boolean,
): Layer[] {
  switch (spec.type) {
    case 'conv': {
      const { outChannels: filters, kernelSize, stride: strides = 1, padding = 0 } = spec;
      const options = { filters, kernelSize, strides, activation };
      // TensorFlow's own padding, which needs no copy, is PyTorch's only where the size stays.
      if (strides === 1 && 2 * padding === kernelSize - 1)
        return [layers.conv2d({ ...options, padding: 'same' })];
      return [layers.zeroPadding2d({ padding }), layers.conv2d({ ...options, padding: 'valid' })];
    }
    case 'maxPool':
      return [layers.maxPooling2d({ poolSize: spec.kernelSize, strides: spec.stride, padding: 'valid' })];
    case 'flatten':
      return [layers.flatten({})];
    case 'linear':
      return [layers.dense({ units: spec.outFeatures, activation })];
    case 'relu':
      return [];
    case 'dropout':
      return training ? [layers.dropout({ rate: spec.probability })] : [];
    case 'tanh':
    case 'sigmoid':
    case 'lrn':
    case 'avgPool':
    case 'locallyConnected':
    case 'batchNorm':
      throw new RangeError(`${spec.name} is a layer of type ${spec.type}, which is not compared`);
    case 'adaptiveAvgPool':
      if (input.join() === output.join()) return [];
      throw new RangeError(`${spec.name} pools ${input.join()} to ${output.join()}: there is no such layer`);
  }
}

/** [C, H, W] of a layer's input; of a vector's features, what they were before they were flattened. */
function volumeBefore(shapes: readonly LayerShape[], index: number): readonly number[] {
  const { input } = shapes[index];
  if (input.length === 3) return input;
  const before = shapes
    .slice(0, index)
    .findLast(({ spec }) => spec.type === 'linear' || spec.type === 'flatten');
  return before?.spec.type === 'flatten' ? before.input : [...input, 1, 1];
}

/** Weights with channels and outputs last, as TensorFlow has them, and biases. */
function weightsOf(
  { spec, parameters }: LayerShape,
  volume: readonly number[],
  parameter: Parameters,
  core: Core,
): Tensor[] {
  return parameters.map(({ name, shape }) => {
    const values = parameter(name);
    if (shape.length === 1) return core.tensor(values, shape);
    // [O, I, H, W]; a linear layer's are a kernel as large as its input.
    const axes = (spec.type === 'linear' ? [shape[0], ...volume] : shape) as unknown as Four;
    const [outputs, ...window] = axes;
    const tensorShape =
      spec.type === 'linear'
        ? [values.length / outputs, outputs]
        : [window[1], window[2], window[0], outputs];
    return core.tensor(reorderAxes(values, axes, [2, 3, 1, 0]), tensorShape);
  });
}

async function infer(model: Model, input: Tensor, count: number): Promise<Float32Array> {
  const logits = model.predict(input, { batchSize: count });
  const values = await logits.data();
  logits.dispose();
  return values;
}
