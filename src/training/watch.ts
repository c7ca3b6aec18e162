/** Watches: what a look at the weights, their gradients and their units tells of a training, now and then. */
import type { Program, UpdateSizes } from '../engine/engine.ts';
import type { WatchedLayer } from './events.ts';
import { releaseMemory } from './releaseMemory.ts';
import { markAlive, weightLayers, type ReluUnits, type WeightLayer } from './reluUnits.ts';
import type { TrainingConfig } from './trainingOptions.ts';

/** Most happens at the beginning: these steps are watched too, as far as they come before the first regular one. */
const earlySteps = [1, 20, 100] as const;

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
  const measure = program.measureUpdate(layers.map(({ name }) => `${name}.weight`));
  return () => {
    const sizes = measure();
    return layers.map((layer, i) => watchedLayer(program, layer, sizes[i]!));
  };
}

function watchedLayer(
  program: Program,
  { name, relu }: WeightLayer,
  { parameter: weight, update, gradient }: UpdateSizes,
): WatchedLayer {
  const ratio = weight > 0 ? update / weight : 0;
  return { name, gradient, weight, update, ratio, ...(relu && { dead: deadShare(program, relu) }) };
}

function deadShare(program: Program, relu: ReluUnits): number {
  const values = program.readActivation(relu.name);
  const alive = new Uint8Array(relu.units);
  markAlive(values, relu, alive);
  releaseMemory(values);
  return 1 - alive.reduce((sum, one) => sum + one, 0) / relu.units;
}
