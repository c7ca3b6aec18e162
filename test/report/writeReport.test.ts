import assert from 'node:assert/strict';
import { cpSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { tmpdir } from 'node:os';
import { parseHTML } from 'linkedom';
import { loadDataset } from '../../src/data/datasets.ts';
import { diagnoseRun } from '../../src/diagnosis/diagnoseRun.ts';
import { createEngine } from '../../src/engine/create.ts';
import { writeReport } from '../../src/report/writeReport.ts';
import { evaluateModel } from '../../src/training/evaluateModel.ts';
import { loadModel } from '../../src/training/modelFile.ts';
import { readRun } from '../../src/training/runRecord.ts';
import { runAlexnet, jsonLines } from '../cli/runAlexnet.ts';
import { startOf, stepAt, writeRun } from './runFiles.ts';
import { trainedRun } from './trainedRun.ts';

const work = mkdtempSync(join(tmpdir(), 'alexnet-report-'));
const run = join(work, 'run');
before(() => trainedRun(run));
after(() => rmSync(work, { recursive: true, force: true }));

function copied(name: string): string {
  const folder = join(work, name);
  cpSync(run, folder, { recursive: true });
  return folder;
}

const options = { language: 'en', threads: 1 } as const;

/** Text of the elements of a section that a selector finds. */
function sectionTexts(html: string, id: string, selector: string): string[] {
  const section = parseHTML(html).document.querySelector(`[aria-labelledby="${id}"]`)!;
  return [...section.querySelectorAll(selector)].map((element) => element.textContent ?? '');
}

/** The rows of the table with this caption. */
function tableRows(html: string, caption: RegExp): string[][] {
  const { document } = parseHTML(html);
  const found = [...document.querySelectorAll('table')].find((table) =>
    caption.test(table.querySelector('caption')!.textContent ?? ''),
  );
  return [...found!.querySelectorAll('tbody tr')].map((row) =>
    [...row.children].map((cell) => cell.textContent ?? ''),
  );
}

test('a report tells what the model does on the test images', async () => {
  const report = await writeReport(run, options);
  assert.equal(report.out, join(run, 'report.html'));
  assert.deepEqual(
    report.leftOut.map(({ section }) => section),
    [],
  );
  const html = readFileSync(report.out, 'utf8');
  assert.equal(report.bytes, Buffer.byteLength(html));
  assert.ok(report.bytes < 3e6);
  assert.ok(!/(src|href)="(?!data:|#)/.test(html), 'it needs nothing from elsewhere');

  const model = await loadModel(join(run, 'model.safetensors'));
  const dataset = await loadDataset('shapes', { split: 'test', limit: 80 });
  const engine = await createEngine('cpu', { threads: 1 });
  const tested = await evaluateModel(model, dataset, { engine, batchSize: 16, workers: 0 });
  assert.equal(report.tested?.correct, tested.correct);
  assert.equal(report.tested?.total, 80);
  const rows = tableRows(html, /^Precision/);
  for (const [label, name] of dataset.classes.entries()) {
    const said = tested.confusion.reduce((sum, row) => sum + row[label]!, 0);
    const hits = tested.confusion[label]![label]!;
    const { total } = tested.perClass[label]!;
    const percent = (share: number): string => `${(100 * share).toFixed(1)}%`;
    const [first, precision, recall, , images] = rows[label]!;
    assert.deepEqual(
      [first, precision, recall, images],
      [
        name,
        said === 0 ? '–' : percent(hits / said),
        total === 0 ? '–' : percent(hits / total),
        String(total),
      ],
    );
  }
  assert.equal(sectionTexts(html, 'diagnosis', 'p')[0], 'Nothing wrong was found.');
  const bins = tableRows(html, /bins/);
  assert.equal(
    bins.map(([, images]) => Number(images)).reduce((a, b) => a + b),
    80,
  );
  const watch = (await readRun(run)).watches.at(-1)!;
  const last = parseHTML(html)
    .document.querySelector('[aria-labelledby="learning"] svg.chart')!
    .querySelectorAll('[aria-label="text"] text');
  const gradients = watch.layers.map(({ gradient }) => gradient.toExponential(0));
  const shown = new Set([...last].map((text) => text.textContent));
  for (const gradient of gradients) assert.ok(shown.has(gradient), gradient);
  const layers = tableRows(html, /^Layers/);
  assert.deepEqual(layers[0]!.slice(0, 4), ['c1', 'conv', '8 × 14 × 14', '608']);
});

test('a report says what the doctor finds', async () => {
  const engine = await createEngine('cpu', { threads: 1 });
  const folder = copied('waiting');
  const events = join(folder, 'events.jsonl');
  writeFileSync(events, readFileSync(events, 'utf8').replaceAll(/"waitShare":[^,}]+/g, '"waitShare":0.9'));
  const { findings, examined } = await diagnoseRun(folder, { engine });
  assert.deepEqual(
    findings.map(({ name }) => name),
    ['data-loading'],
  );
  const { out } = await writeReport(folder, { ...options, limitTest: 20 });
  const html = readFileSync(out, 'utf8');
  assert.deepEqual(
    sectionTexts(html, 'diagnosis', 'h3'),
    findings.map(({ title }) => title.en),
  );
  assert.deepEqual(
    sectionTexts(html, 'diagnosis', 'li'),
    findings.flatMap(({ advice }) => advice.map(({ en }) => en)),
  );
  const told = sectionTexts(html, 'diagnosis', 'p');
  for (const { evidence } of findings) assert.ok(told.includes(evidence.en), evidence.en);
  assert.ok(told.at(-1)!.endsWith(`training images looked at ${examined}.`));
});

test('a report says that nothing was found, and by what', async () => {
  const losses = [2.3, 1.8, 1.2, 0.8];
  const steps = losses.map((loss, i) => stepAt(1 + (i >> 1), 5 + 5 * (i % 2), loss));
  const folder = writeRun(join(work, 'events-only'), {}, [startOf(0), ...steps]);
  const said = async (language: 'en' | 'ja'): Promise<string[]> => {
    const { out } = await writeReport(folder, { ...options, language });
    return sectionTexts(readFileSync(out, 'utf8'), 'diagnosis', 'p');
  };
  const [nothing, , why] = await said('en');
  assert.equal(nothing, 'Nothing wrong was found by the events alone.');
  assert.match(why!, /could not be judged by images: The run has no model yet/);
  const [inJapanese, , whyInJapanese] = await said('ja');
  assert.equal(inJapanese, '記録だけからは、問題は見つからなかった。');
  assert.match(whyInJapanese!, /この実行にはまだモデルがない/);
});

test('without a model, a report has the curves, and says what is left out', async () => {
  const folder = copied('no-model');
  rmSync(join(folder, 'model.safetensors'));
  const unfinished = await writeReport(folder, { ...options, language: 'ja', limitTest: 20 });
  assert.equal(unfinished.tested?.total, 20);
  const page = readFileSync(unfinished.out, 'utf8');
  assert.match(page, /<html lang="ja">/);
  assert.match(page, /最新のチェックポイントのもの/);

  rmSync(join(folder, 'checkpoint.safetensors'));
  const curves = await writeReport(folder, options);
  assert.equal(curves.tested, undefined);
  assert.ok(
    curves.leftOut.some(({ section, reason }) => section === 'Calibration' && /no model yet/.test(reason)),
  );
  assert.ok(
    !curves.leftOut.some(({ section }) => section === 'Loss' || section === 'Accuracy while training'),
  );
  assert.match(readFileSync(curves.out, 'utf8'), /The training loss went from/);
});

test('without its data, a report has what needs none of it', async () => {
  const folder = copied('no-data');
  const config = JSON.parse(readFileSync(join(folder, 'config.json'), 'utf8')) as object;
  writeFileSync(join(folder, 'config.json'), JSON.stringify({ ...config, dataset: './gone' }));
  const { leftOut, tested } = await writeReport(folder, options);
  assert.equal(tested, undefined);
  const names = leftOut.map(({ section }) => section);
  assert.ok(names.includes('Confusion matrix, precision and recall'));
  assert.ok(!names.includes('First-layer filters, before and after'));
  assert.match(leftOut[0]!.reason, /gone/);
  // Errors speak English: a Japanese page says so around them.
  const inJapanese = await writeReport(folder, { ...options, language: 'ja' });
  assert.match(inJapanese.leftOut[0]!.reason, /エラーになった \(原文\): .*gone/);
});

test('an interrupted report leaves nothing', async () => {
  const controller = new AbortController();
  const out = join(work, 'interrupted.html');
  const onProgress = (): void => controller.abort(new Error('enough'));
  await assert.rejects(
    writeReport(run, { ...options, out, signal: controller.signal, onProgress }),
    /enough/,
  );
  assert.ok(!existsSync(out));
});

test('the command tells where the report is, and refuses what is no run', async () => {
  const out = join(work, 'by-command.html');
  const args = ['report', run, '--out', out, '--limit-test', '20', '--threads', '1', '--json'];
  const done = await runAlexnet(args);
  assert.equal(done.code, 0, done.stderr);
  const [line] = jsonLines(done.stdout);
  assert.deepEqual([line!['type'], line!['file'], line!['total']], ['report', out, 20]);
  const none = await runAlexnet(['report', work]);
  assert.equal(none.code, 1);
  assert.match(none.stderr, /is no training run: it has no config.json/);
});

test('a learning rate that was changed by an order is told, where it happened', async () => {
  const change = { type: 'learning-rate', epoch: 1, step: 6, globalStep: 6, before: 0.1, learningRate: 0.02 };
  const folder = writeRun(join(work, 'changed'), {}, [
    startOf(0),
    stepAt(1, 5, 2),
    change,
    stepAt(1, 10, 1.5, 0.02),
    stepAt(2, 10, 1, 0.02),
  ]);
  const html = readFileSync((await writeReport(folder, options)).out, 'utf8');
  const said = sectionTexts(html, 'learning-rate', 'p').join();
  assert.match(said, /changed from 0\.1 to 0\.02 at step 6/);
  assert.match(sectionTexts(html, 'learning-rate', 'svg text').join(), /changed at step 6/);
});
