import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { compareRuns, overlays } from '../../src/report/compareRuns.ts';
import { temporaryFolder } from '../formats/temporaryFolder.ts';
import { runAlexnet } from '../cli/runAlexnet.ts';
import { startOf, stepAt, writeRun } from './runFiles.ts';

const validation = {
  type: 'validation',
  epoch: 1,
  loss: 1,
  accuracy: 0.5,
  top5: 0.9,
  images: 20,
  best: true,
};

test('runs lie over each other, with what differed in their configurations', async (context) => {
  const folder = temporaryFolder(context);
  const layers = [{ type: 'flatten', name: 'flatten' }];
  const network = (outFeatures: number): object => ({
    name: 'mine',
    layers: [...layers, { type: 'linear', name: 'l', outFeatures }],
  });
  const slow = writeRun(join(folder, 'slow'), { network: network(3), learningRate: 0.001 }, [
    startOf(0),
    stepAt(1, 5, 2.3),
    stepAt(1, 10, 2.2),
  ]);
  const fast = writeRun(join(folder, 'fast'), { network: network(4), learningRate: 0.1, ema: 0.9 }, [
    startOf(0),
    stepAt(1, 5, 1.5),
    stepAt(1, 10, 1.25),
    validation,
  ]);
  const out = join(folder, 'page.html');
  const { differences, runs, names, results } = await compareRuns([slow, fast], { out, language: 'en' });
  const by = new Map(differences.map(({ option, values }) => [option, values]));
  assert.deepEqual([...by.keys()], ['network', 'learningRate', 'ema']);
  assert.deepEqual(by.get('learningRate'), ['0.001', '0.1']);
  assert.deepEqual(by.get('ema'), ['–', '0.9']);
  // Two networks of one name and length are told apart.
  const [one, other] = by.get('network')!;
  assert.match(one!, /^mine \(2 layers\) #[0-9a-f]{6}$/);
  assert.notEqual(one, other);
  assert.deepEqual(
    results.rows.find(([name]) => name === 'best validation'),
    ['best validation', '–', '50.0%'],
  );

  const charts = overlays(runs, names, (text) => text.en);
  assert.deepEqual(
    charts.map(({ y }) => y.label),
    ['loss, nats', 'loss, nats', 'accuracy', 'learning rate', 'images a second'],
  );
  assert.match(charts[0]!.title, /fast has the least at its end, 1.25/);
  assert.deepEqual(
    charts[0]!.lines.map(({ name, series, points }) => ({ name, series, points })),
    [
      {
        name: 'slow',
        series: 0,
        points: [
          { x: 0.5, y: 2.3 },
          { x: 1, y: 2.2 },
        ],
      },
      {
        name: 'fast',
        series: 1,
        points: [
          { x: 0.5, y: 1.5 },
          { x: 1, y: 1.25 },
        ],
      },
    ],
  );
  // A run without validation has no line there, and the other keeps its colour.
  assert.deepEqual(
    charts[2]!.lines.map(({ name, series }) => [name, series]),
    [['fast', 1]],
  );
  const elsewhere = runs.map((run, i) => ({ ...run, config: { ...run.config, dataset: `set ${i}` } }));
  const titles = overlays(elsewhere, names, (text) => text.en).map(({ title }) => title);
  assert.match(titles[0]!, /not to be compared/);
  assert.match(titles.at(-1)!, /has the most/);
  const page = readFileSync(out, 'utf8');
  assert.match(page, /<th scope="row">learningRate<\/th><td>0.001<\/td><td>0.1<\/td>/);
  assert.ok(!/(src|href)="http/.test(page));
});

test('the command prints the same tables, and refuses a single run', async (context) => {
  const folder = temporaryFolder(context);
  const [a, b] = ['a', 'b'].map((name, i) =>
    writeRun(join(folder, name), { seed: i }, [startOf(0), stepAt(1, 5, 2)]),
  );
  const done = await runAlexnet(['compare', a!, b!, '--lang', 'ja'], { cwd: folder });
  assert.equal(done.code, 0, done.stderr);
  assert.match(done.stdout, /オプション +a +b\nseed +0 +1\n/);
  assert.match(readFileSync(join(folder, 'comparison.html'), 'utf8'), /<html lang="ja">/);
  const alone = await runAlexnet(['compare', a!], { cwd: folder });
  assert.equal(alone.code, 2);
  assert.match(alone.stderr, /a comparison needs two runs or more; 1 came/);
});
