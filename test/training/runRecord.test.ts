import assert from 'node:assert/strict';
import { appendFileSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { epochsAt } from '../../src/training/runEvents.ts';
import { readRun } from '../../src/training/runRecord.ts';
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
