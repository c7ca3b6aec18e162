/**
 * What training on image files costs: `npx node bench/images.ts [IMAGES] [SIZE] [STEPS] [FOLDER]`, by default
 * `1000 500x375 40`.
 *
 * Writes JPEG files of quality 85, in ten classes, 40 of them different, unless the folder has them; a temporary one goes
 * at the end. Tells the processor time that loading takes for an image on one thread, which is much the same on a busy
 * machine; with 0 steps that is all. Then takes steps of AlexNet at 224, batch 32, two threads, two loader threads, in
 * turns of ten: bare ones, on images in memory (the embedded set), on files that are decoded, and on files whose pixels are
 * in the cache. At full size, with files enough that no image comes twice: `100000 500x375 800`.
 */
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { spreadOf } from '../src/cli/statistics.ts';
import type { CacheOptions } from '../src/data/cache/pixelCache.ts';
import type { Dataset } from '../src/data/dataset.ts';
import { loadDataset } from '../src/data/datasets.ts';
import { squareTransforms } from '../src/data/images/squareTransforms.ts';
import type { Batch, Loader } from '../src/data/batches.ts';
import { createLoader } from '../src/data/loader.ts';
import { articleTransforms } from '../src/data/transforms.ts';
import { createCpuEngine } from '../src/engine/cpu/engine.ts';
import { initialise } from '../src/network/initialise.ts';
import { buildNetwork } from '../src/network/zoo/networks.ts';
import { createGenerator } from '../src/random/generator.ts';
import { purposes } from '../src/random/philox.ts';
import { encodeJpeg } from './jpegFiles.ts';

const [countText = '1000', sizeText = '500x375', stepsText = '40', given] = process.argv.slice(2);
const images = Number(countText);
const [width, height] = sizeText.split('x').map(Number) as [number, number];
const stepsEach = Number(stepsText);
const different = 40;
const classes = 10;
const batchSize = 32;
const stepsOfTurn = 10;

const temporary = given === undefined ? mkdtempSync(join(tmpdir(), 'alexnet-bench-')) : undefined;
const folder = given ?? temporary!;

async function writeImages(): Promise<void> {
  const random = createGenerator(0, purposes.images);
  const encoded: Uint8Array[] = [];
  for (let i = 0; i < Math.min(different, images); i++) encoded.push(await encodeJpeg(width, height, random));
  for (let i = 0; i < images; i++) {
    const own = join(folder, 'photos', String(i % classes));
    if (i < classes) mkdirSync(own, { recursive: true });
    writeFileSync(join(own, `${String(i).padStart(7, '0')}.jpg`), encoded[i % encoded.length]!);
  }
  console.log(
    `${images} files of ${width} × ${height}, about ${Math.round(encoded[0]!.length / 1000)} kB each`,
  );
}

if (!existsSync(join(folder, 'photos'))) await writeImages();

const network = buildNetwork('alexnet', { classes });
const engine = await createCpuEngine({ threads: 2 });
const program = await engine.compile(network, { batchSize, training: true, inputSlots: 2 });
initialise(network, { scheme: 'he', seed: 0 }, (name, weights) => program.writeParameter(name, weights));
const side = network.input.height;
const cache: CacheOptions = { dir: join(folder, 'cache'), limitBytes: 1e12 };

let step = 0;
async function timeStep(slot: number, count: number, labels: ArrayLike<number>): Promise<void> {
  const sgd = { learningRate: 0.001, momentum: 0.9, weightDecay: 0 };
  await program.step({ slot, count, labels, optimizer: sgd, training: { seed: 0, step: step++ } });
}

async function loaderOf(dataset: Dataset, kept?: CacheOptions, workers = 2): Promise<Loader> {
  const transforms = squareTransforms(articleTransforms(side), side);
  const { inputs } = program;
  return createLoader({
    dataset,
    transforms,
    inputs,
    batchSize,
    shuffle: true,
    seed: 0,
    workers,
    cache: kept,
  });
}

async function* endless(loader: Loader): AsyncGenerator<Batch, void, undefined> {
  for (let epoch = 0; ; epoch++) yield* loader.batches(epoch);
}

/** Milliseconds of each step. */
async function turn(batches: AsyncIterator<Batch, void>): Promise<number[]> {
  const times: number[] = [];
  for (let i = 0; i < stepsOfTurn; i++) {
    const from = performance.now();
    const { value: batch } = await batches.next();
    await timeStep(batch!.slot, batch!.count, batch!.labels);
    batch!.release();
    times.push((performance.now() - from) * (batchSize / batch!.count));
  }
  return times;
}

const files = await loadDataset(join(folder, 'photos'), { split: 'all' });
const filled = await loaderOf(files, cache);
for await (const batch of filled.batches(0)) batch.release();
await filled.close();

const memory = await loadDataset('shapes', { split: 'train' });

/**
 * Milliseconds of processor time for an image, of a loader on the calling thread: the least of five times of eight batches,
 * since whatever else the machine does only adds.
 */
async function processorTime(dataset: Dataset, kept?: CacheOptions): Promise<number> {
  const loader = await loaderOf(dataset, kept, 0);
  const batches = endless(loader);
  let least = Infinity;
  // The first time warms up.
  for (let time = 0; time < 6; time++) {
    const before = process.cpuUsage();
    let counted = 0;
    for (let i = 0; i < 8; i++) {
      const { value: batch } = await batches.next();
      batch!.release();
      counted += batch!.count;
    }
    const { user, system } = process.cpuUsage(before);
    if (time > 0) least = Math.min(least, (user + system) / 1000 / counted);
  }
  await batches.return();
  await loader.close();
  return least;
}
for (const [kind, dataset, kept] of [
  ['images in memory', memory],
  ['files, decoded', files],
  ['files, from the cache', files, cache],
] as const) {
  console.log(
    `${kind.padEnd(22)} ${(await processorTime(dataset, kept)).toFixed(2)} ms of processor time an image`,
  );
}
const kinds: readonly (readonly [string, () => Promise<Loader | undefined>])[] = [
  ['bare steps', async () => undefined],
  ['images in memory', () => loaderOf(memory)],
  ['files, decoded', () => loaderOf(files)],
  ['files, from the cache', () => loaderOf(files, cache)],
];
const times = kinds.map((): number[] => []);
for (let turns = 0; stepsEach > 0 && turns * stepsOfTurn < stepsEach + stepsOfTurn; turns++) {
  for (const [i, [, open]] of kinds.entries()) {
    const loader = await open();
    const batches = loader === undefined ? bareBatches() : endless(loader);
    const taken = await turn(batches);
    await batches.return?.(undefined);
    await loader?.close();
    // The first turn of each kind warms up.
    if (turns > 0) times[i]!.push(...taken.slice(2));
  }
}

async function* bareBatches(): AsyncGenerator<Batch, void, undefined> {
  const labels = new Uint8Array(batchSize);
  for (;;)
    yield { slot: 0, view: 0, count: batchSize, labels, indices: new Uint32Array(batchSize), release() {} };
}

const spreads = stepsEach > 0 ? times.map(spreadOf) : [];
for (const [i, { median, min, max }] of spreads.entries()) {
  const [rate, slowest, fastest] = [median, max, min].map((ms) => ((1000 * batchSize) / ms).toFixed(1));
  console.log(
    `${kinds[i]![0].padEnd(22)} ${rate!.padStart(6)} images/s (${slowest} to ${fastest}, n ${times[i]!.length}), ` +
      `${((100 * spreads[0]!.median) / median).toFixed(1)} % of bare steps`,
  );
}
await program.dispose();
if (temporary !== undefined) rmSync(temporary, { recursive: true });
