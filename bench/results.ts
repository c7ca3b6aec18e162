/** What the speed table is printed from. */
import type { Job, Measurement } from './processes.ts';
import { spreadOf, type Spread } from '../src/cli/statistics.ts';
import { compare, type Comparison } from './compare.ts';

export interface Side {
  readonly name: string;
  /** Of the medians of all processes. */
  readonly imagesPerSecond: Spread;
  /** Of the process that took most. */
  readonly peakBytes: number;
}

export interface PeerSide extends Side, Comparison {
  /** Our peak memory as a share of its. */
  readonly memoryRatio: number;
}

export interface RowResult extends Job {
  readonly type: 'row';
  readonly name: string;
  /** Processes that were run for each side. */
  readonly n: number;
  readonly ours: Side;
  readonly peers: readonly PeerSide[];
}

export interface StartResult {
  readonly type: 'start';
  readonly name: string;
  readonly n: number;
  readonly seconds: Spread;
}

export type Result = RowResult | StartResult;

/** Measurements of one program, in the order in which they were taken; `label` says what its own name does not. */
export function sideOf(measurements: readonly Measurement[], label?: string): Side {
  const { peer } = measurements[0];
  return {
    name: label === undefined ? peer : `${peer}, ${label}`,
    imagesPerSecond: spreadOf(medians(measurements)),
    peakBytes: Math.max(...measurements.map(({ peakBytes }) => peakBytes)),
  };
}

/** A peer's measurements, each taken beside the one of ours that has its place. */
export function peerSideOf(
  ours: readonly Measurement[],
  theirs: readonly Measurement[],
  label?: string,
): PeerSide {
  const side = sideOf(theirs, label);
  const memoryRatio = sideOf(ours).peakBytes / side.peakBytes;
  return { ...side, ...compare(medians(ours), medians(theirs)), memoryRatio };
}

function medians(measurements: readonly Measurement[]): number[] {
  return measurements.map(({ imagesPerSecond }) => imagesPerSecond.median);
}
