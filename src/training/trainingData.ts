/** The images of a run: what it trains on, what it chooses by, what it is tested on. */
import type { Dataset } from '../data/dataset.ts';
import { loadDataset } from '../data/datasets.ts';
import { stratifiedSplit } from '../data/split.ts';
import type { DatasetSplits, TrainingConfig, TrainingOptions } from './config.ts';
import { optionError } from './optionChecks.ts';

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

/**
 * Loads what is not in memory, and splits validation images off the training set when the data has none of its own and
 * the options ask for some. Throws what loadDataset throws, ALEX_OPTION_VALUE.
 */
export async function loadTrainingData(
  { dataset }: Pick<TrainingOptions, 'dataset'>,
  config: TrainingConfig,
  onNotice: (message: string) => void,
): Promise<TrainingData> {
  const splits = typeof dataset === 'object' ? dataset : await loadSplits(config, onNotice);
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

async function loadSplits(
  { dataset, dataDir, limitTrain, limitTest }: TrainingConfig,
  onNotice: (message: string) => void,
): Promise<DatasetSplits> {
  const train = await loadDataset(dataset, { split: 'train', dataDir, limit: limitTrain, onNotice });
  const test = await loadDataset(dataset, { split: 'test', dataDir, limit: limitTest });
  return { train, test };
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
