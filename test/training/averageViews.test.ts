/** Ten-crop testing against the paper's description, written out in float64. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { MemoryDataset } from '../../src/data/dataset.ts';
import { compose, centerCrop, normalize, toTensor } from '../../src/data/transforms.ts';
import { createReferenceEngine } from '../../src/engine/reference/engine.ts';
import { initialise } from '../../src/network/initialise.ts';
import { averageViews } from '../../src/training/averageViews.ts';
import { evaluateModel } from '../../src/training/evaluateModel.ts';
import { hashedPixels } from '../data/goldenImages.ts';
import { tinyDataset, tinyNetwork } from './tinyTraining.ts';

const side = 8;
const large = 13;
const count = 5;
const engine = createReferenceEngine();

/** Images of 13 × 13, of which the network takes 8 × 8. */
function largeDataset(): MemoryDataset {
  const images = new Uint8Array(new SharedArrayBuffer(count * 3 * large * large));
  images.set(hashedPixels(9, 0, images.length));
  return { ...tinyDataset('test', count), height: large, width: large, images };
}

/** Softmax, in float64. */
function softmax(logits: Float32Array): number[] {
  const powers = Array.from(logits, Math.exp);
  const sum = powers.reduce((a, b) => a + b);
  return powers.map((power) => power / sum);
}

test('ten-crop testing averages the softmax over corners, middle and their mirror images', async () => {
  const dataset = largeDataset();
  const program = await engine.compile(tinyNetwork, { batchSize: 1, training: false });
  const parameters = new Map<string, Float32Array>();
  initialise(tinyNetwork, { scheme: 'he', seed: 1 }, (name, values) => {
    parameters.set(name, values);
    program.writeParameter(name, values);
  });
  const transforms = compose([centerCrop(side), toTensor(), normalize([0.5, 0.5, 0.5], [0.25, 0.25, 0.25])]);
  const model = { network: tinyNetwork, classes: dataset.classes, transforms, details: {}, parameters };

  const told: Float32Array[] = [];
  const result = await evaluateModel(model, dataset, {
    engine,
    batchSize: 2,
    workers: 0,
    averaging: 'ten-crop',
    onPrediction: (index, _label, _predicted, logits) => (told[index] = logits),
  });

  const { data, offset, strides } = program.inputs[0]!;
  // The middle begins at 2.5, which torchvision rounds to the even 2.
  const places = [
    [0, 0],
    [0, large - side],
    [large - side, 0],
    [large - side, large - side],
    [2, 2],
  ] as const;
  let loss = 0;
  for (let image = 0; image < count; image++) {
    const mean = dataset.classes.map(() => 0);
    for (const [top, left] of places) {
      for (const mirror of [false, true]) {
        for (let c = 0; c < 3; c++) {
          for (let y = 0; y < side; y++) {
            for (let x = 0; x < side; x++) {
              const column = left + (mirror ? side - 1 - x : x);
              const pixel = dataset.images[((image * 3 + c) * large + top + y) * large + column]!;
              const to = offset + c * strides.channel + y * strides.row + x * strides.column;
              data[to] = (pixel / 255 - 0.5) / 0.25;
            }
          }
        }
        softmax(await program.forward({ count: 1 })).forEach((p, i) => (mean[i]! += p / 10));
      }
    }
    softmax(told[image]!).forEach((p, i) => assert.ok(Math.abs(p - mean[i]!) < 1e-6, `${p}, ${mean[i]}`));
    loss -= Math.log(mean[dataset.labels[image]!]!) / count;
  }
  assert.equal(result.total, count);
  assert.ok(Math.abs(result.loss - loss) < 1e-6);
  await program.dispose();
});

test('the mean of probabilities too small for a float is kept', () => {
  const views = [Float32Array.of(0, -2000), Float32Array.of(0, -1000)];
  const averaged = averageViews(views);
  assert.equal(averaged[0], 0);
  // Half of e to the -1000.
  assert.ok(Math.abs(averaged[1]! - (-1000 - Math.LN2)) < 1e-3);
});
