/**
 * What a diagnosis is: a look at what a training run has left, for one thing that may be wrong with it. One file a
 * diagnosis; diagnoses.ts lists them. Its thresholds are in docs/doctor.md, with the runs that they were measured on.
 */
import type { Text } from '../language.ts';
import type { RunRecord } from '../training/runRecord.ts';
import type { ExaminedImages } from './examineImages.ts';

export const diagnosisNames = [
  'divergence',
  'loss-at-chance',
  'learning-rate-high',
  'learning-rate-low',
  'dead-units',
  'overfitting',
  'label-noise',
  'unbalanced-classes',
  'data-loading',
] as const;
export type DiagnosisName = (typeof diagnosisNames)[number];

/** What there is to judge by. */
export interface Evidence {
  readonly run: RunRecord;
  /** What the model makes of its training images, where both could be read. */
  readonly images?: ExaminedImages | undefined;
}

/** Something that is wrong. */
export interface Finding {
  /** In a few words. */
  readonly title: Text;
  /** What was seen, with its numbers. */
  readonly evidence: Text;
  /** What to try, the most promising first. */
  readonly advice: readonly Text[];
  /** The numbers of the evidence, and what else a program may want of it; JSON. */
  readonly values: Readonly<Record<string, unknown>>;
}

export interface Diagnosis {
  readonly name: DiagnosisName;
  /** Undefined where nothing is wrong, or nothing can be said. */
  readonly find: (evidence: Evidence) => Finding | undefined;
}
