/** What diagnoses judge by where their first evidence is missing: records made up for that, just over a threshold and under. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { dataLoading } from '../../src/diagnosis/dataLoading.ts';
import { deadUnits } from '../../src/diagnosis/deadUnits.ts';
import { divergence } from '../../src/diagnosis/divergence.ts';
import { lossAtChance } from '../../src/diagnosis/lossAtChance.ts';
import type { ExaminedImages } from '../../src/diagnosis/examineImages.ts';
import { overfitting } from '../../src/diagnosis/overfitting.ts';
import { unbalancedClasses } from '../../src/diagnosis/unbalancedClasses.ts';
import type { RunRecord } from '../../src/training/runRecord.ts';
import type { EpochEvent, LearningRateEvent, ResultEvent, WatchEvent } from '../../src/training/events.ts';
import { articleRecipe } from '../../src/training/recipes/article.ts';

function record(given: Partial<RunRecord>): RunRecord {
  const none = { steps: [], epochs: [], validations: [], watches: [], notices: [], rateChanges: [] };
  return { folder: 'run', name: 'run', config: articleRecipe, startedFrom: 0, resumes: 0, ...none, ...given };
}

function epochs(losses: readonly number[], waitShare = 0): EpochEvent[] {
  return losses.map((loss, i) => {
    const [epoch, last] = [i + 1, i === losses.length - 1];
    return { type: 'epoch', epoch, loss, seconds: 10, imagesPerSecond: 100, waitShare, last };
  });
}

function result(loss: number, accuracies: readonly number[]): ResultEvent {
  const perClass = accuracies.map((accuracy, i) => ({
    class: `c${i}`,
    correct: 100 * accuracy,
    total: 100,
    accuracy,
  }));
  return { type: 'result', accuracy: 0.5, top5: 1, loss, correct: 0, total: 100, perClass, confusion: [] };
}

function watch(globalStep: number, dead: number, images = 32): WatchEvent {
  const layer = { name: 'fc', gradient: 1, weight: 1, update: 0.001, ratio: 0.001, dead };
  return { type: 'watch', epoch: 1, step: globalStep, globalStep, loss: 1, images, layers: [layer] };
}

test('a loss far above its least has diverged, a rise as small as chance has not', () => {
  const find = (losses: readonly number[]): unknown =>
    divergence.find({ run: record({ epochs: epochs(losses) }) });
  assert.ok(find([2, 1, 0.9, 1.3]));
  assert.equal(find([2, 1, 0.9, 1.1]), undefined);
  // Many times the least, but nothing to speak of.
  assert.equal(find([2, 0.1, 0.01, 0.05]), undefined);
});

test('without images, overfitting is judged by losses', () => {
  const find = (train: number, held: number): unknown =>
    overfitting.find({ run: record({ epochs: epochs([2, train]), result: result(held, [0.5, 0.5]) }) });
  assert.ok(find(0.3, 0.9));
  assert.equal(find(0.5, 0.9), undefined);
  assert.equal(find(0.05, 0.2), undefined);
});

test('without images, dead units are those of all the last watches', () => {
  const find = (...watches: WatchEvent[]): unknown => deadUnits.find({ run: record({ watches }) });
  assert.ok(find(watch(1, 0), watch(20, 0.95), watch(100, 0.92), watch(200, 0.97)));
  assert.equal(find(watch(20, 0.95), watch(100, 0.6), watch(200, 0.97)), undefined);
  // Two images leave nearly every unit out.
  assert.equal(find(watch(20, 0.95, 2), watch(100, 0.3), watch(200, 0.99, 2)), undefined);
});

test('where units have died, a loss at chance asks for no larger rate', () => {
  const advice = (dead: number): string[] => {
    const config = { ...articleRecipe, initialization: 'he' as const, learningRate: 0.01 };
    const watches = [watch(20, dead), watch(50, dead), watch(100, dead)];
    const found = lossAtChance.find({
      run: record({
        config,
        watches,
        epochs: epochs([2.31, 2.303]),
        result: result(2.3, Array(10).fill(0.1)),
      }),
    });
    return found!.advice.map(({ en }) => en);
  };
  assert.match(advice(0)[0]!, /larger learning rate: --lr 0.1/);
  assert.match(advice(0.95)[0]!, /smaller learning rate: --lr 0.001/);
});

test('classes three times apart are told where the rare ones are recognised worse', () => {
  const find = (classCounts: readonly number[], accuracies: readonly number[]): unknown => {
    const images = { classes: ['c0', 'c1', 'c2'], classCounts } as unknown as ExaminedImages;
    return unbalancedClasses.find({ run: record({ result: result(1, accuracies) }), images });
  };
  assert.ok(find([400, 380, 100], [0.9, 0.9, 0.7]));
  assert.equal(find([400, 380, 100], [0.9, 0.9, 0.85]), undefined);
  assert.equal(find([200, 190, 100], [0.9, 0.9, 0.2]), undefined);
  assert.ok(find([1000, 900, 90], [0.9, 0.9, 0.9]));
});

test('without step events, waiting is judged by epochs; runs of before it was told, not at all', () => {
  const find = (run: RunRecord): unknown => dataLoading.find({ run });
  assert.ok(find(record({ epochs: epochs([1, 1], 0.4) })));
  assert.equal(find(record({ epochs: epochs([1, 1], 0.2) })), undefined);
  const old = epochs([1]).map(({ waitShare: _waitShare, ...event }) => event as EpochEvent);
  assert.equal(find(record({ epochs: old })), undefined);
});

test('advice goes out from the learning rate that was asked for last', () => {
  const change = (globalStep: number, learningRate: number): LearningRateEvent => {
    const at = { epoch: 1, step: globalStep, globalStep };
    return { type: 'learning-rate', ...at, before: 0.01, learningRate };
  };
  const find = (rateChanges: readonly LearningRateEvent[]): { readonly en: string } | undefined =>
    divergence.find({ run: record({ epochs: epochs([2, 1, 0.9, 1.3]), rateChanges }) })?.advice[0];
  const { learningRate } = articleRecipe;
  assert.match(find([])!.en, new RegExp(`--lr ${learningRate / 10}\\.$`));
  assert.match(find([change(5, 0.4), change(9, 0.2)])!.en, /--lr 0\.02\.$/);
});
