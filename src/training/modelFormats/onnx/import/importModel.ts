import type { OnnxFile } from '../../../../formats/onnx/openOnnx.ts';
import { tensorType } from '../../../../formats/onnx/tensorValues.ts';
import { alexnetError } from '../../../../errors.ts';
import type { TensorType } from '../../../../formats/tensors.ts';
import { lrnScale, lrnWindow } from '../../../../network/lrn.ts';
import { inferShapes, type LayerShape } from '../../../../network/shapes.ts';
import type { LayerSpec, LayerType, NetworkSpec } from '../../../../network/spec.ts';
import { buildNetwork, networkNames } from '../../../../network/zoo/networks.ts';
import type { ModelSource } from '../../modelFormat.ts';
import { metadataKey } from '../export/exportGraph.ts';
import { importGraph } from './importGraph.ts';

/**
 * An ONNX file as a model: one of ours by the description in it, any other by its graph.
 * Throws ALEX_ONNX_UNSUPPORTED, ALEX_ONNX_INVALID, ALEX_FILE_READ.
 */
export async function importModel(file: OnnxFile): Promise<ModelSource> {
  const about = file.model.metadata[metadataKey];
  if (about !== undefined) return describedModel(file, about);
  const { network, parameters } = await importGraph(file);
  const types = [...parameters].map(([name, { shape }]) => [name, { dtype: 'F32', shape }] as const);
  return {
    network: knownNetwork(network),
    tensors: new Map<string, TensorType>(types),
    read: async (name) => {
      const parameter = parameters.get(name);
      if (parameter === undefined) throw alexnetError('ALEX_TENSOR_MISSING', { name });
      return { dtype: 'F32', shape: parameter.shape, values: await parameter.read() };
    },
    close: () => file.close(),
  };
}

/** JSON of more characters can fill the memory. */
const mostDescription = 5_000_000;

/** A file that was written here: its tensors are the network's parameters. */
function describedModel(file: OnnxFile, about: string): ModelSource {
  const { initializers } = file.model.graph;
  const fault = (problem: string): Error => alexnetError('ALEX_ONNX_INVALID', { file: file.name, problem });
  if (about.length > mostDescription) throw fault(`its description has ${about.length} characters`);
  return {
    about,
    tensors: new Map([...initializers].map(([name, tensor]) => [name, tensorType(tensor, fault)])),
    read: async (name) => {
      const tensor = initializers.get(name);
      if (tensor === undefined) throw alexnetError('ALEX_TENSOR_MISSING', { name });
      return file.read(tensor);
    },
    close: () => file.close(),
  };
}

/** The network of the zoo that this is, with the dropout that inference leaves out; else the network itself. */
function knownNetwork(network: NetworkSpec): NetworkSpec {
  const { input, layers } = network;
  const last = layers.at(-1);
  if (last?.type !== 'linear' || input.height !== input.width) return network;
  if (layers.some(({ type }) => type === 'dropout')) return network;
  const options = { classes: last.outFeatures, inputSize: input.height };
  const isThis = (known: NetworkSpec): boolean =>
    // The same windows over the same images: the known network fits them too.
    slidingLayers(known) === slidingLayers(network) && inference(known) === inference(network);
  return networkNames.map((name) => buildNetwork(name, options)).find(isThis) ?? network;
}

function slidingLayers({ input, layers }: NetworkSpec): string {
  const sliding = layers.filter(({ type }) => type === 'conv' || type === 'maxPool' || type === 'avgPool');
  return JSON.stringify([input.channels, input.height, input.width, sliding.map(essence)]);
}

/** What a network computes, and the names of its parameters; what else its layers are called is nobody's business. */
function inference(network: NetworkSpec): string {
  const kept = inferShapes(network).filter((layer) => !doesNothing(layer));
  return JSON.stringify(kept.map(({ spec }) => essence(spec)));
}

/** Nothing in inference, and in a graph perhaps not there. */
function doesNothing({ spec: { type }, input, output }: LayerShape): boolean {
  const reshapes = type === 'adaptiveAvgPool' || type === 'flatten';
  return type === 'dropout' || (reshapes && input.join() === output.join());
}

/** What a layer is, its options in one order, defaults left out. */
function essence(layer: LayerSpec): unknown {
  if (layer.type === 'lrn') {
    const scale = lrnScale(layer).toPrecision(6);
    return [layer.type, layer.region === 'withinChannel', lrnWindow(layer), scale, layer.beta, layer.k];
  }
  const options = Object.entries(layer).filter(
    ([option, value]) =>
      option !== 'initial' &&
      (hasParameters.has(layer.type) || option !== 'name') &&
      value !== defaults[option],
  );
  return options.toSorted(([a], [b]) => (a < b ? -1 : 1));
}

const hasParameters: ReadonlySet<LayerType> = new Set(['conv', 'locallyConnected', 'batchNorm', 'linear']);

const defaults: Readonly<Record<string, unknown>> = {
  stride: 1,
  padding: 0,
  groups: 1,
  ceilMode: false,
  epsilon: 1e-5,
  momentum: 0.1,
};
