import assert from 'node:assert/strict';
import { mkdirSync, readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { articleRecipe } from '../../src/training/recipes/article.ts';
import type { TrainingEvent } from '../../src/training/events.ts';
import { createTensorboardLog } from '../../src/training/tensorboard.ts';
import { readEvents, type ReadEvent } from '../formats/tensorboard/readEvents.ts';
import { temporaryFolder } from '../formats/temporaryFolder.ts';
import { abortAfter, trainTiny } from './tinyTraining.ts';

/** What TensorBoard finds in a run's folder: each file's events, the files by name. */
function eventFiles(folder: string): ReadEvent[][] {
  const names = readdirSync(folder).filter((name) => name.startsWith('events.out.tfevents.'));
  return names.toSorted().map((name) => readEvents(readFileSync(join(folder, name))));
}

/** A tag's values by step; a later session voids what earlier ones told from its first step on. */
function series(files: readonly (readonly ReadEvent[])[], tag: string): [step: number, value: number][] {
  let points: [number, number][] = [];
  for (const event of files.flat()) {
    if (event.session === 1) points = points.filter(([step]) => step < event.step);
    if (tag in event.scalars) points.push([event.step, event.scalars[tag]!]);
  }
  return points;
}

test('a training writes what it tells, by the step of the run', async (context) => {
  const out = join(temporaryFolder(context), 'run');
  const { events, result } = await trainTiny({ out, epochs: 2 });
  const files = eventFiles(out);
  assert.equal(files.length, 1);
  assert.equal(files[0]![0]!.fileVersion, 'brain.Event:2');
  const each = events.filter((event) => event.type === 'progress' && event.phase === 'train');
  assert.equal(each.length, 14);
  const losses = (each as { loss: number }[]).map(({ loss }, i) => [i + 1, Math.fround(loss)]);
  assert.deepEqual(series(files, 'loss/step'), losses);
  const rates = losses.map(([step]) => [step, Math.fround(0.05)]);
  assert.deepEqual(series(files, 'learning_rate'), rates);
  assert.ok(series(files, 'images_per_second').every(([, rate]) => rate > 0));
  const epochs = events.filter((event) => event.type === 'epoch');
  assert.deepEqual(
    series(files, 'loss/epoch'),
    epochs.map(({ epoch, loss }) => [7 * epoch, Math.fround(loss)]),
  );
  assert.deepEqual(series(files, 'loss/test'), [[14, Math.fround(result!.loss)]]);
  assert.deepEqual(series(files, 'accuracy/test'), [[14, Math.fround(result!.accuracy)]]);
  const [text] = files[0]!.flatMap((event) => event.texts['configuration'] ?? []);
  const config = JSON.parse(text!.replace(/^```json\n|```$/g, '')) as unknown;
  assert.deepEqual(config, JSON.parse(readFileSync(join(out, 'config.json'), 'utf8')));
});

test('validation, and the rate of a schedule, are written by the step of the run', async (context) => {
  const out = join(temporaryFolder(context), 'run');
  const { events } = await trainTiny({ out, epochs: 2, validation: 0.2, schedule: 'linear' });
  const files = eventFiles(out);
  const told = events.filter((event) => event.type === 'validation');
  const losses = told.map(({ epoch, loss }) => [5 * epoch, Math.fround(loss)]);
  assert.equal(losses.length, 2);
  assert.deepEqual(series(files, 'loss/validation'), losses);
  assert.deepEqual(
    series(files, 'accuracy/validation').map(([, accuracy]) => accuracy),
    told.map(({ accuracy }) => Math.fround(accuracy)),
  );
  const rates = Array.from({ length: 10 }, (_, i) => [i + 1, Math.fround(0.05 * (1 - i / 10))]);
  assert.deepEqual(series(files, 'learning_rate'), rates);
});

test('a resumed run goes on in another file, and its steps stand once', async (context) => {
  const out = join(temporaryFolder(context), 'run');
  await trainTiny({ out }, abortAfter(9));
  const during = eventFiles(out);
  assert.equal(series(during, 'loss/step').length, 9);
  await trainTiny({ resume: out });
  const files = eventFiles(out);
  assert.equal(files.length, 2);
  assert.deepEqual(files[0], during[0]);
  const steps = series(files, 'loss/step').map(([step]) => step);
  assert.deepEqual(
    steps,
    Array.from({ length: 21 }, (_, i) => i + 1),
  );
});

test('a run that was killed after its last checkpoint tells the lost steps anew', (context) => {
  const folder = temporaryFolder(context);
  tellSteps(folder, 0, 5, 1);
  tellSteps(folder, 3, 6, 2);
  assert.deepEqual(series(eventFiles(folder), 'loss/step'), [
    [1, 1],
    [2, 1],
    [3, 1],
    [4, 2],
    [5, 2],
    [6, 2],
  ]);
});

/** One session: a start after `from` steps, and the steps up to `to`. */
function tellSteps(folder: string, from: number, to: number, loss: number): void {
  const log = createTensorboardLog(folder, articleRecipe, assert.fail);
  const start = { type: 'start', stepsPerEpoch: 100, resumedFrom: from } as TrainingEvent;
  log.tell(start);
  for (let step = from + 1; step <= to; step++) {
    log.tell({
      type: 'progress',
      phase: 'train',
      epoch: 1,
      step,
      steps: 100,
      loss,
      imagesPerSecond: 1,
      secondsLeft: 1,
    });
  }
  log.close();
}

test('events are on the disk while the training goes on', async (context) => {
  const out = join(temporaryFolder(context), 'run');
  const seen: number[] = [];
  const onEvent = (event: TrainingEvent): void => {
    if (event.type === 'checkpoint') seen.push(series(eventFiles(out), 'loss/step').length);
  };
  await trainTiny({ out, epochs: 2 }, { onEvent });
  assert.deepEqual(seen, [7, 14]);
});

test('a file that cannot be written is told once, and the training goes on', (context) => {
  const folder = join(temporaryFolder(context), 'gone');
  const problems: string[] = [];
  const log = createTensorboardLog(folder, articleRecipe, (message) => problems.push(message));
  const notice = { type: 'notice', code: 'a', message: 'b' } as const;
  log.tell(notice);
  mkdirSync(folder);
  log.tell(notice);
  log.close();
  assert.equal(problems.length, 1);
  assert.match(
    problems[0]!,
    /TensorBoard file cannot be written: there is no such file or folder; the training goes on/,
  );
  assert.deepEqual(readdirSync(folder), []);
});

test('a run can do without', async (context) => {
  const out = join(temporaryFolder(context), 'run');
  await trainTiny({ out, epochs: 1, tensorboard: false });
  assert.deepEqual(eventFiles(out), []);
});
