import assert from 'node:assert/strict';
import { after, it } from 'node:test';
import { compileKernels } from '../../../../src/engine/cpu/compileKernels.ts';
import type { Operation } from '../../../../src/engine/cpu/plan/operations.ts';
import { controlAddresses, controlWords, phases } from '../../../../src/engine/cpu/threads/control.ts';
import { nodeTeam } from '../../../../src/engine/cpu/threads/nodeTeam.ts';
import type { Team } from '../../../../src/engine/cpu/threads/team.ts';

/** [4][6] blocks of 16 × 16 floats, which a flip transposes, inside and out: each thread reads what others wrote. */
const blocks = 24;
const blockBytes = 16 * 16 * 4;
const [from, to] = [controlAddresses.end, controlAddresses.end + blocks * blockBytes];
const there: Operation = { kind: 'flip', from, to, inBlocks: 6, outBlocks: 4, kernelSize: 1 };
const back: Operation = { kind: 'flip', from: to, to: from, inBlocks: 4, outBlocks: 6, kernelSize: 1 };

interface Started {
  readonly team: Team;
  readonly floats: Float32Array;
  readonly words: Int32Array;
}

const teams: Team[] = [];
after(() => Promise.all(teams.map((team) => team.close())));

function start(threads: number, forward: readonly Operation[]): Started {
  const memory = new WebAssembly.Memory({ initial: 2, maximum: 2, shared: true });
  const { compiled } = compileKernels([], 'wasm-128', memory);
  const words = new Int32Array(memory.buffer);
  const operations = { prepare: [], repack: [], forward, backward: [], update: [], average: [] };
  const team = nodeTeam({ compiled, memory, threads, operations }, words);
  teams.push(team);
  return { team, floats: new Float32Array(memory.buffer), words };
}

function neverEnding(): Operation {
  // Batches of 2^31 - 1 images: the thread would be at it for minutes.
  return { kind: 'linearGradient', gradient: matrix, turned: to, blockBytes, biasGradient: to };
}
const matrix = { address: from, features: 16, panels: 1, panelBytes: blockBytes };

for (const threads of [1, 2, 7]) {
  it(`runs operations one after the other, call after call, on ${threads} threads`, async () => {
    const { team, floats } = start(threads, Array<readonly Operation[]>(20).fill([there, back]).flat());
    const values = Float32Array.from({ length: blocks * 256 }, (_, index) => index);
    for (let call = 0; call < 5; call++) {
      const expected = values.map((value) => value + call);
      floats.set(expected, from / 4);
      await team.run(phases.forward);
      assert.deepEqual(floats.slice(from / 4, to / 4), expected);
      assert.equal(floats[to / 4 + 1], expected[16]);
    }
  });
}

it('runs only the phases that it is told to', async () => {
  const { team, floats } = start(2, [there]);
  floats.fill(1, from / 4, to / 4);
  await team.run(phases.backward + phases.update);
  assert.equal(floats[to / 4], 0);
  await team.run(phases.forward);
  assert.equal(floats[to / 4], 1);
});

it('rejects with the error of a thread that throws, then and later', async () => {
  const broken = { kind: 'maxPool', kernel: 'none' } as unknown as Operation;
  const { team } = start(3, [broken]);
  await assert.rejects(team.run(phases.forward), TypeError);
  await assert.rejects(team.run(phases.forward), TypeError);
});

it('rejects a call whose threads are ended', async () => {
  const { team, words } = start(2, [neverEnding()]);
  words[controlWords.count] = 2 ** 31 - 1;
  const call = assert.rejects(team.run(phases.forward), { code: 'ALEX_PROGRAM_STATE' });
  assert.ok(team.running());
  await team.close();
  await call;
  assert.ok(!team.running());
});
