import assert from 'node:assert/strict';
import { it } from 'node:test';
import type { KernelSource, VectorAssembler } from '../../../src/engine/cpu/assembler/vector.ts';
import { gemmKernel } from '../../../src/engine/cpu/kernels/gemm.ts';
import {
  checkShape,
  cpuTargets,
  examineTarget,
  examineTargets,
  fastestTarget,
} from '../../../src/engine/cpu/target.ts';

/** The engine's kernel, emitted through an assembler that does one thing otherwise. */
function sabotaged(change: (assembler: VectorAssembler) => Partial<VectorAssembler>): KernelSource {
  const kernel = gemmKernel(checkShape);
  return { ...kernel, emit: (assembler, p) => kernel.emit({ ...assembler, ...change(assembler) }, p) };
}

it('finds both targets usable here, times them, and takes the faster one', () => {
  const reports = examineTargets();
  assert.deepEqual(
    reports.map(({ target, available }) => ({ target, available })),
    cpuTargets.map((target) => ({ target, available: true })),
  );
  const fastest = fastestTarget()!;
  for (const { gigaflops } of reports) assert.ok(gigaflops! > 0 && gigaflops! <= fastest.gigaflops!);
  assert.equal(examineTargets(), reports, 'once in a process');
});

for (const target of cpuTargets) {
  it(`refuses ${target} when its kernel gives wrong answers`, () => {
    const wrong = [
      // One row of B is taken for another, a float of A too; C is written four bytes on; nothing is added up.
      sabotaged((a) => ({ load: (to, from, offset) => a.load(to, from, offset === 64 ? 0 : offset) })),
      sabotaged((a) => ({
        broadcast: (to, from, offset) => a.broadcast(to, from, offset === 60 ? 56 : offset),
      })),
      sabotaged((a) => ({ store: (from, to, offset) => a.store(from, to, offset + 4) })),
      sabotaged(() => ({ multiplyAdd: () => undefined })),
    ];
    for (const kernel of wrong) {
      const { report, instance } = examineTarget(target, kernel);
      assert.deepEqual(report, { target, available: false, reason: 'failed the known-answer check' });
      assert.equal(instance, undefined);
    }
  });

  it(`refuses ${target} when its code is not valid, and says why`, () => {
    const { report } = examineTarget(target, {
      ...gemmKernel(checkShape),
      emit: (a) => a.advance(9999 as never, 4),
    });
    assert.equal(report.available, false);
    assert.match(report.reason, /WebAssembly\.Module/);
  });
}
