/** The rows of the speed table. */
import type { Job } from './processes.ts';

export interface Row extends Omit<Job, 'threads'> {
  /** Whether PyTorch has the same network. */
  readonly peer: boolean;
  /** Takes minutes: only with --full. */
  readonly slow?: boolean;
}

/** Rounds are chosen so that each process times some seconds of steps. */
export const rows: readonly Row[] = [
  { network: 'alexnet', mode: 'train', batch: 32, rounds: 6, peer: true },
  { network: 'alexnet', mode: 'train', batch: 128, rounds: 4, peer: true, slow: true },
  { network: 'alexnet', mode: 'infer', batch: 32, rounds: 12, peer: true },
  { network: 'alexnet', mode: 'infer', batch: 1, rounds: 100, peer: true },
  { network: 'alexnet-32', mode: 'train', batch: 32, rounds: 100, peer: false },
  { network: 'alexnet-32', mode: 'infer', batch: 32, rounds: 200, peer: false },
];

/** Networks whose start is timed. */
export const startRows = ['alexnet-32', 'alexnet'] as const;
