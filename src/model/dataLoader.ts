/** Batches of a data set, as torch.utils.data.DataLoader gives them. */
import type { CacheOptions } from '../data/cache/pixelCache.ts';
import { channels } from '../data/image.ts';
import { sharedImageBuffer } from '../data/imageBuffer.ts';
import type { BadImagePolicy, Batch } from '../data/batches.ts';
import { createLoader, type LoaderOptions } from '../data/loader.ts';
import { transformedSize } from '../data/dataset.ts';
import type { ImageBuffer } from '../engine/engine.ts';
import { alexnetError } from '../errors.ts';
import type { ImageDataset } from './datasets.ts';
import type { BatchSource, ImageBatch } from './imageBatch.ts';
import { tensor, type Tensor } from './tensor.ts';

export interface DataLoaderOptions {
  /** Images in a batch; the last one of an epoch has what is left. Default 1. */
  readonly batchSize?: number;
  /** Another order in every epoch. Default false. */
  readonly shuffle?: boolean;
  /** Threads that read and transform images ahead of the loop. Default 1. */
  readonly numWorkers?: number;
  /** Of the shuffle and of random transforms, which do something else in every epoch. Default 0. */
  readonly seed?: number;
  /** Image files that are broken end the loop with ALEX_DATA_BAD_IMAGES, or are left out of their batch. Default refuse. */
  readonly onBadImage?: BadImagePolicy;
  /** Where pixels of image files are kept for later epochs, and in how many bytes at most. Default: nowhere. */
  readonly cache?: CacheOptions;
}

export type LabelledBatch = readonly [inputs: ImageBatch, labels: Tensor<Uint8Array | Uint16Array>];

/** Each `for await` over it is one epoch. A batch may be used until the loop asks for the next. */
export interface DataLoader extends AsyncIterable<LabelledBatch> {
  readonly dataset: ImageDataset;
  readonly batchSize: number;
  /** Batches in an epoch. */
  readonly length: number;
}

/** Batches of `dataset`, transformed ahead of the loop by worker threads. Throws ALEX_OPTION_VALUE. */
export function dataLoader(dataset: ImageDataset, options: DataLoaderOptions = {}): DataLoader {
  const { batchSize = 1, shuffle = false, numWorkers = 1, seed = 0, onBadImage, cache } = options;
  checkBatchSize(batchSize);
  const settings = { batchSize, shuffle, seed, workers: numWorkers, onBadImage, cache };
  let epoch = 0;
  return {
    dataset,
    batchSize,
    length: Math.ceil(dataset.length / batchSize),
    [Symbol.asyncIterator]: () => pass(dataset, settings, epoch++),
  };
}

type Settings = Pick<LoaderOptions, 'batchSize' | 'shuffle' | 'seed' | 'workers' | 'onBadImage' | 'cache'>;

/** One epoch. When a model offers its own input buffers, the loader goes on in those. */
async function* pass(
  images: ImageDataset,
  settings: Settings,
  epoch: number,
): AsyncGenerator<LabelledBatch, void, undefined> {
  const buffers = movableBuffers(images, settings.batchSize);
  const steps = Math.ceil(images.length / settings.batchSize);
  try {
    for (let step = 0; step < steps;) {
      const inputs = buffers.take();
      await using loader = await open(images, settings, inputs);
      for await (const batch of loader.batches(epoch, { firstStep: step })) {
        step++;
        yield* lent(batch, inputs[batch.slot], buffers.source);
        if (buffers.moved()) break;
      }
    }
  } finally {
    buffers.end();
  }
}

async function open(
  { dataset, transform }: ImageDataset,
  settings: Settings,
  inputs: readonly ImageBuffer[],
) {
  const loader = await createLoader({ ...settings, dataset, transforms: transform, inputs });
  return { batches: loader.batches.bind(loader), [Symbol.asyncDispose]: () => loader.close() };
}

/** Yields the batch once, and gives its buffer back when the loop goes on. */
function* lent(batch: Batch, buffer: ImageBuffer, source: BatchSource): Generator<LabelledBatch, void> {
  const [, channelCount, height, width] = buffer.shape;
  const shape = [batch.count, channelCount, height, width] as const;
  let released = false;
  const inputs: ImageBatch = {
    shape,
    size: (dimension) => shape[dimension],
    buffer,
    source,
    get released() {
      return released;
    },
  };
  try {
    yield [inputs, tensor(batch.labels.slice(0, batch.count), [batch.count])];
  } finally {
    released = true;
    batch.release();
  }
}

/** The buffers that a pass writes to: two of its own, until it is offered others. */
function movableBuffers({ dataset, transform }: ImageDataset, batchSize: number) {
  let offered: readonly ImageBuffer[] | undefined;
  let moved = false;
  let ended = false;
  let onEnd: () => void = () => {};

  const source: BatchSource = {
    adopt(buffers, end) {
      if (ended || buffers.length === 0 || buffers.some((buffer) => buffer.shape[0] < batchSize))
        return false;
      offered = buffers;
      moved = true;
      onEnd = end;
      return true;
    },
  };
  function own(): readonly ImageBuffer[] {
    const { height, width } = transformedSize(dataset, transform);
    const shape = [batchSize, channels, height, width] as const;
    return [sharedImageBuffer(shape), sharedImageBuffer(shape)];
  }
  return {
    source,
    moved: () => moved,
    take() {
      moved = false;
      return offered ?? own();
    },
    end() {
      ended = true;
      onEnd();
    },
  };
}

function checkBatchSize(batchSize: number): void {
  if (Number.isSafeInteger(batchSize) && batchSize >= 1) return;
  const expected = 'a whole number from 1';
  throw alexnetError('ALEX_OPTION_VALUE', { option: 'batchSize', value: batchSize, expected });
}
