/** What each type of layer may be given beside its type and name: for specs that no compiler has seen. */
import { alexnetError } from '../errors.ts';
import { nearestName } from '../nearestName.ts';
import type { LayerSpec, LayerType } from './spec.ts';

type OptionKind = 'number' | 'boolean' | 'string' | 'initial';
type OptionsOf<Type extends LayerType> = Readonly<
  Record<Exclude<keyof Extract<LayerSpec, { type: Type }>, 'type' | 'name'>, OptionKind>
>;

const convolution = {
  outChannels: 'number',
  kernelSize: 'number',
  stride: 'number',
  padding: 'number',
  initial: 'initial',
} as const;
const pooling = { kernelSize: 'number', stride: 'number', padding: 'number', ceilMode: 'boolean' } as const;

const layerOptions: { readonly [Type in LayerType]: OptionsOf<Type> } = {
  conv: { ...convolution, groups: 'number' },
  locallyConnected: convolution,
  linear: { outFeatures: 'number', initial: 'initial' },
  batchNorm: { epsilon: 'number', momentum: 'number' },
  lrn: {
    size: 'number',
    alpha: 'number',
    beta: 'number',
    k: 'number',
    convention: 'string',
    region: 'string',
  },
  maxPool: pooling,
  avgPool: { ...pooling, countIncludePad: 'boolean' },
  adaptiveAvgPool: { outputSize: 'number' },
  dropout: { probability: 'number' },
  relu: {},
  tanh: {},
  sigmoid: {},
  flatten: {},
};

const layerTypes = Object.keys(layerOptions) as readonly LayerType[];

/**
 * Checks the names and kinds of a layer's options; shape inference checks their values. Throws ALEX_NETWORK_LAYER, which
 * names the layer, and what was most likely meant.
 */
export function checkLayerOptions(value: Readonly<Record<string, unknown>>, index: number): LayerSpec {
  const { type, name, ...options } = value;
  const layer = typeof name === 'string' && name !== '' ? name : `number ${index}`;
  const wrong = (problem: string): Error => alexnetError('ALEX_NETWORK_LAYER', { layer, problem });
  if (layer !== name) throw wrong('it has no name');
  if (typeof type !== 'string' || !Object.hasOwn(layerOptions, type)) {
    throw wrong(`there is no layer type ${JSON.stringify(type)}${meant(String(type), layerTypes)}`);
  }
  const known: Readonly<Record<string, OptionKind>> = layerOptions[type as LayerType];
  for (const [option, given] of Object.entries(options)) {
    if (!Object.hasOwn(known, option)) {
      const names = Object.keys(known);
      const all = names.length === 0 ? 'it has none' : `its options are ${names.join(', ')}`;
      throw wrong(`a ${type} layer has no option "${option}"${meant(option, names)}; ${all}`);
    }
    if (!isOfKind(given, known[option]!)) {
      throw wrong(`${option} is ${JSON.stringify(given)}, expected ${kindNames[known[option]!]}`);
    }
  }
  return value as unknown as LayerSpec;
}

const kindNames: Readonly<Record<OptionKind, string>> = {
  number: 'a number',
  boolean: 'true or false',
  string: 'a word',
  initial: 'an object with the numbers weightStd and bias',
};

function isOfKind(value: unknown, kind: OptionKind): boolean {
  if (kind !== 'initial') return typeof value === kind;
  const { weightStd, bias, ...others } = (value ?? {}) as Record<string, unknown>;
  return typeof weightStd === 'number' && typeof bias === 'number' && Object.keys(others).length === 0;
}

function meant(word: string, known: readonly string[]): string {
  const nearest = nearestName(word, known);
  return nearest === undefined ? '' : ` (did you mean "${nearest}"?)`;
}
