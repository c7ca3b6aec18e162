/** The loader: batches of a data set, in memory or in files, which threads fill ahead of the engine. */
import { createBatches, checkBatch, type BatchOptions, type Loader } from './batches.ts';
import { openPixelCache, type CacheOptions } from './cache/pixelCache.ts';
import { transformedSize, type Dataset } from './dataset.ts';
import { checkWhole } from './checkValues.ts';
import { imageSource, preparedReader } from './imageSource.ts';
import { inlineFillers } from './loaderFill.ts';
import { threadFillers } from './loaderThreads.ts';
import { checkTransforms, type TransformStep } from './transforms.ts';

export interface LoaderOptions extends BatchOptions {
  readonly dataset: Dataset;
  /** Random ones depend on the seed, the epoch and the image's index alone. */
  readonly transforms: readonly TransformStep[];
  /** Other ways to transform an image: every batch comes by `transforms`, then by each of these in turn. */
  readonly moreViews?: readonly (readonly TransformStep[])[] | undefined;
  /** Threads; 0 loads on the calling thread, and so do inputs that are not on shared memory. */
  readonly workers: number;
  /** Keeps pixels of images in files on the disk. Default: nowhere. */
  readonly cache?: CacheOptions | undefined;
}

const mostWorkers = 64;

/** Throws ALEX_OPTION_VALUE, ALEX_DATA_TRANSFORMS, ALEX_TENSOR_SHAPE when the images would not fit the inputs. */
export async function createLoader(options: LoaderOptions): Promise<Loader> {
  const { dataset, inputs, workers, seed } = options;
  const views = [options.transforms, ...(options.moreViews ?? [])].map(checkTransforms);
  checkWhole('workers', workers, 0, mostWorkers);
  for (const transforms of views) checkBatch(transformedSize(dataset, transforms), options);
  const images = imageSource(dataset);
  const cache =
    options.cache && 'encoded' in images ? openPixelCache(images.encoded, views, options.cache) : undefined;
  const source = { ...images, cache };
  const fills = { views, seed, inputs };
  const shared = inputs.every(({ data }) => data.buffer instanceof SharedArrayBuffer);
  const fillers =
    workers > 0 && shared
      ? threadFillers({ ...fills, source }, workers)
      : inlineFillers({ ...fills, images: preparedReader(source) });
  return createBatches(options, fillers, views.length);
}
