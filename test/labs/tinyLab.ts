import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import type { Conclusion, Lab } from '../../src/lab/lab.ts';
import type { LabItem } from '../../src/lab/labItems.ts';
import { resumeLab, runLab, type LabHooks, type LabOptions } from '../../src/lab/runLab.ts';
import { temporaryFolder } from '../formats/temporaryFolder.ts';

/** What a lab left of a run. */
export interface TinyRun {
  readonly folder: string;
  /** The values that it recorded, as data.json has them. */
  readonly values: Readonly<Record<string, unknown>>;
  readonly conclusion: Conclusion;
  readonly items: readonly LabItem[];
}

/**
 * Runs a lab at its quick size with these settings instead of some of its own, such as a few images and one epoch; then
 * tells it again in Japanese from the trials that were kept, which must say the same and train nothing. Of both, that what
 * they say has no value missing, and that every chart and picture has a text alternative.
 */
export async function runTinyLab<Settings extends object>(
  context: TestContext,
  lab: Lab<Settings>,
  settings: Partial<Settings>,
  options: Partial<LabOptions> = {},
): Promise<TinyRun> {
  const quick = { ...lab.sizes.quick, ...settings };
  const tiny = { ...lab, sizes: { ...lab.sizes, quick } } as unknown as Lab;
  const out = join(temporaryFolder(context), lab.name);
  const asked: LabOptions = {
    size: 'quick',
    language: 'en',
    dataset: 'shapes',
    seed: 0,
    threads: 1,
    ...options,
  };
  const first = await told(out, (hooks) => runLab(tiny, asked, hooks, out));
  writeFileSync(join(out, 'lab.json'), JSON.stringify({ ...readJson(out, 'lab.json'), language: 'ja' }));
  const again = await told(out, async (hooks) => {
    const onTrial = (name: string, kept: boolean): void => assert.ok(kept, `${name} was run again`);
    const onEvent = (): void => assert.fail('a training outside of trials: it is done again by --resume');
    await resumeLab(out, tiny, { ...hooks, onTrial, onEvent });
  });
  assert.deepEqual(again.values, first.values);
  assert.equal(again.conclusion.verdict, first.conclusion.verdict);
  assert.deepEqual(
    again.items.map(({ kind }) => kind),
    first.items.map(({ kind }) => kind),
  );
  assert.match(readFileSync(join(out, 'report.html'), 'utf8'), /<html lang="ja">/);
  return first;
}

async function told(folder: string, run: (hooks: LabHooks) => Promise<unknown>): Promise<TinyRun> {
  const items: LabItem[] = [];
  const { signal } = new AbortController();
  await run({ signal, onItem: (item) => items.push(item) });
  const { values, conclusion } = readJson(folder, 'data.json') as unknown as TinyRun;
  for (const item of items) checkItem(item);
  for (const text of [conclusion.finding, conclusion.confidence]) checkTexts(text.en, text.ja);
  return { folder, values, conclusion, items };
}

function checkItem(item: LabItem): void {
  switch (item.kind) {
    case 'story':
      return checkTexts(item.text);
    case 'table':
      for (const row of item.rows) assert.equal(row.length, item.head.length, item.caption);
      return checkTexts(item.caption, ...item.head, ...item.rows.flat());
    case 'chart':
      return checkTexts(item.drawn.chart.title, item.drawn.chart.description, item.svg);
    case 'picture':
      return checkTexts(item.caption, item.description);
  }
}

function checkTexts(...texts: readonly string[]): void {
  for (const text of texts) {
    assert.ok(text.trim() !== '');
    assert.doesNotMatch(text, /NaN|undefined|Infinity|\[object/);
  }
}

function readJson(folder: string, file: string): Record<string, unknown> {
  return JSON.parse(readFileSync(join(folder, file), 'utf8')) as Record<string, unknown>;
}
