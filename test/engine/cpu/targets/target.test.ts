import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { KernelSource, VectorAssembler } from '../../../../src/engine/cpu/assembler/vector.ts';
import { examineTarget, lacks, timeTargets } from '../../../../src/engine/cpu/targets/target.ts';
import { cpuTargets, isWasm } from '../../../../src/engine/cpu/targets/targets.ts';
import { kernelTargets } from '../kernelMemory.ts';

/** The engine's kernels of one kind, emitted through an assembler that does one thing otherwise. */
function sabotage(kind: string, change: (assembler: VectorAssembler) => Partial<VectorAssembler>) {
  return (kernel: KernelSource): KernelSource =>
    kernel.name.split('-')[0] === kind
      ? { ...kernel, emit: (assembler, p) => kernel.emit({ ...assembler, ...change(assembler) }, p) }
      : kernel;
}

/** One mistake in each kind of kernel, or several; all of them leave an answer that only its numbers give away. */
const mistakes: readonly (readonly [kind: string, Parameters<typeof sabotage>[1]])[] = [
  // One row of B is taken for another, a float of A too; C is written four bytes on; nothing is added up.
  ['gemm', (a) => ({ load: (to, from, offset) => a.load(to, from, offset === 64 ? 0 : offset) })],
  ['gemm', (a) => ({ broadcast: (to, from, offset) => a.broadcast(to, from, offset === 60 ? 56 : offset) })],
  ['gemm', (a) => ({ store: (from, to, offset) => a.store(from, to, offset + 4) })],
  ['gemm', () => ({ multiplyAdd: () => undefined })],
  ['outer', (a) => ({ advance: (to, bytes) => a.advance(to, bytes === 9 * 64 ? 8 * 64 : bytes) })],
  ['outer', (a) => ({ multiplyAdd: (to, x, y) => a.multiply(to, y, x) })],
  ['sgd', (a) => ({ multiply: (to, x, y) => a.multiplyAdd(to, y, x) })],
  ['sgd', (a) => ({ add: (to, x, y) => a.subtract(to, x, y) })],
  // What differs only for NaN or where both are equal.
  ['maxPool', (a) => ({ max: (to, x, y) => a.max(to, y, x) })],
  ['maxPoolBackward', (a) => ({ keepWherePositive: (to, _, y) => a.rectify(to, y) })],
  ['maxPoolBackward', (a) => ({ takeWhereEqual: (to, value, x) => a.takeWhereEqual(to, value, x, x) })],
];

for (const target of cpuTargets) {
  const skip = lacks(target)?.reason ?? false;
  describe(target, { skip }, () => {
    it('can be used here, and has a speed', () => {
      const examined = examineTarget(target);
      assert.deepEqual([examined.report.target, examined.report.available], [target, true]);
      assert.ok(timeTargets([examined])[target]! > 0);
      examined.usable!.release();
    });

    for (const [kind, change] of mistakes) {
      it(`is refused when its ${kind} kernel is wrong: ${Object.keys(change({} as VectorAssembler))[0]}`, () => {
        const { report, usable } = examineTarget(target, sabotage(kind, change));
        const reason = `failed the known-answer check (${kind})`;
        assert.deepEqual(report, { target, available: false, reason, ordinary: false });
        assert.equal(usable, undefined);
      });
    }

    it('is refused when its code cannot be made, and says why', () => {
      const { report } = examineTarget(target, (kernel) => ({
        ...kernel,
        emit: (a) => a.advance(9999 as never, 4),
      }));
      assert.deepEqual([report.available, report.ordinary], [false, false]);
      assert.match(
        report.reason,
        isWasm(target) ? /WebAssembly\.Module/ : /kernel gemm-.* cannot be written/,
      );
    });
  });
}

it('has no speed for a target that cannot be used', () => {
  const refused = examineTarget('wasm-128', () => ({ name: 'none', parameters: 0, emit() {} }));
  assert.equal(refused.report.available, false);
  assert.deepEqual(timeTargets([refused]), {});
});

it('knows of WebAssembly that it can run anywhere', () => {
  const runnable = kernelTargets.map(({ target }) => target);
  assert.ok(runnable.includes('wasm-256') && runnable.includes('wasm-128'));
});
