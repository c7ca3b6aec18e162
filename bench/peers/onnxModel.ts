/** A network as an ONNX file: github.com/onnx/onnx/blob/main/onnx/onnx.proto, whose field numbers these are. */
import { inferShapes, type LayerShape } from '../../src/network/shapes.ts';
import type { NetworkSpec } from '../../src/network/spec.ts';
import { messageField, numberField, textField, type Pieces } from '../../src/formats/protobuf/encode.ts';
import type { Parameters } from './randomNetwork.ts';

export const inputName = 'images';
export const outputName = 'logits';

/** The first version of the format with this opset. */
const irVersion = 8;
const opset = 17;
const float32 = 1;
const attributeTypes = { whole: 2, wholes: 7 } as const;

interface Node {
  readonly operator: string;
  readonly attributes?: Readonly<Record<string, number | readonly number[]>>;
}

/**
 * The file, in pieces. `parameter` gives each one's values in PyTorch's layout. What inference leaves out, dropout and
 * pooling to the size that is there, is left out here too.
 */
export function onnxModel(network: NetworkSpec, parameter: Parameters): Pieces {
  const layers = inferShapes(network);
  const graph = [
    ...nodes(layers),
    ...textField(2, network.name),
    ...layers
      .flatMap((layer) => layer.parameters)
      .flatMap(({ name, shape }) => messageField(5, tensor(name, shape, parameter(name)))),
    ...messageField(11, tensorType(inputName, layers[0].input)),
    ...messageField(12, tensorType(outputName, layers.at(-1)!.output)),
  ];
  return [
    ...numberField(1, irVersion),
    ...textField(2, 'alexnet-ts'),
    ...messageField(7, graph),
    ...messageField(8, numberField(2, opset)),
  ];
}

function nodes(layers: readonly LayerShape[]): Pieces {
  const kept = layers.flatMap((layer) => {
    const node = nodeOf(layer);
    return node ? [{ layer, node }] : [];
  });
  return kept.flatMap(({ layer, node }, index) => {
    const input = index === 0 ? inputName : kept[index - 1].layer.spec.name;
    const output = index === kept.length - 1 ? outputName : layer.spec.name;
    const inputs = [input, ...layer.parameters.map(({ name }) => name)];
    return messageField(1, [
      ...inputs.flatMap((name) => textField(1, name)),
      ...textField(2, output),
      ...textField(3, layer.spec.name),
      ...textField(4, node.operator),
      ...Object.entries(node.attributes ?? {}).flatMap(([name, value]) => attribute(name, value)),
    ]);
  });
}

/** Undefined for a layer that does nothing in inference. */
function nodeOf({ spec, input, output }: LayerShape): Node | undefined {
  switch (spec.type) {
    case 'conv': {
      const { kernelSize, stride = 1, padding = 0 } = spec;
      return { operator: 'Conv', attributes: window(kernelSize, stride, padding) };
    }
    case 'maxPool':
      return { operator: 'MaxPool', attributes: window(spec.kernelSize, spec.stride, 0) };
    case 'relu':
      return { operator: 'Relu' };
    case 'flatten':
      return { operator: 'Flatten', attributes: { axis: 1 } };
    case 'linear':
      return { operator: 'Gemm', attributes: { transB: 1 } };
    case 'dropout':
      return undefined;
    case 'adaptiveAvgPool':
      if (input.join() === output.join()) return undefined;
      throw new RangeError(
        `${spec.name} pools ${input.join()} to ${output.join()}: ONNX has no such operator`,
      );
  }
}

function window(size: number, stride: number, padding: number): NonNullable<Node['attributes']> {
  return {
    kernel_shape: [size, size],
    strides: [stride, stride],
    pads: [padding, padding, padding, padding],
  };
}

function attribute(name: string, value: number | readonly number[]): Pieces {
  const content =
    typeof value === 'number'
      ? [...numberField(3, value), ...numberField(20, attributeTypes.whole)]
      : [...value.flatMap((each) => numberField(8, each)), ...numberField(20, attributeTypes.wholes)];
  return messageField(5, [...textField(1, name), ...content]);
}

function tensor(name: string, shape: readonly number[], values: Float32Array): Pieces {
  return [
    ...shape.flatMap((size) => numberField(1, size)),
    ...numberField(2, float32),
    ...textField(8, name),
    ...messageField(9, [new Uint8Array(values.buffer, values.byteOffset, values.byteLength)]),
  ];
}

/** A tensor of any number of images or of their logits. */
function tensorType(name: string, shape: readonly number[]): Pieces {
  const sizes = [textField(2, 'N'), ...shape.map((size) => numberField(1, size))];
  const dimensions = sizes.flatMap((size) => messageField(1, size));
  const type = messageField(1, [...numberField(1, float32), ...messageField(2, dimensions)]);
  return [...textField(1, name), ...messageField(2, type)];
}
