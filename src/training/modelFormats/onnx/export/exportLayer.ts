import type { LayerShape } from '../../../../network/shapes.ts';
import type {
  AdaptiveAvgPoolSpec,
  AvgPoolSpec,
  BatchNormSpec,
  ConvSpec,
  MaxPoolSpec,
} from '../../../../network/spec.ts';
import { adaptiveWindows, poolingWindows, windowCount, type Window } from '../../../../network/windows.ts';
import { exportLocallyConnected } from './exportLocallyConnected.ts';
import { exportLrn } from './exportLrn.ts';
import type { GraphBuilder } from './graphBuilder.ts';

/** One layer's place in the graph. */
export interface Place {
  readonly layer: LayerShape;
  /** Name of its input in the graph. */
  readonly input: string;
  readonly builder: GraphBuilder;
  /** Name in the graph of a parameter, as float32. */
  readonly parameter: (name: string) => string;
}

/**
 * Adds what a layer does in inference, and returns the name of its output. Its parameters are there by their own names,
 * in PyTorch's layouts, which are ONNX's.
 */
export function exportLayer(place: Place): string {
  const { spec } = place.layer;
  switch (spec.type) {
    case 'conv':
      return oneNode('Conv', place, convolution(spec));
    case 'locallyConnected':
      return exportLocallyConnected(spec, place);
    case 'batchNorm':
      return exportBatchNorm(spec, place);
    case 'relu':
      return oneNode('Relu', place);
    case 'tanh':
      return oneNode('Tanh', place);
    case 'sigmoid':
      return oneNode('Sigmoid', place);
    case 'lrn':
      return exportLrn(spec, place);
    case 'maxPool':
      return oneNode('MaxPool', place, { ...squares(spec), pads: poolingPads(spec, place) });
    case 'avgPool':
      return exportAvgPool(spec, place);
    case 'adaptiveAvgPool':
      return exportAdaptivePool(spec, place);
    case 'flatten':
      return oneNode('Flatten', place, { axis: 1 });
    case 'linear':
      return oneNode('Gemm', place, { transB: 1 });
    case 'dropout':
      return place.input;
  }
}

type Ints = Readonly<Record<string, number | readonly number[]>>;

/** A layer that is one operator, of its input and its parameters. */
function oneNode(operator: string, { layer, input, builder, parameter }: Place, ints?: Ints): string {
  const { spec, output, parameters } = layer;
  const inputs = [input, ...parameters.map(({ name }) => parameter(name))];
  return builder.add(operator, { name: spec.name, inputs, shape: output, ints });
}

function convolution({ kernelSize, stride = 1, padding = 0, groups = 1 }: ConvSpec): Ints {
  return { ...squares({ kernelSize, stride }), pads: [padding, padding, padding, padding], group: groups };
}

/** Of an image or a vector: both have the channels second. */
function exportBatchNorm({ name, epsilon = 1e-5, momentum = 0.1 }: BatchNormSpec, place: Place): string {
  const { layer, input, builder, parameter } = place;
  const inputs = [input, ...layer.parameters.map((one) => parameter(one.name))];
  // ONNX's momentum is the share of the old statistics.
  const floats = { epsilon, momentum: 1 - momentum };
  return builder.add('BatchNormalization', { name, inputs, shape: layer.output, floats });
}

function squares({ kernelSize, stride }: { readonly kernelSize: number; readonly stride: number }): Ints {
  return { kernel_shape: [kernelSize, kernelSize], strides: [stride, stride] };
}

/**
 * What lies around the image so that all windows fit: rounding up is more padding at the end. Runtimes differ in how
 * they understand ONNX's ceil_mode, and none in this.
 */
function poolingPads(spec: MaxPoolSpec | AvgPoolSpec, { layer }: Place): readonly number[] {
  const { kernelSize, stride, padding = 0 } = spec;
  const after = imageSize(layer).map((size) => {
    const end = (windowCount(size, spec) - 1) * stride + kernelSize - padding;
    return Math.max(0, end - size);
  });
  return [padding, padding, ...after];
}

function imageSize({ input }: LayerShape): [height: number, width: number] {
  const [, height, width] = input;
  return [height!, width!];
}

/** Averages whose divisors ONNX has, as its operator; the others as products. */
function exportAvgPool(spec: AvgPoolSpec, place: Place): string {
  const { padding = 0, countIncludePad = true } = spec;
  if (padding === 0 || !countIncludePad) {
    return oneNode('AveragePool', place, { ...squares(spec), pads: poolingPads(spec, place) });
  }
  const sizes = imageSize(place.layer);
  const roundedDown = { ...spec, ceilMode: false };
  if (sizes.every((size) => windowCount(size, spec) === windowCount(size, roundedDown))) {
    const pads = [padding, padding, padding, padding];
    return oneNode('AveragePool', place, { ...squares(spec), pads, count_include_pad: 1 });
  }
  return separableMeans(
    place,
    sizes.map((size) => poolingWindows(size, spec)),
  );
}

/** Nothing where the size is there already; one mean, or equal windows; else sums with weights along rows and columns. */
function exportAdaptivePool({ outputSize }: AdaptiveAvgPoolSpec, place: Place): string {
  const [height, width] = imageSize(place.layer);
  if (height === outputSize && width === outputSize) return place.input;
  if (outputSize === 1) return oneNode('GlobalAveragePool', place);
  if (height % outputSize === 0 && width % outputSize === 0) {
    const window = [height / outputSize, width / outputSize];
    return oneNode('AveragePool', place, { kernel_shape: window, strides: window });
  }
  return separableMeans(place, [adaptiveWindows(height, outputSize), adaptiveWindows(width, outputSize)]);
}

/** Means of any windows, as products with two matrices: one for the rows, one for the columns. */
function separableMeans(
  { layer, input, builder }: Place,
  [rows = [], columns = []]: readonly (readonly Window[])[],
): string {
  const [height, width] = imageSize(layer);
  const { name } = layer.spec;
  const inRow = means(columns, width, (output, pixel) => pixel * columns.length + output);
  const inColumn = means(rows, height, (output, pixel) => output * height + pixel);
  const across = builder.add('MatMul', {
    name: `${name}/across`,
    inputs: [input, builder.constant(`${name}/columns`, [width, columns.length], inRow)],
  });
  const down = builder.constant(`${name}/rows`, [rows.length, height], inColumn);
  return builder.add('MatMul', { name, inputs: [down, across], shape: layer.output });
}

/** The weight of every pixel in every window's mean; `place` says where in the matrix. */
function means(
  windows: readonly Window[],
  size: number,
  place: (output: number, pixel: number) => number,
): Float32Array {
  const weights = new Float32Array(windows.length * size);
  windows.forEach(({ begin, end, divisor }, output) => {
    for (let pixel = begin; pixel < end; pixel++) weights[place(output, pixel)] = 1 / divisor;
  });
  return weights;
}
