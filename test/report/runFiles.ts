import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { StepEvent, TrainingEvent } from '../../src/training/events.ts';
import { recipes } from '../../src/training/recipes/recipes.ts';

/** A run's folder with this configuration over the article's, and these events. */
export function writeRun(folder: string, config: object, events: readonly object[]): string {
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, 'config.json'), JSON.stringify({ ...recipes.article, ...config }));
  writeFileSync(join(folder, 'events.jsonl'), events.map((event) => `${JSON.stringify(event)}\n`).join(''));
  return folder;
}

export function startOf(resumedFrom: number, given: object = {}): TrainingEvent {
  return {
    type: 'start',
    network: 'small',
    dataset: 'shapes',
    engine: 'cpu',
    target: 'wasm-128',
    threads: 1,
    parameters: 10,
    trainImages: 100,
    validationImages: 0,
    testImages: 20,
    batchSize: 10,
    epochs: 2,
    stepsPerEpoch: 10,
    resumedFrom,
    ...given,
  };
}

export function stepAt(epoch: number, step: number, loss: number, learningRate = 0.1): StepEvent {
  return { type: 'step', epoch, step, loss, learningRate, imagesPerSecond: 50, waitShare: 0 };
}
