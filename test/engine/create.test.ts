import assert from 'node:assert/strict';
import { it } from 'node:test';
import { lacks } from '../../src/engine/cpu/targets/target.ts';
import { createEngine } from '../../src/engine/create.ts';
import { engineNames, type EngineName } from '../../src/engine/engine.ts';

const noMachineCode = lacks('x64-avx2')?.reason;

/** The name and the targets of what each name gives. */
const made: Readonly<Record<EngineName, RegExp>> = {
  cpu: /^cpu (x64-avx512|x64-avx2|wasm-256|wasm-128)$/,
  x64: /^cpu x64-avx(512|2)$/,
  wasm: /^cpu wasm-(256|128)$/,
  reference: /^reference float64$/,
};

for (const engineName of engineNames) {
  const skip = engineName === 'x64' && noMachineCode;
  it(`makes the engine ${engineName}`, { skip }, async () => {
    const { name, target } = await createEngine(engineName);
    assert.match(`${name} ${target}`, made[engineName]);
  });
}

it('hands on the number of threads', async () => {
  for (const name of ['cpu', 'wasm'] as const)
    assert.equal((await createEngine(name, { threads: 3 })).threads, 3);
  await assert.rejects(createEngine('cpu', { threads: 0 }), { code: 'ALEX_OPTION_VALUE' });
});

it('refuses an engine that it does not know, and says which there are', async () => {
  await assert.rejects(createEngine('gpu' as EngineName), {
    code: 'ALEX_OPTION_VALUE',
    message: /cpu, x64, wasm, reference/,
  });
});
