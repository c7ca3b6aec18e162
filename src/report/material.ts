/** What a report is made of, and the contract of its sections. */
import type { ImageView } from '../data/image.ts';
import type { Dataset } from '../data/dataset.ts';
import { AlexnetError, problemOf } from '../errors.ts';
import type { Subject } from '../explain/subject.ts';
import type { ExcitingUnit } from '../explain/exciting.ts';
import type { Language, Text } from '../language.ts';
import type { ImageSet } from '../training/trainingData.ts';
import type { RunRecord } from '../training/runRecord.ts';
import type { Predictions } from './statistics.ts';

/** Why something is not there: a sentence or two. */
export interface Missing {
  readonly missing: Text;
}

export function isMissing(value: object | string): value is Missing {
  return typeof value === 'object' && 'missing' in value;
}

/** What is expected to go wrong on a machine without the run's files is told in the report. */
export async function orMissing<T>(make: () => Promise<T>): Promise<T | Missing> {
  try {
    return await make();
  } catch (error) {
    if (error instanceof AlexnetError) return { missing: ofError(problemOf(error)) };
    throw error;
  }
}

/** Errors speak English. */
function ofError(problem: string): Text {
  return { en: problem, ja: `読み込みか計算でエラーになった (原文): ${problem}` };
}

/** The run's weights, as far as they have come. */
export interface RunModel {
  readonly subject: Subject;
  /** They are those of the latest checkpoint: the run is not done. */
  readonly unfinished: boolean;
}

/** The units of one layer, with the images that excite them most. */
export interface ExcitedLayer {
  readonly layer: string;
  readonly units: readonly ExcitingUnit[];
}

/** What one pass over the test images has given. */
export interface Tested {
  /** What is looked into; the same as the model's. */
  readonly subject: Subject;
  readonly dataset: Dataset;
  readonly train: ImageSet;
  readonly predictions: Predictions;
  readonly excited: readonly ExcitedLayer[];
  /** An image of the test set, by its index there. */
  image(index: number): Promise<ImageView>;
}

export interface Material {
  readonly run: RunRecord;
  readonly language: Language;
  /** The text in the report's language. */
  t(text: Text): string;
  readonly signal: AbortSignal | undefined;
  readonly threads: number | undefined;
  readonly model: RunModel | Missing;
  readonly tested: Tested | Missing;
  /** Told of the work of a section that takes a while. */
  onProgress(done: number, total: number): void;
}

/** HTML of a section, without its heading; or why it has nothing to show. */
export type SectionBody = string | Missing;

export interface Section {
  /** Its anchor in the page. */
  readonly id: string;
  readonly title: Text;
  write(material: Material): SectionBody | Promise<SectionBody>;
}
