import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { MemoryDataset } from '../../src/data/dataset.ts';
import { channels, planarImage } from '../../src/data/image.ts';
import type { Loader } from '../../src/data/batches.ts';
import { createLoader, type LoaderOptions } from '../../src/data/loader.ts';
import { generateShapes } from '../../src/data/shapes.ts';
import { transformImage } from '../../src/data/transformImage.ts';
import {
  colorJitter,
  horizontalFlip,
  randomCrop,
  randomHorizontalFlip,
} from '../../src/data/augmentation/imageSteps.ts';
import { cutout } from '../../src/data/augmentation/tensorSteps.ts';
import { articleTransforms, compose, resize, toTensor } from '../../src/data/transforms.ts';
import type { ImageBuffer } from '../../src/engine/engine.ts';
import { permutation } from '../../src/random/permutation.ts';

const side = 40;
const dataset: MemoryDataset = generateShapes('train', { limit: 22 });

function buffer(batchSize: number, shared = true): ImageBuffer {
  const image = channels * side * side;
  const bytes = batchSize * image * 4;
  return {
    data: new Float32Array(shared ? new SharedArrayBuffer(bytes) : new ArrayBuffer(bytes)),
    offset: 0,
    strides: { image, channel: side * side, row: side, column: 1 },
    shape: [batchSize, channels, side, side],
  };
}

function options(given: Partial<LoaderOptions> = {}): LoaderOptions {
  return {
    dataset,
    transforms: articleTransforms(side),
    inputs: [buffer(4), buffer(4)],
    batchSize: 4,
    shuffle: true,
    seed: 7,
    workers: 0,
    ...given,
  };
}

async function using<T>(given: LoaderOptions, use: (loader: Loader) => Promise<T>): Promise<T> {
  const loader = await createLoader(given);
  try {
    return await use(loader);
  } finally {
    await loader.close();
  }
}

interface Seen {
  readonly indices: number[];
  readonly labels: number[];
  readonly pixels: Float32Array;
}

/** An epoch, each batch copied before it is released. */
async function readAll(loader: Loader, inputs: readonly ImageBuffer[], epoch: number, firstStep = 0) {
  const seen: Seen[] = [];
  for await (const { slot, count, indices, labels, release } of loader.batches(epoch, { firstStep })) {
    const { data, strides } = inputs[slot]!;
    assert.equal(indices.length, count);
    seen.push({ indices: [...indices], labels: [...labels], pixels: data.slice(0, count * strides.image) });
    release();
  }
  return seen;
}

/** What the batches of an epoch must be, an image at a time. */
function expected(order: Uint32Array, batchSize: number): Seen[] {
  const steps = Math.ceil(order.length / batchSize);
  return Array.from({ length: steps }, (_, step) => {
    const indices = Array.from(order.subarray(step * batchSize, (step + 1) * batchSize));
    const target = buffer(indices.length);
    indices.forEach((index, i) => {
      const image = planarImage(dataset.images, dataset, index * channels * 32 * 32);
      transformImage(image, articleTransforms(side), target, i);
    });
    return { indices, labels: indices.map((index) => dataset.labels[index]!), pixels: target.data };
  });
}

for (const workers of [0, 1, 3]) {
  test(`${workers} workers give every image once, in the order of seed and epoch`, async () => {
    const given = options({ workers });
    await using(given, async (loader) => {
      assert.equal(loader.stepsPerEpoch, 6);
      for (const epoch of [0, 1]) {
        const order = permutation(dataset.length, 7, epoch);
        assert.deepEqual(await readAll(loader, given.inputs, epoch), expected(order, 4));
      }
    });
  });
}

test('without shuffle the order is the data set’s; the last batch keeps what is left', async () => {
  const given = options({ shuffle: false, workers: 1 });
  const batches = await using(given, (loader) => readAll(loader, given.inputs, 3));
  assert.deepEqual(
    batches.flatMap(({ indices }) => indices),
    Array.from({ length: 22 }, (_, i) => i),
  );
  assert.equal(batches.at(-1)!.indices.length, 2);
});

test('firstStep goes on where an epoch was left', async () => {
  const given = options({ workers: 1 });
  await using(given, async (loader) => {
    const whole = await readAll(loader, given.inputs, 2);
    assert.deepEqual(await readAll(loader, given.inputs, 2, 4), whole.slice(4));
    assert.deepEqual(await readAll(loader, given.inputs, 2, 6), []);
  });
});

test('random transforms depend on seed, epoch and image, not on workers, batches or where a pass begins', async () => {
  const random = compose([
    resize(side),
    randomCrop(side, { padding: 5 }),
    randomHorizontalFlip(),
    colorJitter({ brightness: 0.4, hue: 0.1 }),
    toTensor(),
    cutout(9),
  ]);
  const imagesOf = async (given: Partial<LoaderOptions>, epoch: number, firstStep = 0) => {
    const all = options({ transforms: random, ...given });
    const batches = await using(all, (loader) => readAll(loader, all.inputs, epoch, firstStep));
    const length = channels * side * side;
    return new Map(
      batches.flatMap(({ indices, pixels }) =>
        indices.map((index, i) => [index, pixels.slice(i * length, (i + 1) * length)] as const),
      ),
    );
  };
  const images = await imagesOf({}, 1);
  assert.equal(images.size, 22);
  const five = { inputs: [buffer(5), buffer(5)], batchSize: 5, shuffle: false, workers: 3 };
  const others = await imagesOf(five, 1);
  for (const [index, pixels] of images) assert.deepEqual(others.get(index), pixels);
  for (const [index, pixels] of await imagesOf({ workers: 1 }, 1, 4)) {
    assert.deepEqual(images.get(index), pixels);
  }
  for (const other of [await imagesOf({}, 2), await imagesOf({ seed: 8 }, 1)]) {
    for (const [index, pixels] of images) assert.notDeepEqual(other.get(index), pixels);
  }
});

test('every batch comes once by each view, in turn', async () => {
  const flipped = compose([resize(side), horizontalFlip(), toTensor()]);
  const plain = compose([resize(side), toTensor()]);
  const given = options({ transforms: plain, moreViews: [flipped, plain], workers: 2 });
  await using(given, async (loader) => {
    assert.equal(loader.stepsPerEpoch, 18);
    const batches = await readAll(loader, given.inputs, 0);
    assert.equal(batches.length, 18);
    const orders = batches.map(({ indices }) => indices);
    for (let i = 0; i < 18; i += 3) {
      assert.deepEqual(orders.slice(i, i + 3), [orders[i], orders[i], orders[i]]);
      const [first, mirror, again] = batches.slice(i, i + 3).map(({ pixels }) => pixels);
      assert.deepEqual(again, first);
      for (let row = 0; row < first!.length; row += side) {
        assert.deepEqual(mirror!.slice(row, row + side), first!.slice(row, row + side).reverse());
      }
    }
    assert.deepEqual(
      orders.flatMap((order, i) => (i % 3 === 0 ? order : [])).toSorted((a, b) => a - b),
      [...Array(22).keys()],
    );
  });
});

for (const workers of [0, 2]) {
  test(`leaving a pass early leaves a loader with ${workers} workers usable`, async () => {
    const given = options({ workers });
    await using(given, async (loader) => {
      for await (const batch of loader.batches(0)) if (batch.slot === 1) break;
      assert.deepEqual(await readAll(loader, given.inputs, 1), expected(permutation(22, 7, 1), 4));
      for await (const batch of loader.batches(0)) if (batch.count > 0) break;
    });
  });
}

test('batches that are still held are not overwritten', async () => {
  const given = options({ workers: 2, shuffle: false });
  await using(given, async (loader) => {
    const pass = loader.batches(0)[Symbol.asyncIterator]();
    const held = (await pass.next()).value!;
    const before = given.inputs[held.slot]!.data.slice();
    for (let step = 1; step < 4; step++) {
      const batch = (await pass.next()).value!;
      assert.notEqual(batch.slot, held.slot);
      batch.release();
    }
    assert.deepEqual(given.inputs[held.slot]!.data, before);
    const last = (await pass.next()).value!;
    assert.notEqual(last.slot, held.slot);
    await assert.rejects(async () => pass.next(), { code: 'ALEX_DATA_LOADER' });
  });
});

test('inputs that are not on shared memory are filled on the main thread', async () => {
  const given = options({ workers: 2, inputs: [buffer(4, false)] });
  const batches = await using(given, (loader) => readAll(loader, given.inputs, 0));
  assert.deepEqual(batches, expected(permutation(22, 7, 0), 4));
});

test('an error in a worker reaches the consumer, and the loader goes on', async () => {
  const good = buffer(4);
  // A buffer that only fails when a thread writes to it.
  const bad = { ...good, strides: undefined as unknown as ImageBuffer['strides'] };
  await using(options({ workers: 2, inputs: [good, bad] }), async (loader) => {
    const pass = loader.batches(0)[Symbol.asyncIterator]();
    assert.equal((await pass.next()).value!.slot, 0);
    await assert.rejects(async () => pass.next(), { code: 'ALEX_DATA_LOADER' });
    const again = loader.batches(0)[Symbol.asyncIterator]();
    assert.equal((await again.next()).value!.slot, 0);
  });
});

test('a closed loader says so', async () => {
  const given = options({ workers: 1 });
  const loader = await createLoader(given);
  await loader.close();
  await assert.rejects(readAll(loader, given.inputs, 0), { code: 'ALEX_DATA_LOADER' });
});

test('a new pass ends the one before', async () => {
  await using(options(), async (loader) => {
    const first = loader.batches(0)[Symbol.asyncIterator]();
    await first.next();
    await loader.batches(0)[Symbol.asyncIterator]().next();
    await assert.rejects(async () => first.next(), { code: 'ALEX_DATA_LOADER' });
  });
});

test('bad options are refused', async () => {
  const cases: [Partial<LoaderOptions>, string][] = [
    [{ batchSize: 0 }, 'ALEX_OPTION_VALUE'],
    [{ batchSize: 5 }, 'ALEX_OPTION_VALUE'],
    [{ batchSize: 1.5 }, 'ALEX_OPTION_VALUE'],
    [{ workers: -1 }, 'ALEX_OPTION_VALUE'],
    [{ workers: 1000 }, 'ALEX_OPTION_VALUE'],
    [{ transforms: compose([toTensor()]) }, 'ALEX_TENSOR_SHAPE'],
    [{ transforms: [] }, 'ALEX_DATA_TRANSFORMS'],
  ];
  for (const [given, code] of cases) await assert.rejects(createLoader(options(given)), { code });
});
