import assert from 'node:assert/strict';
import { after, it } from 'node:test';
import { createCpuEngine } from '../../../src/engine/cpu/engine.ts';
import type { CpuProgram } from '../../../src/engine/cpu/program.ts';
import { everyLayer } from '../suiteNetworks.ts';

const open: CpuProgram[] = [];
after(() => Promise.all(open.map((program) => program.dispose())));

async function compile(profile: boolean): Promise<CpuProgram> {
  const engine = await createCpuEngine({ threads: 2, profile });
  const program = await engine.compile(everyLayer, { batchSize: 4, training: true });
  open.push(program);
  return program;
}

it('takes the time of every operation that runs, and of no other', async () => {
  const program = await compile(true);
  const begin = performance.now();
  await program.forward();
  const wall = performance.now() - begin;
  const times = program.profile!.read();
  const ran = times.filter(({ milliseconds }) => milliseconds > 0);
  assert.ok(ran.length > 5);
  assert.deepEqual(
    ran.map(({ operation }) => operation),
    times.filter(({ phase }) => phase === 'prepare' || phase === 'forward').map(({ operation }) => operation),
  );
  assert.ok(ran.reduce((sum, { milliseconds }) => sum + milliseconds, 0) <= wall);

  await program.backward([0, 1, 2, 3]);
  const phases = new Set(
    program
      .profile!.read()
      .filter(({ milliseconds }) => milliseconds > 0)
      .map(({ phase }) => phase),
  );
  assert.deepEqual([...phases].toSorted(), ['backward', 'repack']);
});

it('takes none unless it is asked to', async () => {
  assert.equal((await compile(false)).profile, undefined);
});
