import { hasSquares, type Dataset } from '../data/dataset.ts';
import type { BadImagePolicy } from '../data/batches.ts';
import { createLoader } from '../data/loader.ts';
import { modelViews } from '../training/modelViews.ts';
import { layerNamed } from './layers.ts';
import type { Subject } from './subject.ts';

export interface ScanOptions {
  /** The images of the data set that are looked at. Default: all. */
  readonly indices?: Uint32Array | undefined;
  /** Threads that load images ahead. Default 1. */
  readonly workers?: number | undefined;
  /** What happens when image files are broken. Default refuse. */
  readonly onBadImage?: BadImagePolicy | undefined;
  /** Aborted, it makes scan throw its reason after the batch under way. */
  readonly signal?: AbortSignal | undefined;
  /** Told of images that are done, and of how many there are. */
  readonly onProgress?: ((done: number, total: number) => void) | undefined;
}

/** One batch on its way through the network. What it gives is good until `take` returns. */
export interface ScanBatch {
  readonly count: number;
  /** In the data set, [count]. */
  readonly indices: Uint32Array;
  /** [count] */
  readonly labels: Uint8Array | Uint16Array;
  /** [count, classes] */
  readonly logits: Float32Array;
  /** The output of a layer, [count, C, H, W] or [count, F]; read once a batch. Throws ALEX_EXPLAIN_LAYER. */
  activation(layer: string): Float32Array;
}

/** What looks at the batches of a scan, and has something in the end. */
export interface Collector<T> {
  take(batch: ScanBatch): void;
  result(): T;
}

/**
 * Takes a data set through the network once, with the model's own transforms; any number of collectors may look at each
 * batch. Throws what the loader and the engine throw.
 */
export async function scan(
  subject: Subject,
  dataset: Dataset,
  take: (batch: ScanBatch) => void,
  { indices, workers = 1, onBadImage, signal, onProgress }: ScanOptions = {},
): Promise<void> {
  const { program, model, layers } = subject;
  const [transforms] = modelViews(model, 'none', { anyShape: !hasSquares(dataset) });
  const loader = await createLoader({
    dataset,
    indices,
    transforms: transforms!,
    inputs: program.inputs,
    batchSize: program.batchSize,
    workers,
    shuffle: false,
    seed: 0,
    onBadImage,
  });
  try {
    let done = 0;
    for await (const batch of loader.batches(0)) {
      const { slot, count, labels } = batch;
      const logits = await program.forward({ slot, count });
      const read = new Map<string, Float32Array>();
      take({
        count,
        indices: batch.indices,
        labels,
        logits,
        activation(layer) {
          layerNamed(layers, layer);
          if (!read.has(layer)) read.set(layer, program.readActivation(layer));
          return read.get(layer)!;
        },
      });
      batch.release();
      done += count;
      onProgress?.(done, loader.images);
      signal?.throwIfAborted();
    }
  } finally {
    await loader.close();
  }
}
