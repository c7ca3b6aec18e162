import assert from 'node:assert/strict';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test, type TestContext } from 'node:test';
import { lab, type Trial } from '../../labs/augmentation.ts';
import { encodePng } from '../../src/data/images/encodePng.ts';
import { gapOf, gapVerdict } from '../../src/lab/gap.ts';
import { pairedDifference, pointsText, type Difference } from '../../src/lab/spread.ts';
import { temporaryFolder } from '../formats/temporaryFolder.ts';
import { runTinyLab } from './tinyLab.ts';

/** A folder of images that are no squares. */
function photos(context: TestContext): string {
  const folder = temporaryFolder(context);
  for (const [label, name] of ['dark', 'light'].entries()) {
    mkdirSync(join(folder, name));
    for (let i = 0; i < 30; i++) {
      const data = Uint8Array.from(
        { length: 3 * 24 * 16 },
        (_, at) => 100 * label + ((7 * at + 31 * i) % 100),
      );
      writeFileSync(join(folder, name, `${i}.png`), encodePng({ height: 16, width: 24, data }));
    }
  }
  return folder;
}

test('the conclusion follows from the accuracies in data.json, for images of any shape', async (context) => {
  const tiny = { images: 40, testImages: 12, epochs: 3, every: 2, seeds: 2, alone: false };
  const { values, conclusion, items } = await runTinyLab(context, lab, tiny, { dataset: photos(context) });
  const trials = values['trials'] as Trial[];
  assert.equal(trials.length, 2 * 2);
  for (const trial of trials)
    assert.deepEqual(
      trial.curve.map(({ epoch }) => epoch),
      [2, 3],
    );
  const gaps = (augment: string): number[] =>
    trials.filter((trial) => trial.augment === augment).map(({ curve }) => gapOf(curve));
  const gap = pairedDifference(gaps('pad-crop,flip,color'), gaps(''));
  const recorded = values['comparison'] as { gap: Difference; test: Difference };
  assert.deepEqual(recorded.gap, gap);
  assert.equal(conclusion.verdict, gapVerdict(gap, recorded.test));
  assert.ok(conclusion.finding.en.includes(pointsText(gap).en));
  const charts = items.flatMap((item) =>
    item.kind === 'chart' || item.kind === 'picture' ? [item.name] : [],
  );
  assert.deepEqual(charts, ['images', 'curves', 'gaps']);
});
