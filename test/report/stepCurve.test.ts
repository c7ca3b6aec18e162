import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import { stepCurve } from '../../src/report/stepCurve.ts';
import { readRun } from '../../src/training/runRecord.ts';
import { temporaryFolder } from '../formats/temporaryFolder.ts';
import { startOf, stepAt, writeRun } from './runFiles.ts';

test('a curve of very many steps is drawn by means of neighbours', async (context) => {
  const steps = Array.from({ length: 1500 }, (_, i) => stepAt(1, i + 1, i));
  const folder = writeRun(join(temporaryFolder(context), 'run'), {}, [
    startOf(0, { stepsPerEpoch: 1500 }),
    ...steps,
  ]);
  const points = stepCurve(await readRun(folder), ({ loss }) => loss);
  assert.equal(points.length, 500);
  assert.deepEqual(points[1], { x: 6 / 1500, y: 4 });
});
