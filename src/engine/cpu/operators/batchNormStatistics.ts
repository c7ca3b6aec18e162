/** What a channel of batch normalisation is computed with, in float64, whatever its values lie in. */

/** Of a channel: the mean and the biased variance of a batch, and the number of values. */
export interface BatchStatistics {
  readonly mean: number;
  readonly variance: number;
  readonly count: number;
}

/** Indices in the floats of the engine's memory, for one channel. */
export interface ChannelPlaces {
  readonly weight: number;
  readonly bias: number;
  readonly runningMean: number;
  readonly runningVariance: number;
}

export interface Normalisation {
  readonly mean: number;
  /** 1 / sqrt(variance + epsilon) */
  readonly inverse: number;
}

/**
 * What a channel is normalised with: the batch's statistics where they are given, and the running ones, which are used
 * otherwise, then move towards them (torch.nn.functional.batch_norm).
 */
export function normalisation(
  floats: Float32Array,
  { runningMean, runningVariance }: ChannelPlaces,
  batch: BatchStatistics | undefined,
  { epsilon, momentum }: { readonly epsilon: number; readonly momentum: number },
): Normalisation {
  if (!batch) {
    return { mean: floats[runningMean], inverse: 1 / Math.sqrt(floats[runningVariance] + epsilon) };
  }
  const { mean, variance, count } = batch;
  const unbiased = (variance * count) / Math.max(1, count - 1);
  floats[runningMean] += momentum * (mean - floats[runningMean]);
  floats[runningVariance] += momentum * (unbiased - floats[runningVariance]);
  return { mean, inverse: 1 / Math.sqrt(variance + epsilon) };
}

/**
 * dx = dy * a + x * b + c, from the sums of dy (the bias's gradient) and of dy * normalised x (the weight's); with running
 * statistics, where `count` is 0, only dy matters.
 */
export function gradientCoefficients(
  weight: number,
  { mean, inverse }: Normalisation,
  gradients: { readonly weight: number; readonly bias: number },
  count: number,
): readonly [a: number, b: number, c: number] {
  const a = weight * inverse;
  if (count === 0) return [a, 0, 0];
  const b = (-a * inverse * gradients.weight) / count;
  return [a, b, (-a * gradients.bias) / count - b * mean];
}
