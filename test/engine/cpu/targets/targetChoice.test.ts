import assert from 'node:assert/strict';
import { it } from 'node:test';
import { chooseTarget, preferred, targetReports } from '../../../../src/engine/cpu/targets/targetChoice.ts';
import { cpuTargets, type CpuTarget } from '../../../../src/engine/cpu/targets/targets.ts';
import { kernelTargets } from '../kernelMemory.ts';

it('takes the first that no other is clearly faster than', () => {
  const speeds = { 'x64-avx512': 100, 'x64-avx2': 109, 'wasm-256': 98, 'wasm-128': 60 };
  assert.equal(preferred(cpuTargets, speeds), 'x64-avx512');
  assert.equal(preferred(cpuTargets, { ...speeds, 'x64-avx2': 111 }), 'x64-avx2');
  assert.equal(preferred(cpuTargets, { ...speeds, 'wasm-128': 200 }), 'wasm-128');
  assert.equal(preferred(['wasm-256', 'wasm-128'], speeds), 'wasm-256');
});

it('takes one whose speed nobody knows last', () => {
  assert.equal(preferred(cpuTargets, { 'wasm-128': 1 }), 'wasm-128');
  assert.equal(preferred(['wasm-256'], {}), 'wasm-256');
  assert.equal(preferred([], {}), undefined);
});

it('chooses once in a process, among those that were asked for', () => {
  const runnable = kernelTargets.map(({ target }) => target);
  assert.equal(chooseTarget('auto'), chooseTarget('auto'));
  assert.ok(runnable.includes(chooseTarget('auto').chosen!));
  assert.match(chooseTarget('wasm').chosen!, /^wasm-/);
  for (const target of runnable) assert.equal(chooseTarget(target).chosen, target);
  assert.equal(chooseTarget('abacus' as CpuTarget).chosen, undefined);
});

it('reports on every target that was asked for', () => {
  const named = (wish: Parameters<typeof targetReports>[0]): string[] =>
    targetReports(wish).map(({ target }) => target);
  assert.deepEqual(named('auto'), [...cpuTargets]);
  assert.deepEqual(named('x64'), ['x64-avx512', 'x64-avx2']);
  assert.deepEqual(named('wasm'), ['wasm-256', 'wasm-128']);
  const usable = targetReports('auto').flatMap(({ target, available }) => (available ? [target] : []));
  assert.deepEqual(
    usable,
    kernelTargets.map(({ target }) => target),
  );
});
