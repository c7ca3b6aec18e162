/** Watches: what a look at the weights, their gradients and their units tells of a training, now and then. */
import type { Program } from '../engine/engine.ts';
import type { WatchedLayer } from './events.ts';
import { releaseMemory } from './releaseMemory.ts';
import { markAlive, weightLayers, type ReluUnits, type WeightLayer } from './reluUnits.ts';
import type { TrainingConfig } from './trainingOptions.ts';

/** Most happens at the beginning: these steps are watched too, as far as they come before the first regular one. */
const earlySteps = [1, 20, 100, 200] as const;

/**
 * Whether a watch is due with the update after the `to`-th step of a training, when the one before it came after the
 * `from`-th. A function of the options alone, so that a resumed run tells the watches that it would have told.
 */
export function isWatched(
  { watchEvery }: Pick<TrainingConfig, 'watchEvery'>,
  { from, to }: { readonly from: number; readonly to: number },
): boolean {
  return watchEvery !== undefined && watchesUpTo(to, watchEvery) > watchesUpTo(from, watchEvery);
}

function watchesUpTo(step: number, every: number): number {
  const early = earlySteps.filter((first) => first <= step && first < every).length;
  return early + Math.floor(step / every);
}

/**
 * Reads the weights that the next update is about to change. What it returns is called after that update, before another
 * forward, and tells of it. Frozen layers are left out. Changes nothing in the program.
 */
export function beginWatch(program: Program): () => WatchedLayer[] {
  const trained = new Set(program.states.get('momentum'));
  const layers = weightLayers(program.network).filter(({ name }) => trained.has(`${name}.weight`));
  const before = layers.map(({ name }) => program.readParameter(`${name}.weight`));
  return () => layers.map((layer, i) => watchLayer(program, layer, before[i]!));
}

function watchLayer(program: Program, { name, relu }: WeightLayer, before: Float32Array): WatchedLayer {
  const weights = `${name}.weight`;
  const weight = rms(before);
  const update = using(program.readParameter(weights), (after) => rms(after, before));
  releaseMemory(before);
  const gradient = using(program.readGradient(weights), (values) => rms(values));
  const ratio = weight > 0 ? update / weight : 0;
  return { name, gradient, weight, update, ratio, ...(relu && { dead: deadShare(program, relu) }) };
}

function deadShare(program: Program, relu: ReluUnits): number {
  const alive = new Uint8Array(relu.units);
  using(program.readActivation(relu.name), (values) => markAlive(values, relu, alive));
  return 1 - alive.reduce((sum, one) => sum + one, 0) / relu.units;
}

/** Lets go of the values afterwards: a copy of AlexNet's largest weights takes 151 MB. */
function using<T>(values: Float32Array, use: (values: Float32Array) => T): T {
  const result = use(values);
  releaseMemory(values);
  return result;
}

/** Root mean square of values, or of their differences from others. */
function rms(values: Float32Array, others?: Float32Array): number {
  let sum = 0;
  for (let i = 0; i < values.length; i++) {
    const value = values[i]! - (others === undefined ? 0 : others[i]!);
    sum += value * value;
  }
  return Math.sqrt(sum / values.length);
}
