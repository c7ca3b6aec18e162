import type { Batch, Loader } from '../data/batches.ts';
import type { Program } from '../engine/engine.ts';
import { alexnetError } from '../errors.ts';
import { averageViews } from './averageViews.ts';
import type { ProgressEvent, ResultEvent } from './events.ts';
import { largestIndex } from './largestIndex.ts';
import { createPace } from './pace.ts';

export interface EvaluateOptions {
  /** Names by class index. */
  readonly classes: readonly string[];
  /** Images in all; only the time left depends on it. */
  readonly total: number;
  /**
   * Called for every image in order: its index in the data set, its label, the largest logit's class, the logits; of
   * several views, the logarithms of their mean probabilities.
   */
  readonly onPrediction?: (index: number, label: number, predicted: number, logits: Float32Array) => void;
  readonly onProgress?: (event: ProgressEvent) => void;
  /** Epoch and phase that progress events tell. Default: 1, `test`. */
  readonly epoch?: number;
  readonly phase?: ProgressEvent['phase'];
  /** Aborted, it makes evaluate throw its reason after the batch under way. */
  readonly signal?: AbortSignal;
  /** In how many views the loader gives every batch, one after another; their probabilities are averaged. Default 1. */
  readonly views?: number;
}

/** Sums over the images so far. */
interface Tally {
  readonly confusion: number[][];
  images: number;
  top5: number;
  loss: number;
}

/**
 * Runs a network over a data set, with dropout off, and tells how right it is. The loader must fill the program's
 * inputs. Throws ALEX_EVALUATION_NOT_FINITE, ALEX_DATA_LOADER and the reason of an aborted signal.
 */
export async function evaluate(
  program: Pick<Program, 'forward'>,
  loader: Pick<Loader, 'batches' | 'stepsPerEpoch'>,
  options: EvaluateOptions,
): Promise<ResultEvent> {
  const { views = 1 } = options;
  const tally = newTally(options.classes.length);
  const pace = createPace();
  /** Of the views of a batch so far. */
  let seen: Float32Array[] = [];
  let step = 0;
  for await (const batch of loader.batches(0)) {
    const { slot, count } = batch;
    seen.push(await program.forward({ slot, count }));
    batch.release();
    step++;
    if (seen.length === views) {
      tallyBatch(tally, batch, seen, options);
      seen = [];
    }
    const rate = pace.count(count) / views;
    options.onProgress?.(progress(tally, step, loader.stepsPerEpoch, rate, options));
    options.signal?.throwIfAborted();
  }
  return result(tally, options.classes);
}

function tallyBatch(
  tally: Tally,
  { count, indices, labels }: Batch,
  views: readonly Float32Array[],
  options: EvaluateOptions,
): void {
  const classes = views[0]!.length / count;
  for (let i = 0; i < count; i++) {
    const own = views.map((logits) => logits.subarray(i * classes, (i + 1) * classes));
    tallyImage(tally, indices[i]!, labels[i]!, own.length === 1 ? own[0]! : averageViews(own), options);
  }
}

function newTally(classes: number): Tally {
  const confusion = Array.from({ length: classes }, () => Array.from({ length: classes }, () => 0));
  return { confusion, images: 0, top5: 0, loss: 0 };
}

function tallyImage(
  tally: Tally,
  index: number,
  label: number,
  logits: Float32Array,
  { onPrediction }: EvaluateOptions,
): void {
  if (!logits.every(Number.isFinite)) throw alexnetError('ALEX_EVALUATION_NOT_FINITE', { index });
  const predicted = largestIndex(logits);
  tally.images++;
  tally.confusion[label]![predicted]!++;
  if (rank(logits, label) < 5) tally.top5++;
  tally.loss += crossEntropy(logits, label);
  onPrediction?.(index, label, predicted, logits);
}

/** How many classes come before the label, equals by index. */
function rank(logits: Float32Array, label: number): number {
  const own = logits[label]!;
  return logits.reduce(
    (before, logit, i) => before + (logit > own || (logit === own && i < label) ? 1 : 0),
    0,
  );
}

/** -ln(softmax(logits)[label]), in float64. */
function crossEntropy(logits: Float32Array, label: number): number {
  const top = logits[largestIndex(logits)]!;
  const sum = logits.reduce((total, logit) => total + Math.exp(logit - top), 0);
  return Math.log(sum) + top - logits[label]!;
}

function progress(
  { images, loss }: Tally,
  step: number,
  steps: number,
  imagesPerSecond: number,
  { total, epoch = 1, phase = 'test' }: EvaluateOptions,
): ProgressEvent {
  const secondsLeft = imagesPerSecond > 0 ? Math.max(0, total - images) / imagesPerSecond : 0;
  return {
    type: 'progress',
    phase,
    epoch,
    step,
    steps,
    loss: images === 0 ? 0 : loss / images,
    imagesPerSecond,
    secondsLeft,
  };
}

function result({ confusion, images, top5, loss }: Tally, classes: readonly string[]): ResultEvent {
  const perClass = classes.map((name, label) => {
    const correct = confusion[label]![label]!;
    const total = confusion[label]!.reduce((sum, count) => sum + count, 0);
    return { class: name, correct, total, accuracy: total === 0 ? 0 : correct / total };
  });
  const correct = perClass.reduce((sum, own) => sum + own.correct, 0);
  return {
    type: 'result',
    accuracy: correct / images,
    top5: top5 / images,
    loss: loss / images,
    correct,
    total: images,
    perClass,
    confusion,
  };
}
