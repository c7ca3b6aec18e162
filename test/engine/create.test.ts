import assert from 'node:assert/strict';
import { it } from 'node:test';
import { createEngine, engineNames } from '../../src/engine/create.ts';
import type { EngineName } from '../../src/engine/engine.ts';

it('makes every engine that it names', async () => {
  for (const name of engineNames) assert.equal((await createEngine(name)).name, name);
});

it('hands on the number of threads', async () => {
  assert.equal((await createEngine('cpu', { threads: 3 })).threads, 3);
  await assert.rejects(createEngine('cpu', { threads: 0 }), { code: 'ALEX_OPTION_VALUE' });
});

it('refuses an engine that it does not know, and says which there are', async () => {
  await assert.rejects(createEngine('gpu' as EngineName), {
    code: 'ALEX_OPTION_VALUE',
    message: /cpu or reference/,
  });
});
