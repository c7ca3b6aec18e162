import assert from 'node:assert/strict';
import { appendFileSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import fc from 'fast-check';
import type { TrainingEvent } from '../../src/training/events.ts';
import {
  epochsAt,
  gatherEvents,
  gatherMore,
  nothingGathered,
  parsedEvent,
} from '../../src/training/runEvents.ts';
import { readRun } from '../../src/training/runRecord.ts';
import { advanced, noProgress } from '../../src/serve/runProgress.ts';
import { temporaryFolder } from '../formats/temporaryFolder.ts';
import { startOf, stepAt, writeRun } from '../report/runFiles.ts';

test('of a resumed run what was done again counts once', async (context) => {
  const epoch = { type: 'epoch', epoch: 1, loss: 2, seconds: 5, imagesPerSecond: 20, last: false };
  const folder = writeRun(join(temporaryFolder(context), 'run'), {}, [
    startOf(0),
    stepAt(1, 4, 2.3),
    stepAt(1, 8, 2.2),
    epoch,
    stepAt(2, 4, 2.1),
    // Killed; the checkpoint was of step 8, and lines come at other steps now.
    startOf(8),
    stepAt(1, 9, 1.9),
    { ...epoch, loss: 1.8, seconds: 7 },
    stepAt(2, 3, 1.7),
  ]);
  // As a kill in the middle of a line leaves it.
  appendFileSync(join(folder, 'events.jsonl'), '{"type":"step","epoch":2,"st');
  const run = await readRun(folder);
  assert.equal(run.name, 'run');
  assert.equal(run.resumes, 1);
  assert.deepEqual(
    run.steps.map((event) => [epochsAt(event, run), event.loss]),
    [
      [0.4, 2.3],
      [0.8, 2.2],
      [0.9, 1.9],
      [1.3, 1.7],
    ],
  );
  assert.deepEqual(
    run.epochs.map(({ loss, seconds }) => [loss, seconds]),
    [[1.8, 7]],
  );
});

test('a run that is gone on with has no result until it is tested anew', () => {
  const result: TrainingEvent = {
    type: 'result',
    accuracy: 0.1,
    top5: 1,
    loss: 1,
    correct: 1,
    total: 10,
    perClass: [],
    confusion: [],
  };
  const events: TrainingEvent[] = [startOf(0), stepAt(2, 10, 2), result, startOf(20, { epochs: 4 })];
  assert.equal(gatherEvents(events).result, undefined);
  assert.equal(gatherEvents([...events, { ...result, accuracy: 0.9 }]).result?.accuracy, 0.9);
  const { accuracy, last, ended, step } = events.reduce(advanced, noProgress);
  assert.deepEqual(
    { accuracy, last, ended, step },
    { accuracy: undefined, last: undefined, ended: false, step: 20 },
  );
});

test('events that come piece by piece give what all of them at once give', () => {
  const small = fc.integer({ min: 1, max: 4 });
  const event = fc.oneof(
    {
      weight: 6,
      arbitrary: fc.tuple(small, small, fc.nat()).map((given) => stepAt(...given)),
    },
    fc.integer({ min: 0, max: 12 }).map((resumedFrom) => startOf(resumedFrom, { stepsPerEpoch: 4 })),
    small.map((epoch) => ({ type: 'validation', epoch, loss: 1, accuracy: 0.5 }) as TrainingEvent),
    small.map((epoch) => ({ type: 'epoch', epoch, loss: 1, seconds: 1 }) as TrainingEvent),
    small.map((step) => ({ type: 'watch', epoch: 1, step, globalStep: step }) as TrainingEvent),
    small.map((step) => ({ type: 'learning-rate', globalStep: step }) as TrainingEvent),
    small.map((globalStep): TrainingEvent => ({ type: 'failure', code: 'A', message: 'm', globalStep })),
  );
  fc.assert(
    fc.property(fc.array(fc.array(event, { maxLength: 6 }), { maxLength: 6 }), (pieces) => {
      const gathered = pieces.reduce(gatherMore, nothingGathered).run;
      assert.deepEqual(gathered, gatherEvents(pieces.flat()));
    }),
  );
  // What has got nothing new is the same, so that nothing is drawn again for it.
  const before = gatherMore(nothingGathered, [startOf(0), stepAt(1, 1, 3)]);
  assert.equal(gatherMore(before, [stepAt(1, 2, 2)]).run.watches, before.run.watches);
});

test('a folder that is no run is refused', async (context) => {
  const folder = temporaryFolder(context);
  await assert.rejects(readRun(folder), { code: 'ALEX_RUN_UNREADABLE', message: /no config.json/ });
  await assert.rejects(readRun(join(folder, 'gone')), { code: 'ALEX_RUN_UNREADABLE' });
  for (const text of ['{', '[]', '{"lab":"dropout"}']) {
    mkdirSync(join(folder, 'bad'), { recursive: true });
    writeFileSync(join(folder, 'bad/config.json'), text);
    await assert.rejects(readRun(join(folder, 'bad')), { code: 'ALEX_RUN_UNREADABLE' }, text);
  }
});

test('an event that lacks what its kind must have is left out, whatever stands there', () => {
  const layer = { name: 'conv1', gradient: 1, weight: 1, update: 1, ratio: 1 };
  const events: readonly Record<string, unknown>[] = [
    { ...startOf(0) },
    { ...stepAt(1, 5, 2) },
    { type: 'watch', epoch: 1, step: 5, globalStep: 5, loss: 2, layers: [layer] },
    { type: 'checkpoint', epoch: 1, step: 5 },
    { type: 'learning-rate', epoch: 1, step: 6, globalStep: 6, before: 0.1, learningRate: 0.01 },
    { type: 'epoch', epoch: 1, loss: 2, seconds: 5, imagesPerSecond: 20, waitShare: 0 },
    { type: 'validation', epoch: 1, loss: 2, accuracy: 0.5, top5: 1, images: 20 },
    { type: 'notice', message: 'a remark' },
    { type: 'failure', code: 'ALEX_TRAINING_NOT_FINITE', message: 'no number', globalStep: 3 },
    {
      type: 'result',
      accuracy: 0.5,
      top5: 1,
      loss: 1,
      correct: 1,
      total: 2,
      perClass: [{ class: 'cat', correct: 1, total: 2, accuracy: 0.5 }],
      confusion: [[1, 1]],
    },
  ];
  const read = (event: object): number => parsedEvent(JSON.stringify(event)).length;
  for (const event of events) {
    assert.equal(read(event), 1, JSON.stringify(event));
    for (const name of Object.keys(event)) {
      // NaN and Infinity are written as null.
      for (const value of [null, {}, [null]]) assert.equal(read({ ...event, [name]: value }), 0, name);
    }
  }
  const deep = { ...events[2], layers: [layer, { ...layer, dead: null }] };
  for (const event of [deep, {}, { type: 'toString' }, 7, null].map((value) => JSON.stringify(value))) {
    assert.deepEqual(parsedEvent(event), [], event);
  }
});
