import assert from 'node:assert/strict';
import { appendFileSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { articleRecipe } from '../../src/training/recipes/article.ts';
import {
  createRunFolder,
  eventLog,
  openRunFolder,
  readConfig,
  writeConfig,
} from '../../src/training/runFolder.ts';
import { temporaryFolder } from '../formats/temporaryFolder.ts';

test('runs without a name are numbered', async (context) => {
  const before = process.cwd();
  process.chdir(temporaryFolder(context));
  context.after(() => process.chdir(before));
  const paths = await Promise.all([1, 2, 3].map(() => createRunFolder(undefined, 'alexnet-cifar10')));
  assert.deepEqual(
    paths.map(({ path }) => path).toSorted(),
    ['', '-2', '-3'].map((number) => join('runs', `alexnet-cifar10${number}`)),
  );
});

test('a folder that is there may be used unless it holds a run', async (context) => {
  const folder = temporaryFolder(context);
  writeFileSync(join(folder, 'notes.txt'), 'mine');
  const run = await createRunFolder(folder, 'unused');
  assert.equal(run.path, folder);
  writeFileSync(run.model, '');
  await assert.rejects(createRunFolder(folder, 'unused'), { code: 'ALEX_RUN_EXISTS' });
});

test('a run without configuration or checkpoint cannot be gone on with', async (context) => {
  const folder = temporaryFolder(context);
  const run = await createRunFolder(folder, 'unused');
  const missing = (name: RegExp): object => ({ code: 'ALEX_RESUME_MISSING', message: name });
  assert.throws(() => openRunFolder(folder), missing(/no config\.json/));
  await writeConfig(run, articleRecipe);
  assert.throws(() => openRunFolder(folder), missing(/no checkpoint\.safetensors/));
  writeFileSync(run.checkpoint, '');
  assert.deepEqual(await readConfig(openRunFolder(folder)), articleRecipe);
  writeFileSync(run.config, '{"network":');
  await assert.rejects(readConfig(run), missing(/no config\.json that can be read/));
});

test('events are appended, a line each, also after half a line', async (context) => {
  const run = await createRunFolder(temporaryFolder(context), 'unused');
  const event = { type: 'notice', code: 'a', message: 'b' } as const;
  const line = JSON.stringify(event);
  eventLog(run)(event);
  appendFileSync(run.events, '{"type":"st');
  const log = eventLog(run);
  log(event);
  log(event);
  assert.equal(readFileSync(run.events, 'utf8'), `${line}\n{"type":"st\n${line}\n${line}\n`);
});
