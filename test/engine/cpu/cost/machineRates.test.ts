import assert from 'node:assert/strict';
import { it } from 'node:test';
import { createCpuEngine } from '../../../../src/engine/cpu/engine.ts';

it('measures the machine with any number of threads', async () => {
  for (const threads of [1, 3]) {
    const rates = await (await createCpuEngine({ threads })).measureRates();
    for (const [name, rate] of Object.entries(rates)) assert.ok(rate > 0 && rate < 1e6, `${name}: ${rate}`);
  }
});
