import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import { learningRateCurve, stepCurve } from '../../src/report/stepCurve.ts';
import { readRun } from '../../src/training/runRecord.ts';
import { temporaryFolder } from '../formats/temporaryFolder.ts';
import { startOf, stepAt, writeRun } from './runFiles.ts';

test('a curve of very many steps is drawn by means of neighbours', async (context) => {
  const steps = Array.from({ length: 1500 }, (_, i) => stepAt(1, i + 1, i, i < 700 ? 0.3 : 0.1));
  const folder = writeRun(join(temporaryFolder(context), 'run'), {}, [
    startOf(0, { stepsPerEpoch: 1500 }),
    ...steps,
  ]);
  const run = await readRun(folder);
  const points = stepCurve(run, ({ loss }) => loss);
  assert.equal(points.length, 500);
  assert.deepEqual(points[1], { x: 6 / 1500, y: 4 });
  const rates = learningRateCurve(run);
  assert.deepEqual(
    rates.map(({ x }) => x),
    points.map(({ x }) => x),
  );
  assert.deepEqual([...new Set(rates.map(({ y }) => y))], [0.3, 0.1], 'rates that were used, and no means');
});
