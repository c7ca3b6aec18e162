/** How many images at a time would have fitted, for the error that says that so many do not. */
import type { NetworkSpec } from '../../../network/spec.ts';
import { lower, type LowerOptions } from './lower.ts';

/** The largest batch size whose plan takes at most `bytes`, or 0; `options.batchSize` is known to take more. */
export function largestBatch(network: NetworkSpec, options: LowerOptions, bytes: number): number {
  const { channels, height, width } = network.input;
  const mostInputs = Math.floor(bytes / (channels * height * width * 4));
  let [fits, tooLarge] = [0, Math.min(options.batchSize, mostInputs + 1)];
  while (tooLarge - fits > 1) {
    const batchSize = Math.floor((fits + tooLarge) / 2);
    if (lower(network, { ...options, batchSize }).memory.bytes <= bytes) fits = batchSize;
    else tooLarge = batchSize;
  }
  return fits;
}
