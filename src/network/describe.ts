import { elementCount, inferShapes, parameterShapes } from './shapes.ts';
import type { Shape } from './shapes.ts';
import type { LayerType, NetworkSpec } from './spec.ts';

/** One row of the layer table. */
export interface LayerDescription {
  readonly name: string;
  readonly type: LayerType;
  /** [C, H, W] or [F], without the batch. */
  readonly output: Shape;
  /** Those that are learnt: not the statistics of batch normalisation. */
  readonly parameters: number;
  /** Of one image's forward pass. */
  readonly multiplyAdds: number;
}

/** What `alexnet info` tells of a network; plain data, ready for JSON. */
export interface NetworkDescription {
  readonly network: string;
  /** [C, H, W] */
  readonly input: Shape;
  readonly parameters: number;
  /** Of one image's forward pass. */
  readonly multiplyAdds: number;
  /** In float32, before any engine's padding and scratch. */
  readonly memory: {
    readonly parameterBytes: number;
    /** The input and every layer's output, for one image. */
    readonly activationBytesPerImage: number;
  };
  readonly layers: readonly LayerDescription[];
  /** In state_dict order. */
  readonly tensors: readonly { readonly name: string; readonly shape: readonly number[] }[];
}

const floatBytes = 4;

/** A network's layers, sizes and cost. Throws ALEX_NETWORK_LAYER. */
export function describeNetwork(network: NetworkSpec): NetworkDescription {
  const shapes = inferShapes(network);
  const layers = shapes.map(({ spec, output, parameters, multiplyAdds }) => ({
    name: spec.name,
    type: spec.type,
    output,
    parameters: total(
      parameters.filter(({ kind }) => kind !== 'statistic').map(({ shape }) => elementCount(shape)),
    ),
    multiplyAdds,
  }));
  const { channels, height, width } = network.input;
  const input = [channels, height, width];
  const parameters = total(layers.map((layer) => layer.parameters));
  const activations = total([input, ...layers.map(({ output }) => output)].map(elementCount));
  return {
    network: network.name,
    input,
    parameters,
    multiplyAdds: total(layers.map((layer) => layer.multiplyAdds)),
    memory: {
      parameterBytes: floatBytes * total(parameterShapes(network).map(({ shape }) => elementCount(shape))),
      activationBytesPerImage: floatBytes * activations,
    },
    layers,
    tensors: shapes.flatMap((layer) => layer.parameters.map(({ name, shape }) => ({ name, shape }))),
  };
}

function total(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0);
}
