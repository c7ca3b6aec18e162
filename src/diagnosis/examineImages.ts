/** What a run's model makes of the images that it was trained on. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { DatasetSplits } from '../data/datasets.ts';
import { imageName } from '../data/images/readEncoded.ts';
import { createEngine } from '../engine/create.ts';
import type { Engine, Program } from '../engine/engine.ts';
import { AlexnetError } from '../errors.ts';
import { inferShapes } from '../network/shapes.ts';
import type { NetworkSpec } from '../network/spec.ts';
import type { RunRecord } from '../training/runRecord.ts';
import { evaluateModel } from '../training/evaluateModel.ts';
import type { ProgressEvent } from '../training/events.ts';
import type { Model } from '../training/modelDescription.ts';
import { loadModel } from '../training/modelFile.ts';
import { articleRecipe } from '../training/recipes/article.ts';
import { markAlive, weightLayers } from '../training/reluUnits.ts';
import { loadTrainingData, type ImageSet } from '../training/trainingData.ts';
import type { TrainingConfig } from '../training/trainingOptions.ts';

export interface ExamineOptions {
  /** In place of the data set that the run's configuration names. */
  readonly dataset?: string | DatasetSplits | undefined;
  readonly dataDir?: string | undefined;
  /** Training images to look at, taken evenly from all of them. Default: what takes some seconds. */
  readonly images?: number | undefined;
  /** Default: the CPU engine. */
  readonly engine?: Engine | undefined;
  readonly onProgress?: ((event: ProgressEvent) => void) | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** What the model says of one image, with dropout off and without augmentation. */
export interface ImagePrediction {
  /** In the data set's training images. */
  readonly index: number;
  /** Class indices. */
  readonly label: number;
  readonly predicted: number;
  /** Softmax of the predicted class, and of the labelled one. */
  readonly confidence: number;
  readonly likelihood: number;
}

export interface ExaminedImages {
  /** Names by class index. */
  readonly classes: readonly string[];
  /** Training images of each class. */
  readonly classCounts: readonly number[];
  /** How many were looked at. */
  readonly examined: number;
  /** 0..1 */
  readonly accuracy: number;
  /** Mean cross-entropy, in nats. */
  readonly loss: number;
  readonly predictions: readonly ImagePrediction[];
  /** Of every layer with a ReLU after it, the share of its units that were 0 for all these images. */
  readonly deadUnits: readonly { readonly name: string; readonly dead: number }[];
  /** The path of an image in a file. */
  readonly pathOf?: (index: number) => string;
}

/** Multiply-adds that two cores do in some seconds. */
const affordableMultiplyAdds = 1e12;
const batchSize = 32;

/** What could not be read, as the coded errors say it, is no fault of the run's. */
export type Examination = { readonly images: ExaminedImages } | { readonly problem: string };

/** Throws the reason of an aborted signal. */
export async function examineImages(run: RunRecord, options: ExamineOptions = {}): Promise<Examination> {
  try {
    const model = await loadModel(modelPath(run));
    const config = { ...articleRecipe, ...run.config, ...(options.dataDir && { dataDir: options.dataDir }) };
    const train = await trainingImages(config, options);
    return { images: await examineModel(model, train, config, options) };
  } catch (error) {
    if (error instanceof AlexnetError) return { problem: error.message };
    throw error;
  }
}

function modelPath({ folder }: RunRecord): string {
  const model = join(folder, 'model.safetensors');
  return existsSync(model) ? model : join(folder, 'checkpoint.safetensors');
}

async function trainingImages(
  config: TrainingConfig,
  { dataset, onProgress }: ExamineOptions,
): Promise<ImageSet> {
  const named = typeof dataset === 'string' ? { ...config, dataset } : config;
  const onNotice = (): void => {};
  const data = await loadTrainingData({ ...(dataset !== undefined && { dataset }) }, named, {
    onNotice,
    onProgress,
  });
  return data.train;
}

/** What a model makes of these images, at most as many as are affordable. Throws what evaluateModel throws. */
export async function examineModel(
  model: Model,
  train: ImageSet,
  { workers, onBadImage }: Pick<TrainingConfig, 'workers' | 'onBadImage'>,
  { engine, images, onProgress, signal }: Omit<ExamineOptions, 'dataset' | 'dataDir'>,
): Promise<ExaminedImages> {
  const { dataset } = train;
  const predictions: ImagePrediction[] = [];
  const activity = createActivity(model.network);
  const result = await evaluateModel(model, dataset, {
    engine: engine ?? (await createEngine('cpu')),
    batchSize,
    workers,
    onBadImage,
    indices: evenly(train, images ?? affordable(model.network)),
    ...(onProgress && { onProgress }),
    ...(signal && { signal }),
    onForward: activity.note,
    onPrediction: (index, label, predicted, logits) => {
      const probability = softmaxAt(logits, predicted);
      const [confidence, likelihood] = [probability(predicted), probability(label)];
      predictions.push({ index, label, predicted, confidence, likelihood });
    },
  });
  const { accuracy, loss, total: examined } = result;
  const counted = { classes: dataset.classes, classCounts: countClasses(train) };
  return { ...counted, examined, accuracy, loss, predictions, deadUnits: activity.dead(), ...pathsOf(train) };
}

interface Activity {
  /** Takes in which units of its ReLUs a program has over 0. */
  readonly note: (program: Pick<Program, 'readActivation'>) => void;
  readonly dead: () => { name: string; dead: number }[];
}

function createActivity(network: NetworkSpec): Activity {
  const watched = weightLayers(network).flatMap(({ name, relu }) =>
    relu ? [{ name, relu, alive: new Uint8Array(relu.units) }] : [],
  );
  return {
    note(program) {
      for (const { relu, alive } of watched.filter((one) => one.alive.includes(0))) {
        markAlive(program.readActivation(relu.name), relu, alive);
      }
    },
    dead: () =>
      watched.map(({ name, alive }) => ({
        name,
        dead: alive.filter((one) => one === 0).length / alive.length,
      })),
  };
}

function softmaxAt(logits: Float32Array, largest: number): (label: number) => number {
  const top = logits[largest]!;
  const sum = logits.reduce((total, logit) => total + Math.exp(logit - top), 0);
  return (label) => Math.exp(logits[label]! - top) / sum;
}

function affordable(network: NetworkSpec): number {
  const multiplyAdds = inferShapes(network).reduce((sum, layer) => sum + layer.multiplyAdds, 0);
  return Math.max(500, Math.floor(affordableMultiplyAdds / multiplyAdds));
}

/** So many of the images, spread evenly over all of them. */
function evenly({ dataset, indices }: ImageSet, wanted: number): Uint32Array {
  const all = indices ?? Uint32Array.from({ length: dataset.length }, (_, i) => i);
  const taken = Math.min(wanted, all.length);
  return Uint32Array.from({ length: taken }, (_, i) => all[Math.floor((i * all.length) / taken)]!);
}

function countClasses({ dataset, indices }: ImageSet): number[] {
  const counts = dataset.classes.map(() => 0);
  const add = (index: number): void => void counts[dataset.labels[index]!]!++;
  if (indices) indices.forEach(add);
  else dataset.labels.forEach((_, index) => add(index));
  return counts;
}

function pathsOf({ dataset }: ImageSet): Pick<ExaminedImages, 'pathOf'> {
  return 'encoded' in dataset ? { pathOf: (index) => imageName(dataset.encoded, index) } : {};
}
