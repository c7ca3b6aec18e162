import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { MemoryDataset } from '../../src/data/dataset.ts';
import { createReferenceEngine } from '../../src/engine/reference/engine.ts';
import { crossEntropyLoss } from '../../src/model/crossEntropyLoss.ts';
import { dataLoader, type DataLoader } from '../../src/model/dataLoader.ts';
import { datasets, type ImageDataset } from '../../src/model/datasets.ts';
import { enumerate } from '../../src/model/enumerate.ts';
import { sharedImageBuffer } from '../../src/data/imageBuffer.ts';
import type { ImageBatch } from '../../src/model/imageBatch.ts';
import { createModel } from '../../src/model/model.ts';
import { optim } from '../../src/model/optim.ts';
import { transforms } from '../../src/model/transforms.ts';
import type { NetworkSpec } from '../../src/network/spec.ts';

const transform = transforms.compose([
  transforms.resize(8),
  transforms.toTensor(),
  transforms.normalize([0.5, 0.5, 0.5], [0.5, 0.5, 0.5]),
]);
const unscaled = transforms.compose([transforms.toTensor()]);

const linearNetwork: NetworkSpec = {
  name: 'linear',
  input: { channels: 3, height: 8, width: 8 },
  layers: [
    { type: 'flatten', name: 'flatten' },
    { type: 'linear', name: 'classifier', outFeatures: 10 },
  ],
};

/** The pixels of one image of a batch whose buffer is in [N, C, H, W] order. */
function pixels({ buffer }: ImageBatch, image: number): Float32Array {
  const start = buffer.offset + image * buffer.strides.image;
  return buffer.data.slice(start, start + buffer.strides.image);
}

function expectedPixels({ dataset }: ImageDataset<MemoryDataset>, image: number): Float32Array {
  const size = 3 * dataset.height * dataset.width;
  return Float32Array.from(dataset.images.subarray(image * size, (image + 1) * size), (value) => value / 255);
}

async function labelsOf(loader: DataLoader): Promise<number[]> {
  const seen: number[] = [];
  for await (const [, labels] of loader) seen.push(...labels.data);
  return seen;
}

test('an epoch gives every image once, in order, the last batch with what is left', async () => {
  const dataset = await datasets.shapes({ transform: unscaled, limit: 10 });
  const loader = dataLoader(dataset, { batchSize: 4 });
  assert.equal(loader.length, 3);
  const sizes: number[] = [];
  let image = 0;
  for await (const [i, [inputs, labels]] of enumerate(loader)) {
    assert.equal(i, sizes.length);
    sizes.push(inputs.size(0));
    assert.deepEqual(inputs.shape, [labels.size(0), 3, 32, 32]);
    for (let n = 0; n < inputs.size(0); n++, image++) {
      assert.equal(labels.data[n], dataset.dataset.labels[image]);
      assert.deepEqual(pixels(inputs, n), expectedPixels(dataset, image));
    }
  }
  assert.deepEqual(sizes, [4, 4, 2]);
});

test('shuffle gives each epoch an order of its own, the same for the same seed', async () => {
  const dataset = await datasets.shapes({ transform, limit: 40 });
  const options = { batchSize: 16, shuffle: true, seed: 3 };
  const loader = dataLoader(dataset, options);
  const first = await labelsOf(loader);
  const second = await labelsOf(loader);
  assert.notDeepEqual(first, second);
  assert.deepEqual(first.toSorted(), second.toSorted());
  assert.deepEqual(first.toSorted(), [...dataset.dataset.labels].toSorted());
  assert.deepEqual(await labelsOf(dataLoader(dataset, options)), first);
});

test('a batch is released when the loop goes on, or ends early', async () => {
  const dataset = await datasets.shapes({ transform, limit: 12 });
  const seen: ImageBatch[] = [];
  for await (const [inputs] of dataLoader(dataset, { batchSize: 4 })) {
    assert.deepEqual(
      seen.map((batch) => batch.released),
      seen.map(() => true),
    );
    assert.equal(inputs.released, false);
    seen.push(inputs);
    if (seen.length === 2) break;
  }
  assert.equal(seen[1].released, true);
});

test('a pass goes on in buffers that it is offered, and says when it is done with them', async () => {
  const dataset = await datasets.shapes({ transform: unscaled, limit: 10 });
  const offered = [sharedImageBuffer([5, 3, 32, 32]), sharedImageBuffer([5, 3, 32, 32])];
  let ended = false;
  let image = 0;
  for await (const [i, [inputs]] of enumerate(dataLoader(dataset, { batchSize: 4 }))) {
    assert.equal(offered.includes(inputs.buffer), i > 0);
    for (let n = 0; n < inputs.size(0); n++, image++) {
      assert.deepEqual(pixels(inputs, n), expectedPixels(dataset, image));
    }
    const tooSmall = inputs.source?.adopt([sharedImageBuffer([3, 3, 32, 32])], () => {});
    assert.equal(tooSmall, false);
    if (i === 0)
      assert.equal(
        inputs.source?.adopt(offered, () => (ended = true)),
        true,
      );
    assert.equal(ended, false);
  }
  assert.equal(image, 10);
  assert.equal(ended, true);
});

test('batches that are written in place train as copied ones do, with a test pass within the epoch', async () => {
  const dataset = await datasets.shapes({ transform, limit: 20 });
  const testset = await datasets.shapes({ train: false, transform, limit: 6 });
  async function train(inPlace: boolean): Promise<Float32Array[]> {
    const model = createModel(linearNetwork, { engine: createReferenceEngine() });
    const optimizer = optim.sgd(model.parameters(), { lr: 0.1 });
    const criterion = crossEntropyLoss();
    const logits: Float32Array[] = [];
    for await (const [inputs, labels] of dataLoader(dataset, { batchSize: 4, shuffle: true })) {
      optimizer.zeroGrad();
      const outputs = await model.forward(inPlace ? inputs : { ...inputs, source: undefined });
      await criterion(outputs, labels).backward();
      await optimizer.step();
      logits.push(outputs.data);
      if (logits.length !== 3) continue;
      for await (const [images] of dataLoader(testset, { batchSize: 4 })) {
        logits.push((await model.forward(images)).data);
      }
    }
    return logits;
  }
  const expected = await train(false);
  assert.equal(expected.length, 7);
  assert.deepEqual(await train(true), expected);
});

test('batch sizes that are no whole number from 1 are refused', async () => {
  const dataset = await datasets.shapes({ transform, limit: 2 });
  for (const batchSize of [0, -1, 1.5, NaN]) {
    assert.throws(() => dataLoader(dataset, { batchSize }), { code: 'ALEX_OPTION_VALUE' });
  }
});
