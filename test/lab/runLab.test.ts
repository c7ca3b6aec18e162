import assert from 'node:assert/strict';
import { appendFileSync, existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { defineLab, type Lab } from '../../src/lab/lab.ts';
import type { LabItem } from '../../src/lab/labItems.ts';
import { labNames, loadLab } from '../../src/lab/labFiles.ts';
import { resumeLab, runLab, type LabOptions } from '../../src/lab/runLab.ts';
import { temporaryFolder } from '../formats/temporaryFolder.ts';

const options: LabOptions = { size: 'quick', language: 'ja', dataset: 'shapes', seed: 3 };
const signal = new AbortController().signal;

interface Settings {
  readonly trials: number;
}

function counting(ran: number[], stopAt = Infinity, stop = (): void => {}): Lab<Settings> {
  return defineLab<Settings>({
    name: 'counting',
    title: { en: 'Counting', ja: '数える' },
    claim: { en: 'Two is two.', ja: '2 は 2。' },
    source: 'nowhere',
    sizes: {
      quick: { minutes: 0, trials: 3 },
      default: { minutes: 0, trials: 4 },
      full: { minutes: 0, trials: 5 },
    },
    run: async (lab) => {
      const values: number[] = [];
      for (let trial = 0; trial < lab.settings.trials; trial++) {
        if (trial === stopAt) stop();
        const run = async (): Promise<number> => {
          ran.push(trial);
          return trial * lab.seed;
        };
        values.push(await lab.trial(`trial ${trial}`, run));
      }
      lab.story({ en: 'A <story>.', ja: '<話>。' });
      lab.table({ caption: { en: 'Table', ja: '表' }, head: ['a', 'b'], rows: [['x', '1']] });
      await lab.barChart('values', {
        title: 'bars',
        description: 'three bars',
        value: { label: 'value' },
        bars: values.map((value, i) => ({ label: String(i), value })),
      });
      lab.record('values', values);
      return {
        verdict: 'agrees',
        finding: { en: 'Yes.', ja: 'はい。' },
        confidence: { en: 'Sure.', ja: '確か。' },
      };
    },
  });
}

test('a lab tells its story, and leaves charts, values and a report', async (context) => {
  const out = join(temporaryFolder(context), 'lab');
  const items: LabItem[] = [];
  const outcome = await runLab(
    counting([]) as Lab,
    options,
    { signal, onItem: (item) => items.push(item) },
    out,
  );
  assert.deepEqual(
    items.map(({ kind }) => kind),
    ['story', 'table', 'chart'],
  );
  const data = JSON.parse(readFileSync(join(out, 'data.json'), 'utf8')) as Record<string, unknown>;
  assert.deepEqual(data['values'], { values: [0, 3, 6] });
  assert.equal((data['conclusion'] as { verdict: string }).verdict, 'agrees');
  const report = readFileSync(outcome.report, 'utf8');
  assert.match(report, /<html lang="ja">/);
  assert.match(report, /&lt;話&gt;。/);
  assert.match(report, /主張と一致/);
  assert.ok(report.includes(readFileSync(join(out, 'values.svg'), 'utf8')));
  assert.ok(!/(src|href)="http/.test(report), 'the report needs nothing from elsewhere');
});

test('a lab that was interrupted goes on after the trials that are done', async (context) => {
  const out = join(temporaryFolder(context), 'lab');
  const [before, after]: [number[], number[]] = [[], []];
  const controller = new AbortController();
  const stopping = counting(before, 2, () => controller.abort(new Error('stop')));
  await assert.rejects(runLab(stopping as Lab, options, { signal: controller.signal }, out), /stop/);
  assert.deepEqual(before, [0, 1]);
  assert.ok(!existsSync(join(out, 'data.json')));
  // As a kill in the middle of a line leaves it.
  appendFileSync(join(out, 'trials.jsonl'), '{"name":"trial 2","val');
  await resumeLab(out, counting(after) as Lab, { signal });
  assert.deepEqual(after, [2]);
  const data = JSON.parse(readFileSync(join(out, 'data.json'), 'utf8')) as { values: unknown };
  assert.deepEqual(data.values, { values: [0, 3, 6] });
});

test('a folder with a lab in it is not taken again', async (context) => {
  const out = join(temporaryFolder(context), 'lab');
  await runLab(counting([]) as Lab, options, { signal }, out);
  await assert.rejects(runLab(counting([]) as Lab, options, { signal }, out), { code: 'ALEX_RUN_EXISTS' });
  await assert.rejects(resumeLab(join(out, 'no'), counting([]) as Lab, { signal }), {
    code: 'ALEX_RESUME_MISSING',
  });
});

test('every lab of the package has what a lab needs, under the name of its file', async () => {
  const names = labNames();
  // Not by the alphabet: what the others rest on comes first.
  assert.deepEqual(names.slice(0, 2), ['activations', 'vanishing-gradient']);
  for (const name of names) {
    const lab = await loadLab(name);
    assert.equal(lab.name, name);
    assert.ok(lab.sizes.quick.minutes <= 0.5 && lab.sizes.default.minutes <= 5, name);
  }
  await assert.rejects(loadLab('activation'), {
    code: 'ALEX_LAB_UNKNOWN',
    message: /Did you mean "activations"/,
  });
  await assert.rejects(loadLab('./no.ts'), { code: 'ALEX_LAB_FILE' });
});

test('a signal of its own ends one training, not the lab', async (context) => {
  const out = join(temporaryFolder(context), 'lab');
  const stopping = defineLab({
    ...counting([]),
    run: async (lab) => {
      const enough = new AbortController();
      let steps = 0;
      const { interrupted, result } = await lab.train(
        { network: 'alexnet-32', dataset: await lab.data({ train: 20, test: 10 }), batchSize: 4, workers: 0 },
        {
          signal: enough.signal,
          onStep: ({ globalStep }) => {
            steps = globalStep;
            if (globalStep === 2) enough.abort();
          },
        },
      );
      assert.deepEqual({ interrupted, result, steps }, { interrupted: true, result: undefined, steps: 2 });
      const text = { en: 'It goes on.', ja: '続く。' };
      return { verdict: 'agrees', finding: text, confidence: text };
    },
  });
  await runLab(stopping as Lab, options, { signal }, out);
  assert.ok(existsSync(join(out, 'data.json')));
});
