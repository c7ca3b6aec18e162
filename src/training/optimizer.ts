/** What the options say of updates, as the engine wants to know it. */
import type { CompileOptions, OptimizerOptions, ParameterOptions } from '../engine/engine.ts';
import { nearestName } from '../nearestName.ts';
import { learntShapes, type ParameterShape } from '../network/shapes.ts';
import type { NetworkSpec } from '../network/spec.ts';
import type { TrainingConfig } from './trainingOptions.ts';
import { optionError } from './optionError.ts';

/**
 * torch.optim's SGD, with Nesterov's momentum or without, and AdamW; `sgd-paper` is the 2012 paper's, whose learning
 * rate is inside the velocity. engine.ts has the formulas.
 */
export const optimizerNames = ['sgd', 'nesterov', 'sgd-paper', 'adamw'] as const;
export type OptimizerName = (typeof optimizerNames)[number];

const forms = { sgd: 'pytorch', nesterov: 'nesterov', 'sgd-paper': 'paper' } as const;

/** Names every layer with weights but the last of them: what knows of images, and not of classes. */
export const allButLast = 'all-but-last';

/** Of the update with this number, from 0. */
export function optimizerAt(config: TrainingConfig, learningRate: number, update: number): OptimizerOptions {
  const { optimizer, momentum, weightDecay, beta1, beta2, epsilon } = config;
  if (optimizer !== 'adamw') return { form: forms[optimizer], learningRate, momentum, weightDecay };
  return { type: 'adamw', learningRate, beta1, beta2, epsilon, weightDecay, step: update + 1 };
}

/** The same the other way round: the options that such an update follows from. */
export function optionsOfUpdate(
  update: OptimizerOptions,
): Partial<Pick<TrainingConfig, 'optimizer' | 'momentum' | 'beta1' | 'beta2' | 'epsilon'>> &
  Pick<TrainingConfig, 'learningRate' | 'weightDecay'> {
  if (update.type === 'adamw') {
    const { learningRate, beta1, beta2, epsilon, weightDecay } = update;
    return { optimizer: 'adamw', learningRate, beta1, beta2, epsilon, weightDecay };
  }
  const { form = 'pytorch', learningRate, momentum, weightDecay } = update;
  const optimizer = (['sgd', 'nesterov', 'sgd-paper'] as const).find((name) => forms[name] === form)!;
  return { optimizer, learningRate, momentum, weightDecay };
}

/** Whether what one optimizer keeps of a parameter is what the other would: SGD's velocity, with Nesterov's or without. */
export function keepAlike(a: OptimizerName, b: OptimizerName): boolean {
  const kept = (name: OptimizerName): OptimizerName => (name === 'nesterov' ? 'sgd' : name);
  return kept(a) === kept(b);
}

type UpdateConfig = Pick<
  TrainingConfig,
  'optimizer' | 'freeze' | 'learningRateScale' | 'decayBiases' | 'accumulate' | 'ema'
>;

/** What the program has to be compiled for. Throws ALEX_OPTION_VALUE for layers that are not there. */
export function compiledUpdates(
  { optimizer, accumulate, ema, ...config }: UpdateConfig,
  network: NetworkSpec,
): Pick<CompileOptions, 'optimizer' | 'parameters' | 'accumulates' | 'averages'> {
  return {
    optimizer: optimizer === 'adamw' ? 'adamw' : 'sgd',
    parameters: parameterOptions(config, network),
    accumulates: accumulate > 1,
    averages: ema !== undefined,
  };
}

function parameterOptions(
  {
    freeze = [],
    learningRateScale = {},
    decayBiases,
  }: Omit<UpdateConfig, 'optimizer' | 'accumulate' | 'ema'>,
  network: NetworkSpec,
): Record<string, ParameterOptions> {
  const shapes = learntShapes(network);
  const scales = [...freeze.map((prefix) => [prefix, 0] as const), ...Object.entries(learningRateScale)];
  for (const [prefix] of scales)
    checkPrefix(prefix, freeze.includes(prefix) ? 'freeze' : 'learningRateScale', shapes);
  const options = shapes.map(({ name, shape }): [string, ParameterOptions] => {
    // The longest name says most; what is frozen stays so.
    const own = scales.filter(([prefix]) => isOf(name, prefix, shapes));
    const frozen = own.some(([, scale]) => scale === 0);
    const longest = own.toSorted(([a], [b]) => rank(b) - rank(a))[0];
    const decays = decayBiases || shape.length > 1;
    return [name, { learningRateScale: frozen ? 0 : (longest?.[1] ?? 1), decays }];
  });
  if (options.every(([, { learningRateScale: scale }]) => scale === 0)) {
    throw optionError('freeze', freeze.join(','), 'some layers that are left to train');
  }
  return Object.fromEntries(options);
}

function rank(prefix: string): number {
  return prefix === allButLast ? 0 : prefix.length;
}

function isOf(name: string, prefix: string, shapes: readonly ParameterShape[]): boolean {
  if (prefix === allButLast) return layerOf(name) !== layerOf(shapes.at(-1)!.name);
  return name === prefix || name.startsWith(`${prefix}.`);
}

function layerOf(parameter: string): string {
  return parameter.slice(0, parameter.lastIndexOf('.'));
}

function checkPrefix(prefix: string, option: string, shapes: readonly ParameterShape[]): void {
  if (shapes.some(({ name }) => isOf(name, prefix, shapes))) return;
  const known = [allButLast, ...new Set(shapes.flatMap(({ name }) => [name.split('.')[0]!, layerOf(name)]))];
  const near = nearestName(prefix, known);
  const meant = near === undefined ? '' : ` (did you mean ${near}?)`;
  throw optionError(
    option,
    prefix,
    `a layer, or the beginning of some layers' names: ${known.join(', ')}${meant}`,
  );
}

/** Updates that are done after so many steps of an epoch: one for every `accumulate` batches, and one for the rest. */
export function updatesAfter(
  { accumulate }: Pick<TrainingConfig, 'accumulate'>,
  { epoch, step }: { readonly epoch: number; readonly step: number },
  stepsPerEpoch: number,
): number {
  return epoch * Math.ceil(stepsPerEpoch / accumulate) + Math.ceil(step / accumulate);
}

/**
 * The decay of the averages at an update (from 0); undefined where they are left alone. The first makes them the
 * weights, and the next ones follow these closely, as in TensorFlow's ExponentialMovingAverage with a number of
 * updates: min(ema, (1 + n) / (10 + n)).
 */
export function averageDecayAt(
  { ema, emaEvery }: Pick<TrainingConfig, 'ema' | 'emaEvery'>,
  update: number,
): number | undefined {
  if (ema === undefined || update % emaEvery !== 0) return undefined;
  const done = update / emaEvery;
  return done === 0 ? 0 : Math.min(ema ** emaEvery, (1 + done) / (10 + done));
}
