import type { RandomStream } from '../random/chunks.ts';
import { fillNormal } from '../random/normal.ts';
import { fillUniform } from '../random/uniform.ts';
import { purposes } from '../random/philox.ts';
import { elementCount, parameterShapes } from './shapes.ts';
import type { ParameterShape } from './shapes.ts';
import type { NetworkSpec } from './spec.ts';

/**
 * `torchvision`: PyTorch's default for convolutions and linear layers, weights and biases uniform in
 * ±1/sqrt(fanIn). `he`: weights uniform in ±sqrt(6/fanIn) (He, Zhang, Ren and Sun 2015, which keeps the signal's
 * size through ReLUs), biases 0. `xavier`: weights uniform in ±sqrt(6/(fanIn + fanOut)) (Glorot and Bengio 2010, for
 * tanh and linear layers: between what keeps signals and what keeps gradients; torch.nn.init.xavier_uniform_), biases
 * 0. `paper`: what the network's paper says of each layer, weights from a normal
 * distribution and constant biases; for a network without a paper N(0, 0.01) and 0.
 */
export type InitializationScheme = 'torchvision' | 'he' | 'xavier' | 'paper';

export const initializationSchemes: readonly InitializationScheme[] = [
  'torchvision',
  'he',
  'xavier',
  'paper',
];

export interface InitializationOptions {
  readonly scheme: InitializationScheme;
  /** A whole number up to 2^53 - 1; the same seed gives the same bits on every machine. */
  readonly seed: number;
  /** Only these parameters. Default: all. */
  readonly names?: readonly string[] | undefined;
}

/**
 * Draws every parameter in state_dict order and hands it to `write`. Each position in that order has its own
 * stream of random numbers, so a parameter does not change when those before it change size.
 */
export function initialise(
  network: NetworkSpec,
  { scheme, seed, names }: InitializationOptions,
  write: (name: string, values: Float32Array) => void,
): void {
  for (const [stream, parameter] of parameterShapes(network).entries()) {
    if (names !== undefined && !names.includes(parameter.name)) continue;
    const values = new Float32Array(elementCount(parameter.shape));
    fill(values, parameter, scheme, { seed, purpose: purposes.initialisation, stream });
    write(parameter.name, values);
  }
}

function fill(
  values: Float32Array,
  { kind, fanIn, shape, initial }: ParameterShape,
  scheme: InitializationScheme,
  source: RandomStream,
): void {
  if (kind === 'norm' || kind === 'statistic') {
    values.fill(initial.bias);
    return;
  }
  switch (scheme) {
    case 'torchvision':
      return fillUniform(values, 1 / Math.sqrt(fanIn), source);
    case 'he':
      if (kind === 'weight') fillUniform(values, Math.sqrt(6 / fanIn), source);
      return;
    case 'xavier':
      if (kind === 'weight') fillUniform(values, Math.sqrt(6 / (fanIn + fanOut(shape, fanIn))), source);
      return;
    case 'paper':
      if (kind === 'weight') fillNormal(values, initial.weightStd, source);
      else values.fill(initial.bias);
  }
}

/** Outputs that an input has a weight for, away from borders; in a grouped convolution those of all groups, as in PyTorch. */
function fanOut(shape: readonly number[], fanIn: number): number {
  // [O, I], [O, I, k, k] or [O, H', W', I, k, k].
  const inputs = shape.length === 2 ? shape[1]! : shape.at(-3)!;
  return (shape[0]! * fanIn) / inputs;
}
