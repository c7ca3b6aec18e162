/** How the runs of a folder are found, and followed with little work. */
import assert from 'node:assert/strict';
import { appendFileSync, mkdirSync, rmSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { createRunFinder } from '../../src/serve/findRuns.ts';
import { createLibrary } from '../../src/serve/library.ts';
import { temporaryFolder } from '../formats/temporaryFolder.ts';
import { startOf, stepAt, writeRun } from '../report/runFiles.ts';

test('more runs than are listed are said to be there', async (context) => {
  const root = temporaryFolder(context);
  const names = ['a', 'b', 'c'];
  for (const name of names) writeRun(join(root, name), {}, [startOf(0)]);
  const ids = ({ runs }: { runs: readonly { id: string }[] }): string[] => runs.map(({ id }) => id);
  const all = await createRunFinder(root, 3).find();
  assert.deepEqual([ids(all), all.complete], [names, true]);
  const some = await createRunFinder(root, 2).find();
  assert.deepEqual([some.runs.length, some.complete], [2, false]);
});

test('a folder that has not changed for a while is not read again, and one that has is', async (context) => {
  const root = temporaryFolder(context);
  const [run, elsewhere] = ['runs/a', 'elsewhere'].map((name) => join(root, name)) as [string, string];
  writeRun(run, {}, [startOf(0)]);
  mkdirSync(elsewhere);
  writeFileSync(join(elsewhere, 'secret'), '');
  const settle = (): void => utimesSync(run, 1e9, 1e9);
  const finder = createRunFinder(join(root, 'runs'));
  const count = async (): Promise<number> => (await finder.find()).runs.length;
  settle();
  assert.deepEqual([await count(), await count()], [1, 1]);
  symlinkSync(join(elsewhere, 'secret'), join(run, 'model.safetensors'));
  assert.equal(await count(), 0, 'it would lead out of the folder');
  rmSync(join(run, 'model.safetensors'));
  settle();
  assert.deepEqual([await count(), await count()], [1, 1]);
  rmSync(join(run, 'config.json'));
  assert.equal(await count(), 0);
});

test('a summary is another object only when it says something new', async (context) => {
  const root = temporaryFolder(context);
  const run = writeRun(join(root, 'a'), {}, [startOf(0)]);
  const library = createLibrary(root);
  const summary = async (): Promise<object> => {
    await library.look();
    return library.run('a').summary;
  };
  const first = await summary();
  assert.equal(await summary(), first);
  const marker = { pid: process.pid, host: hostname(), control: true };
  writeFileSync(join(run, 'running.json'), JSON.stringify(marker));
  const running = await summary();
  assert.deepEqual(running, { ...first, state: 'running', control: true });
  // While a process trains it is looked for at each look.
  assert.equal(await summary(), running);
  appendFileSync(join(run, 'events.jsonl'), `${JSON.stringify(stepAt(1, 5, 2))}\n`);
  assert.equal(((await summary()) as { step: number }).step, 5);
  rmSync(join(run, 'running.json'));
  assert.equal(((await summary()) as { state: string }).state, 'interrupted');
});
