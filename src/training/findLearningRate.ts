/**
 * Looks for a learning rate: it grows from step to step, and the loss tells where it is too small to matter and where
 * too large to bear. Smith, "Cyclical Learning Rates for Training Neural Networks" (2017), section 3.3, with a rate that
 * grows exponentially and a smoothed loss.
 */
import type { Batch } from '../data/batches.ts';
import { createLoader } from '../data/loader.ts';
import type { Engine } from '../engine/engine.ts';
import type { TrainingConfig, TrainingOptions } from './trainingOptions.ts';
import { newConfig } from './configFile.ts';
import { optimizerAt } from './optimizer.ts';
import { checkRange, rateAt, usualRange, type RateRange } from './rateRange.ts';
import { prepareTraining, type Prepared } from './prepare.ts';
import { startingPoint } from './startingPoint.ts';
import { pixelCache } from './trainingData.ts';

export interface RatePoint {
  readonly learningRate: number;
  /** Of one batch. */
  readonly loss: number;
  /** Its exponentially weighted mean with those before, corrected for the beginning. */
  readonly smoothed: number;
}

export interface RateSearch {
  readonly network: string;
  readonly dataset: string;
  readonly points: readonly RatePoint[];
  /** Where the smoothed loss has all but reached its least, and where it falls fastest along the logarithm of the rate. */
  readonly least?: number;
  readonly steepest?: number;
  /** A tenth of the rate with the least loss; nothing when the loss never fell. */
  readonly suggested?: number;
}

export interface RateSearchHooks {
  readonly onPoint?: (point: RatePoint, step: number) => void;
  readonly onNotice?: (message: string) => void;
  /** Aborted, it makes findLearningRate throw its reason after the step under way. */
  readonly signal?: AbortSignal;
  /** Used instead of one made by name. */
  readonly engine?: Engine;
}

/** Weight of the past in the smoothed loss. */
const smoothing = 0.9;
/** The search ends when the smoothed loss is so many times the least: what follows would tell nothing. */
const divergence = 4;

/**
 * Trains with these options and a rate that grows by the same factor at every step, from the first weights on; keeps
 * nothing. Schedule, averages and sums of gradients are left out. Throws ALEX_OPTION_VALUE, and what train throws for
 * bad options and data.
 */
export async function findLearningRate(
  options: TrainingOptions,
  range: RateRange = usualRange,
  { onPoint, onNotice = () => {}, signal, engine }: RateSearchHooks = {},
): Promise<RateSearch> {
  checkRange(range);
  const prepared = await prepareTraining(searchConfig(await newConfig(options)), options, {
    engine,
    onNotice,
  });
  const { config, program, network, data } = prepared;
  try {
    await startingPoint({ config, program, fingerprint: '', folder: undefined, onNotice });
    const points: RatePoint[] = [];
    let weighted = 0;
    await forEachBatch(prepared, range.steps, async (batch, step) => {
      signal?.throwIfAborted();
      const learningRate = rateAt(range, step);
      const loss = await trainOn(prepared, batch, step, learningRate);
      weighted = smoothing * weighted + (1 - smoothing) * loss;
      const point = { learningRate, loss, smoothed: weighted / (1 - smoothing ** (step + 1)) };
      if (!Number.isFinite(loss) || hasDiverged(points, point)) return false;
      points.push(point);
      onPoint?.(point, step);
      return true;
    });
    return { network: network.name, dataset: data.train.dataset.name, points, ...suggestion(points) };
  } finally {
    await program.dispose();
  }
}

function searchConfig(config: TrainingConfig): TrainingConfig {
  return {
    ...config,
    accumulate: 1,
    ema: undefined,
    schedule: 'constant',
    warmupEpochs: 0,
    patience: undefined,
  };
}

/** Calls `visit` with batches, through as many epochs as that takes, until it returns false. */
async function forEachBatch(
  { config, program, data, transforms }: Prepared,
  steps: number,
  visit: (batch: Batch, step: number) => Promise<boolean>,
): Promise<void> {
  const { batchSize, shuffle, seed, workers, onBadImage } = config;
  const inputs = program.inputs;
  const loader = await createLoader({
    ...data.train,
    transforms: transforms.train,
    inputs,
    batchSize,
    shuffle,
    seed,
    workers,
    onBadImage,
    cache: pixelCache(config),
  });
  try {
    for (let epoch = 0, step = 0; step < steps; epoch++) {
      for await (const batch of loader.batches(epoch)) {
        const goesOn = step < steps && (await visit(batch, step++));
        batch.release();
        if (!goesOn) return;
      }
    }
  } finally {
    await loader.close();
  }
}

async function trainOn(
  { program, config }: Prepared,
  { slot, count, labels }: Batch,
  step: number,
  learningRate: number,
): Promise<number> {
  const { loss } = await program.step({
    slot,
    count,
    labels,
    labelSmoothing: config.labelSmoothing,
    optimizer: optimizerAt(config, learningRate, step),
    training: { seed: config.seed, step },
  });
  return loss;
}

function hasDiverged(points: readonly RatePoint[], { smoothed }: RatePoint): boolean {
  const least = Math.min(...points.map((point) => point.smoothed));
  return smoothed > divergence * least;
}

/** The first steps tell little: their smoothed loss is that of few batches. */
const settlingShare = 0.1;
/** Losses that are larger than the least by at most this share of it count as the least. */
const flatShare = 0.01;

/** What the curve says. */
export function suggestion(
  points: readonly RatePoint[],
): Pick<RateSearch, 'least' | 'steepest' | 'suggested'> {
  const settled = points.slice(Math.ceil(settlingShare * points.length));
  const losses = settled.map(({ smoothed }) => smoothed);
  // Where the curve is flat at its bottom, chance decides which point is the lowest.
  const least = Math.min(...losses);
  const enough = least * (1 + flatShare);
  const best = settled.find(({ smoothed }) => smoothed <= enough);
  // A loss that only grows has its least at the beginning: there is nothing to suggest then.
  if (best === undefined || best === settled[0]) return {};
  const falling = settled.slice(0, settled.indexOf(best) + 1);
  const slopes = falling.slice(1).map((point, i) => point.smoothed - falling[i]!.smoothed);
  const steepest = falling[slopes.indexOf(Math.min(...slopes)) + 1]!;
  return {
    least: best.learningRate,
    steepest: steepest.learningRate,
    suggested: Number((best.learningRate / 10).toPrecision(2)),
  };
}
