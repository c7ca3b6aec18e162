import assert from 'node:assert/strict';
import { availableParallelism } from 'node:os';
import { it } from 'node:test';
import { createCpuEngine, mostThreads } from '../../../src/engine/cpu/engine.ts';
import { cpuTargets, fastestTarget } from '../../../src/engine/cpu/target.ts';

it('takes every processor and the fastest target, if not told otherwise', async () => {
  const engine = await createCpuEngine();
  assert.equal(engine.threads, availableParallelism());
  assert.equal(engine.target, fastestTarget()!.target);
});

it('takes the threads and the target that it is told to', async () => {
  for (const target of cpuTargets) {
    const engine = await createCpuEngine({ threads: 5, target });
    assert.deepEqual([engine.threads, engine.target], [5, target]);
  }
});

it('refuses other numbers of threads', async () => {
  for (const threads of [0, -1, 1.5, NaN, Infinity, mostThreads + 1, 1000]) {
    await assert.rejects(createCpuEngine({ threads }), {
      code: 'ALEX_OPTION_VALUE',
      message: /from 1 to 256/,
    });
  }
});

it('refuses a target that there is not', async () => {
  const target = 'avx-1024' as 'wasm-256';
  await assert.rejects(createCpuEngine({ target }), { code: 'ALEX_ENGINE_UNAVAILABLE' });
});
