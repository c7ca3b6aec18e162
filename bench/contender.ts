import type { Job, Measurement } from './processes.ts';

/** A program that the speed table measures. */
export interface Contender {
  /** What it takes to measure it here; undefined where nothing is missing. */
  missing(): Promise<string | undefined>;
  measure(job: Job): Promise<Measurement>;
}
