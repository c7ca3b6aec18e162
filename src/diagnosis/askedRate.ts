import type { RunRecord } from '../training/runRecord.ts';

/** The learning rate that was asked for last: the configured one, unless it was changed while the run went on. */
export function askedRate({ config, rateChanges }: RunRecord): number {
  return rateChanges.at(-1)?.learningRate ?? config.learningRate;
}
