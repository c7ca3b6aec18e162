/** The images of a run: what it trains on, what it chooses by, what it is tested on. */
import type { CacheOptions } from '../data/cache/pixelCache.ts';
import type { Dataset } from '../data/dataset.ts';
import { loadSplits, type DatasetSplits } from '../data/datasets.ts';
import { imageCacheDir } from '../data/locations.ts';
import { stratifiedSplit } from '../data/split.ts';
import type { TrainingConfig, TrainingOptions } from './trainingOptions.ts';
import type { ProgressEvent } from './events.ts';
import { optionError } from './optionError.ts';
import { createPace } from './pace.ts';

/** A data set, or some of its images. */
export interface ImageSet {
  readonly dataset: Dataset;
  /** Absent for all of them. */
  readonly indices?: Uint32Array;
}

export interface TrainingData {
  readonly train: ImageSet;
  readonly validation?: ImageSet;
  readonly test: ImageSet;
}

export function imageCount({ dataset, indices }: ImageSet): number {
  return indices?.length ?? dataset.length;
}

/** What is told while the data is opened. */
export interface OpeningHooks {
  readonly onNotice: (message: string) => void;
  readonly onProgress?: ((event: ProgressEvent) => void) | undefined;
}

function progressTeller(
  onProgress: OpeningHooks['onProgress'],
): ((done: number, total: number) => void) | undefined {
  if (onProgress === undefined) return undefined;
  let pace = createPace();
  let before = 0;
  return (step, steps) => {
    // Another split begins.
    if (step < before) [pace, before] = [createPace(), 0];
    const imagesPerSecond = pace.count(step - before);
    before = step;
    const secondsLeft = imagesPerSecond > 0 ? (steps - step) / imagesPerSecond : 0;
    onProgress({
      type: 'progress',
      phase: 'open',
      epoch: 1,
      step,
      steps,
      loss: 0,
      imagesPerSecond,
      secondsLeft,
    });
  };
}

/**
 * Loads what is not in memory, and splits validation images off the training set when the data has none of its own and
 * the options ask for some. Throws what loadDataset throws, ALEX_OPTION_VALUE.
 */
export async function loadTrainingData(
  { dataset }: Pick<TrainingOptions, 'dataset'>,
  config: TrainingConfig,
  { onNotice, onProgress }: OpeningHooks,
): Promise<TrainingData> {
  const splits =
    typeof dataset === 'object'
      ? dataset
      : await loadSplits(config.dataset, { ...config, onNotice, onProgress: progressTeller(onProgress) });
  const data = withValidation(splits, config);
  if (data.validation === undefined) {
    const expected = 'one that needs no validation images, or some of them: set validation';
    if (config.schedule === 'plateau') throw optionError('schedule', config.schedule, expected);
    if (config.patience !== undefined) {
      throw optionError('patience', config.patience, 'nothing without validation images: set validation');
    }
  }
  return data;
}

function withValidation(splits: DatasetSplits, { validation, seed }: TrainingConfig): TrainingData {
  const { train, test } = splits;
  const own = { train: { dataset: train }, test: { dataset: test } };
  if (splits.validation !== undefined) return { ...own, validation: { dataset: splits.validation } };
  if (validation === undefined) return own;
  const { kept, held } = stratifiedSplit(train, validation, seed);
  const [trained, watched] = [kept, held].map((indices) => ({ dataset: train, indices }));
  return { ...own, train: trained!, validation: watched! };
}

/** Where pixels of image files are kept. One epoch reads what is there, and adds nothing that it would not use. */
export function pixelCache({ cache, cacheDir, cacheSize, epochs }: TrainingConfig): CacheOptions | undefined {
  if (cache === false) return undefined;
  return { dir: cacheDir ?? imageCacheDir, limitBytes: (cacheSize ?? 20) * 1e9, write: epochs > 1 };
}
