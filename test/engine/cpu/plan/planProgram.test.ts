import assert from 'node:assert/strict';
import { it } from 'node:test';
import { planProgram, type PlannedFor } from '../../../../src/engine/cpu/plan/planProgram.ts';
import type { Plan } from '../../../../src/engine/cpu/plan/lower.ts';
import { buildNetwork } from '../../../../src/network/zoo/networks.ts';
import { runAlexnet } from '../../../cli/runAlexnet.ts';

const network = buildNetwork('alexnet-32', { classes: 10 });
const plannedFor: PlannedFor = { threads: 2, target: 'wasm-128', convolutions: 'auto' };

function plan(batchSize: number, limit: number): Plan {
  return planProgram(network, { batchSize, training: true }, plannedFor, limit);
}

it('refuses what the system has no memory for, with the batch size that fits to the byte', () => {
  const { bytes } = plan(5, Infinity).memory;
  assert.equal(plan(5, bytes).memory.bytes, bytes);
  const expected = { code: 'ALEX_ENGINE_MEMORY', message: /Use a batch size of at most 5\.$/ };
  assert.throws(() => plan(64, bytes), expected);
  assert.throws(() => plan(5, bytes - 1), { message: /Use a batch size of at most 4\.$/ });
});

it('says so when not even one image fits', () => {
  assert.throws(() => plan(1, 2 ** 20), { code: 'ALEX_ENGINE_MEMORY', message: /not even one image fits/ });
});

it('is what the command line refuses with, before anything is allocated', async () => {
  const poor = 'data:text/javascript,process.availableMemory = () => 700e6';
  const { code, stdout, stderr } = await runAlexnet(['bench', 'train', '--batch-size', '32'], {
    nodeOptions: ['--import', poor],
  });
  assert.equal(stdout, '');
  assert.match(stderr, /^ALEX_ENGINE_MEMORY: a batch of 32 needs .* expected at most 0\.7/);
  assert.match(stderr, /^Use a batch size of at most \d+\.$/m);
  assert.equal(code, 1);
});
