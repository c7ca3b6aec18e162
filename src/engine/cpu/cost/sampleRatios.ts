/** By how much each kind of operation misses the model on this machine: a small network runs, and tells. */
import { bareSteps } from '../../bareSteps.ts';
import type { CompileOptions } from '../../engine.ts';
import { steadySteps } from '../../steadySteps.ts';
import { nodeHost } from '../nodeHost.ts';
import { planProgram, type PlannedFor } from '../plan/planProgram.ts';
import type { Operation } from '../plan/operations.ts';
import type { OperationTime } from '../profile.ts';
import { compileCpu } from '../program.ts';
import type { MachineCosts } from './machineCosts.ts';
import { predictOperations } from './predict.ts';
import { sampleBatch, sampleNetwork } from './sampleNetwork.ts';

/** Measured by predicted time, of kinds that the small network has. */
export type KindRatios = ReadonlyMap<Operation['kind'], number>;

export interface SampledFor
  extends
    PlannedFor,
    Pick<CompileOptions, 'batchSize' | 'training' | 'optimizer' | 'averages' | 'accumulates'> {}

export async function sampleRatios(sampledFor: SampledFor, costs: MachineCosts): Promise<KindRatios> {
  const batchSize = Math.min(sampledFor.batchSize, sampleBatch);
  const run = { ...sampledFor, batchSize };
  const plan = planProgram(sampleNetwork, run, run);
  const predicted = byKind(predictOperations({ ...run, plan }, costs));
  const measured = await measure(run);
  return new Map(
    [...predicted].map(([kind, milliseconds]) => [kind, (measured.get(kind) ?? 0) / milliseconds]),
  );
}

type KindTimes = ReadonlyMap<Operation['kind'], number>;

function byKind(times: readonly Pick<OperationTime, 'operation' | 'milliseconds'>[]): KindTimes {
  const sums = new Map<Operation['kind'], number>();
  for (const { operation, milliseconds } of times)
    sums.set(operation.kind, (sums.get(operation.kind) ?? 0) + milliseconds);
  return sums;
}

/** Of each operation the lower quartile: what else the machine does can only make it slower. */
async function measure(sampled: SampledFor): Promise<KindTimes> {
  const program = await compileCpu(sampleNetwork, sampled, { ...sampled, profile: true, host: nodeHost });
  try {
    const step = bareSteps(sampled.training ? 'train' : 'infer', program);
    const steps = await steadySteps(step, () => program.profile!.read());
    return byKind(
      steps[0].map(({ operation }, place) => ({
        operation,
        milliseconds: lowerQuartile(steps.map((times) => times[place].milliseconds)),
      })),
    );
  } finally {
    await program.dispose();
  }
}

function lowerQuartile(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[values.length >> 2];
}
