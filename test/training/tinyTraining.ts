import type { MemoryDataset } from '../../src/data/dataset.ts';
import { createReferenceEngine } from '../../src/engine/reference/engine.ts';
import { createGenerator } from '../../src/random/generator.ts';
import type { TrainingOptions } from '../../src/training/trainingOptions.ts';
import type { TrainingEvent } from '../../src/training/events.ts';
import { train, type TrainingHooks, type TrainingOutcome } from '../../src/training/train.ts';
import { tinyNetwork } from '../model/tinyNetwork.ts';

export { tinyNetwork };

/** Noise, with the channel of the image's class brighter. */
export function tinyDataset(split: 'train' | 'test', length: number): MemoryDataset {
  const generator = createGenerator(split === 'train' ? 1 : 2, 4);
  const images = new Uint8Array(new SharedArrayBuffer(length * 192));
  const labels = new Uint8Array(new SharedArrayBuffer(length));
  for (let n = 0; n < length; n++) {
    labels[n] = generator.below(3);
    for (let i = 0; i < 192; i++) {
      const bright = Math.floor(i / 64) === labels[n] ? 60 : 0;
      images[n * 192 + i] = bright + generator.below(190);
    }
  }
  const classes = ['red', 'green', 'blue'];
  return { name: 'tiny', split, classes, length, height: 8, width: 8, images, labels };
}

/** 50 images, 7 steps an epoch, the last of 2 images. */
export const tinyOptions: TrainingOptions = {
  network: tinyNetwork,
  dataset: { train: tinyDataset('train', 50), test: tinyDataset('test', 30) },
  batchSize: 8,
  epochs: 3,
  learningRate: 0.05,
  workers: 0,
  logEvery: 3,
};

export interface TinyRun extends TrainingOutcome {
  readonly events: readonly TrainingEvent[];
}

/** Trains the tiny network on the reference engine; keeps the events. A resumed run keeps its rate unless one is given. */
export async function trainTiny(options: TrainingOptions, hooks: TrainingHooks = {}): Promise<TinyRun> {
  const events: TrainingEvent[] = [];
  const outcome = await train(
    { ...tinyOptions, ...(options.resume !== undefined && { learningRate: undefined }), ...options },
    {
      engine: createReferenceEngine(),
      ...hooks,
      onEvent: (event) => {
        events.push(event);
        hooks.onEvent?.(event);
      },
    },
  );
  return { ...outcome, events };
}

/** Aborts after so many steps of this process. */
export function abortAfter(steps: number): TrainingHooks {
  const controller = new AbortController();
  let done = 0;
  return {
    signal: controller.signal,
    onEvent: (event) => {
      if (event.type !== 'progress' || event.phase !== 'train') return;
      done++;
      if (done === steps) controller.abort();
    },
  };
}
