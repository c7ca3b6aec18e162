/**
 * What augmentation costs: `npx node bench/augmentation.ts`. Processor time of one thread for an image, from its pixels
 * to the engine's input: images of 32 × 32 in memory, and a photograph of 256 × 256 as decoders give it.
 */
import { augmentedTransforms } from '../src/data/augmentation/augmentedTransforms.ts';
import type { MemoryDataset } from '../src/data/dataset.ts';
import { channels, interleavedImage, planarImage, type ImageView } from '../src/data/image.ts';
import { sharedImageBuffer } from '../src/data/imageBuffer.ts';
import { generateShapes } from '../src/data/shapes.ts';
import { imageTransform } from '../src/data/transformImage.ts';
import { articleTransforms } from '../src/data/transforms.ts';
import { spreadOf } from '../src/cli/statistics.ts';
import { tableLine } from './print.ts';

const rounds = 9;
/** Of a round, so that it can be told from the clock's steps. */
const roundMilliseconds = 150;

const dataset = generateShapes('train', { limit: 256 });
const small = Array.from({ length: dataset.length }, (_, i) =>
  planarImage(dataset.images, dataset, i * channels * dataset.height * dataset.width),
);
const photoSize = { height: 256, width: 256 };
const photo = interleavedImage(
  Uint8Array.from({ length: 4 * 256 * 256 }, (_, i) => i >> 8),
  photoSize,
  4,
);
const photos: MemoryDataset = { ...dataset, ...photoSize };

function cpuMilliseconds(): number {
  return process.cpuUsage().user / 1000;
}

/** Median and extremes of microseconds an image. */
async function measure(of: MemoryDataset, images: readonly ImageView[], side: number, augment: string) {
  const names = augment === '' ? [] : augment.split(',');
  const { train } = await augmentedTransforms(articleTransforms(side), names, {
    side,
    dataset: of,
    workers: 0,
  });
  const transform = imageTransform(train);
  const target = sharedImageBuffer([1, channels, side, side]);
  const times: number[] = [];
  let index = 0;
  for (let round = 0; round <= rounds; round++) {
    const start = cpuMilliseconds();
    const first = index;
    while (cpuMilliseconds() - start < roundMilliseconds) {
      for (let i = 0; i < 20; i++, index++) {
        transform(images[index % images.length]!, target, 0, { epoch: 0, index });
      }
    }
    // The first round warms up.
    if (round > 0) times.push((1000 * (cpuMilliseconds() - start)) / (index - first));
  }
  return spreadOf(times);
}

const cases = [
  [
    '32 × 32',
    dataset,
    small,
    32,
    ['', 'pad-crop,flip', 'pad-crop,flip,pca,cutout', 'pad-crop,flip,color', 'resized-crop,flip'],
  ],
  ['32 × 32', dataset, small, 224, ['', 'pad-crop,flip', 'crop,flip,pca', 'crop,flip,color']],
  ['256 × 256', photos, [photo], 224, ['', 'crop=256,flip', 'crop=256,flip,color', 'resized-crop,flip']],
] as const;

const columns = ['image', 'network', 'augmentation', 'µs an image', 'images/s a core'];
console.log(`${tableLine(columns)}\n${tableLine(columns.map(() => '---'))}`);
for (const [size, of, images, side, lists] of cases) {
  for (const augment of lists) {
    const { median, min, max } = await measure(of, images, side, augment);
    const spread = `${median.toFixed(0)} (${min.toFixed(0)}–${max.toFixed(0)})`;
    const rate = Math.round(1e6 / median).toLocaleString('en');
    console.log(
      tableLine([size, `${side} × ${side}`, augment === '' ? 'none' : `\`${augment}\``, spread, rate]),
    );
  }
}
