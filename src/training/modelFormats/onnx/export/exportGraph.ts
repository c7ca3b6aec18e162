import { enlargedMean } from '../../../../data/augmentation/meanImage.ts';
import type { TransformStep } from '../../../../data/transforms.ts';
import { elementTypeOf, type OnnxNode, type OnnxValue } from '../../../../formats/onnx/model.ts';
import type { WrittenOnnx } from '../../../../formats/onnx/writeOnnx.ts';
import type { TensorSource } from '../../../../formats/tensors.ts';
import { elementCount, inferShapes, type Shape } from '../../../../network/shapes.ts';
import { packageVersion } from '../../../../packageVersion.ts';
import type { WrittenModel } from '../../modelFormat.ts';
import { exportLayer } from './exportLayer.ts';
import { batchValue, createGraphBuilder, type GraphBuilder } from './graphBuilder.ts';

/** Names of what goes in and what comes out. */
export const inputName = 'images';
export const outputName = 'logits';

/** The first version of the format with this version of the operators. */
const irVersion = 8;
const opset = 17;

/** The entry of a file's metadata with our description of the model. */
export const metadataKey = 'alexnet';

/**
 * A model as an ONNX graph for inference: any number of images to their logits. The images are the network's input,
 * float32 [N, C, H, W]; with `preprocessing` they are pixels, uint8 [N, H, W, C], and what the transforms do to those is
 * in the graph. Resizing and cropping is left to whoever makes them.
 */
export function exportGraph(model: WrittenModel): WrittenOnnx {
  const { network, tensors, transforms, about, preprocessing } = model;
  const layers = inferShapes(network);
  const { channels, height, width } = network.input;
  const builder = createGraphBuilder([inputName, outputName, ...tensors.map(({ name }) => name)]);
  let value = preprocessing ? preprocess(builder, transforms, [channels, height, width]) : inputName;
  const parameter = parametersIn(builder, tensors);
  for (const layer of layers) value = exportLayer({ layer, input: value, builder, parameter });
  const { nodes, values } = namedOutput(builder, value);
  const pixels = batchValue(inputName, [height, width, channels], 'U8');
  const input = preprocessing ? pixels : batchValue(inputName, [channels, height, width]);
  const output = batchValue(outputName, layers.at(-1)!.output);
  return {
    irVersion,
    opset,
    producer: { name: 'alexnet-ts', version: packageVersion() },
    metadata: { [metadataKey]: about },
    graph: {
      name: network.name,
      nodes,
      values,
      initializers: new Map(tensors.map((tensor) => [tensor.name, tensor])),
      inputs: [input],
      outputs: [output],
    },
  };
}

/** The graph with its last value called as the output is. */
function namedOutput(
  builder: GraphBuilder,
  last: string,
): { readonly nodes: readonly OnnxNode<TensorSource>[]; readonly values: readonly OnnxValue[] } {
  const nodes = builder.nodes.map((node) =>
    node.outputs[0] === last ? { ...node, outputs: [outputName] } : node,
  );
  return { nodes, values: builder.values.filter(({ name }) => name !== last) };
}

/** Names of parameters as float32: their own, or those of what makes float32 of shorter ones. */
function parametersIn(builder: GraphBuilder, tensors: readonly TensorSource[]): (name: string) => string {
  const names = tensors.map(({ name, dtype = 'F32' }): [string, string] => {
    return [name, dtype === 'F32' ? name : toFloat32(builder, `${name}/float32`, name)];
  });
  const byName = new Map(names);
  return (name) => byName.get(name)!;
}

function toFloat32(builder: GraphBuilder, name: string, input: string, shape?: Shape): string {
  return builder.add('Cast', { name, inputs: [input], shape, ints: { to: elementTypeOf('F32') } });
}

/** From pixels to the network's input: what follows resizing and cropping. */
function preprocess(builder: GraphBuilder, transforms: readonly TransformStep[], shape: Shape): string {
  const planes = builder.add('Transpose', {
    name: 'preprocessing/channelsFirst',
    inputs: [inputName],
    ints: { perm: [0, 3, 1, 2] },
  });
  const pixels = toFloat32(builder, 'preprocessing/float32', planes, shape);
  return transforms.reduce((value, step) => {
    const withNumbers = (
      operator: string,
      name: string,
      input: string,
      values: ArrayLike<number>,
    ): string => {
      const numbers = Float32Array.from(values);
      const axes = numbers.length === elementCount(shape) ? shape : [numbers.length, 1, 1];
      const constant = builder.constant(`preprocessing/${name}`, axes, numbers);
      return builder.add(operator, { name: `preprocessing/${operator}`, inputs: [input, constant], shape });
    };
    switch (step.type) {
      case 'toTensor':
        return withNumbers('Div', '255', value, [255]);
      case 'normalize':
        return withNumbers('Div', 'std', withNumbers('Sub', 'mean', value, step.mean), step.std);
      case 'subtractMean': {
        const [, height, width] = shape as [number, number, number];
        return withNumbers('Sub', 'meanImage', value, enlargedMean(step, { height, width }));
      }
      default:
        // Of images, which are resized and cropped before; a model has no random ones.
        return value;
    }
  }, pixels);
}
