/** Trains the tiny network with the engine of the page, away from the page's thread. */
import { planarImage } from '../../../src/data/image.ts';
import type { MemoryDataset } from '../../../src/data/dataset.ts';
import { generateShapes, shapesClasses } from '../../../src/data/shapes.ts';
import { imageTransform } from '../../../src/data/transformImage.ts';
import { normalize, toTensor } from '../../../src/data/transforms.ts';
import { createWebEngine } from '../../../src/engine/cpu/web/webEngine.ts';
import type { Program } from '../../../src/engine/engine.ts';
import { initialise } from '../../../src/network/initialise.ts';
import { tinyBatch, tinyImages, tinyNetwork, tinySteps, tinyTests } from './tiny.ts';
import type { TinyMessage, TinyRequest } from './tiny.ts';

const half = [0.5, 0.5, 0.5] as const;
const write = imageTransform([toTensor(), normalize(half, half)]);

function tell(message: TinyMessage): void {
  postMessage(message);
}

/** Puts images from `from` on, round and round, into the program's input; returns their labels. */
function fill(program: Program, data: MemoryDataset, from: number, count: number): Uint8Array {
  const labels = new Uint8Array(count);
  for (let i = 0; i < count; i++) {
    const at = (from + i) % data.length;
    write(planarImage(data.images, data, 3 * at * data.height * data.width), program.inputs[0]!, i);
    labels[i] = data.labels[at]!;
  }
  return labels;
}

async function accuracy(program: Program): Promise<number> {
  const data = generateShapes('test', { limit: tinyTests });
  const classes = shapesClasses.length;
  let right = 0;
  for (let from = 0; from < tinyTests; from += tinyBatch) {
    const count = Math.min(tinyBatch, tinyTests - from);
    const labels = fill(program, data, from, count);
    const logits = await program.forward({ count });
    for (let i = 0; i < count; i++) {
      const row = logits.subarray(i * classes, (i + 1) * classes);
      if (row.indexOf(Math.max(...row)) === labels[i]) right++;
    }
  }
  return right / tinyTests;
}

async function train({ activation, learningRate }: TinyRequest): Promise<void> {
  const began = performance.now();
  const engine = await createWebEngine({ threads: 1 });
  const network = tinyNetwork(activation, shapesClasses.length);
  const program = await engine.compile(network, { batchSize: tinyBatch, training: true });
  initialise(network, { scheme: activation === 'relu' ? 'he' : 'xavier', seed: 0 }, (name, values) =>
    program.writeParameter(name, values),
  );
  const data = generateShapes('train', { limit: tinyImages });
  for (let step = 0; step < tinySteps; step++) {
    const labels = fill(program, data, step * tinyBatch, tinyBatch);
    const optimizer = { learningRate, momentum: 0.9, weightDecay: 0 };
    const { loss } = await program.step({ labels, optimizer, training: { seed: 0, step } });
    tell({ type: 'step', step: step + 1, loss });
  }
  tell({ type: 'done', accuracy: await accuracy(program), seconds: (performance.now() - began) / 1000 });
  await program.dispose();
}

addEventListener('message', ({ data }: MessageEvent<TinyRequest>) => {
  train(data).catch((error: unknown) => tell({ type: 'failed', message: String(error) }));
});
