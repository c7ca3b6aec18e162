/** What compiling and running a network will take, before its memory is there. */
import type { NetworkSpec } from '../../../network/spec.ts';
import type { CompileOptions } from '../../engine.ts';
import { memoryLimit } from '../native/memoryLimit.ts';
import { passTimes, type PassTime } from '../plan/passTimes.ts';
import { planProgram, type PlannedFor } from '../plan/planProgram.ts';
import { measureCosts } from './machineCosts.ts';
import { predictOperations } from './predict.ts';
import { sampleRatios } from './sampleRatios.ts';

export interface Prediction {
  /** What the program will own: parameters, momentum, activations, gradients, and what operators work in. */
  readonly memoryBytes: number;
  /** Each pass has one time, of a step in the middle of many. */
  readonly passes: readonly PassTime[];
}

/**
 * Predicts a step: of training, or a forward pass. Measures the machine for some seconds, on a small network of its own.
 * Throws ALEX_NETWORK_LAYER, ALEX_OPTION_VALUE, ALEX_ENGINE_MEMORY.
 */
export async function predictProgram(
  network: NetworkSpec,
  options: CompileOptions,
  plannedFor: PlannedFor,
): Promise<Prediction> {
  const { batchSize, training, optimizer, averages, accumulates } = options;
  const plan = planProgram(network, options, plannedFor, memoryLimit());
  const run = { ...plannedFor, batchSize, training };
  const costs = await measureCosts(plannedFor);
  const ratios = await sampleRatios({ ...run, optimizer, averages, accumulates }, costs);
  const times = predictOperations({ ...run, plan }, costs).map((time) => ({
    ...time,
    milliseconds: time.milliseconds * (ratios.get(time.operation.kind) ?? 1),
  }));
  return { memoryBytes: plan.memory.bytes, passes: passTimes(network, batchSize, [times]) };
}
