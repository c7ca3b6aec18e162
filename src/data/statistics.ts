/** What the training images look like on the whole: their mean image, and mean and covariance of their colours. */
import { deterministicTransforms } from './augmentation/deterministic.ts';
import { transformedSize, type Dataset } from './dataset.ts';
import { channels } from './image.ts';
import { sharedImageBuffer } from './imageBuffer.ts';
import { createLoader, type LoaderOptions } from './loader.ts';
import { isImageStep, toTensor, type TransformStep } from './transforms.ts';

/** Of values from 0 to 1, as toTensor gives them. */
export interface ImageStatistics {
  /** Images that were read. */
  readonly images: number;
  /** Of red, green and blue. */
  readonly mean: readonly number[];
  readonly std: readonly number[];
  /** Of the colours of all pixels, [3][3]. */
  readonly covariance: readonly (readonly number[])[];
  /** For subtractMean: planes [3, height, width]. */
  readonly meanImage: { readonly height: number; readonly width: number; readonly mean: readonly number[] };
}

export type StatisticsOptions = Partial<Pick<LoaderOptions, 'indices' | 'workers' | 'onBadImage'>>;

/** Side up to which every image is read, and the mean image is kept as it is. */
const largestSide = 64;
/** Images that are read of larger ones. */
const sampleSize = 5000;
const batchSize = 64;

/**
 * Statistics of a data set, or of those of its images in `indices`, after the steps on images of `transforms` that are
 * not random; the others are left aside. Images whose longer side is over 64 then are sampled, 5,000 of them in an order
 * that is the same every time, and their mean image is reduced to at most 64 pixels a side. Throws what createLoader
 * throws, and ALEX_DATA_BAD_IMAGES.
 */
export async function imageStatistics(
  dataset: Dataset,
  transforms: readonly TransformStep[],
  { indices, workers = 2, onBadImage }: StatisticsOptions = {},
): Promise<ImageStatistics> {
  const steps = [...deterministicTransforms(transforms).filter(isImageStep), toTensor()];
  const { height, width } = transformedSize(dataset, steps);
  const sampled = Math.max(height, width) > largestSide;
  const all = indices?.length ?? dataset.length;
  const wanted = sampled ? Math.min(sampleSize, all) : all;
  const shape = [Math.min(batchSize, wanted), channels, height, width] as const;
  const inputs = [sharedImageBuffer(shape), sharedImageBuffer(shape)];
  const sums = newSums(height * width);
  const loader = await createLoader({
    dataset,
    indices,
    workers,
    onBadImage,
    transforms: steps,
    inputs,
    batchSize: shape[0],
    shuffle: sampled,
    seed: 0,
  });
  try {
    for await (const { slot, count, release } of loader.batches(0)) {
      addImages(sums, inputs[slot]!.data, Math.min(count, wanted - sums.images));
      release();
      if (sums.images === wanted) break;
    }
  } finally {
    await loader.close();
  }
  return statisticsOf(sums, { height, width });
}

interface Sums {
  images: number;
  /** Of each position, [3, height, width]. */
  readonly values: Float64Array;
  /** Of red times red, red times green, red times blue, green times green, green times blue, blue times blue. */
  readonly products: Float64Array;
}

function newSums(pixels: number): Sums {
  return { images: 0, values: new Float64Array(channels * pixels), products: new Float64Array(6) };
}

function addImages(sums: Sums, data: Float32Array, count: number): void {
  const { values, products } = sums;
  const pixels = values.length / channels;
  for (let image = 0; image < count; image++) {
    const start = image * values.length;
    let [rr, rg, rb, gg, gb, bb] = [0, 0, 0, 0, 0, 0];
    for (let i = 0; i < pixels; i++) {
      const red = data[start + i]!;
      const green = data[start + pixels + i]!;
      const blue = data[start + 2 * pixels + i]!;
      values[i]! += red;
      values[pixels + i]! += green;
      values[2 * pixels + i]! += blue;
      rr += red * red;
      rg += red * green;
      rb += red * blue;
      gg += green * green;
      gb += green * blue;
      bb += blue * blue;
    }
    [rr, rg, rb, gg, gb, bb].forEach((sum, i) => (products[i]! += sum));
  }
  sums.images += count;
}

function statisticsOf(
  { images, values, products }: Sums,
  { height, width }: { readonly height: number; readonly width: number },
): ImageStatistics {
  const pixels = height * width;
  const all = images * pixels;
  const mean = Array.from(
    { length: channels },
    (_, c) => values.subarray(c * pixels, (c + 1) * pixels).reduce((sum, value) => sum + value, 0) / all,
  );
  const [rr, rg, rb, gg, gb, bb] = products;
  const covariance = [
    [rr, rg, rb],
    [rg, gg, gb],
    [rb, gb, bb],
  ].map((row, i) => row.map((sum, j) => sum! / all - mean[i]! * mean[j]!));
  const std = covariance.map((row, i) => Math.sqrt(Math.max(0, row[i]!)));
  const meanImage = reduced(
    values.map((sum) => sum / images),
    height,
    width,
  );
  return { images, mean, std, covariance, meanImage };
}

/** The means of squares of pixels, as few as bring both sides to at most 64; those at the far edges may be smaller. */
function reduced(values: Float64Array, height: number, width: number): ImageStatistics['meanImage'] {
  const block = Math.ceil(Math.max(height, width) / largestSide);
  const rows = Math.ceil(height / block);
  const columns = Math.ceil(width / block);
  const mean: number[] = [];
  for (let c = 0; c < channels; c++) {
    for (let row = 0; row < rows; row++) {
      for (let column = 0; column < columns; column++) {
        const value = blockMean(values.subarray(c * height * width), { height, width }, block, row, column);
        // Written into model files: float32 has about as many digits.
        mean.push(Number(value.toPrecision(7)));
      }
    }
  }
  return { height: rows, width: columns, mean };
}

function blockMean(
  plane: Float64Array,
  { height, width }: { readonly height: number; readonly width: number },
  block: number,
  row: number,
  column: number,
): number {
  let sum = 0;
  let count = 0;
  for (let y = row * block; y < Math.min(height, (row + 1) * block); y++) {
    for (let x = column * block; x < Math.min(width, (column + 1) * block); x++, count++) {
      sum += plane[y * width + x]!;
    }
  }
  return sum / count;
}
