import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { it } from 'node:test';
import { machineCode } from '../../../../src/engine/cpu/native/machineCode.ts';
import { readProcessor, type ProcessorQueries } from '../../../../src/engine/cpu/native/processor.ts';

const all = 0xffff_ffff;

/** Says yes to everything, but for the bits that are taken away. */
function answers(without: {
  readonly leaves?: number;
  readonly leaf1?: number;
  readonly leaf7?: number;
  readonly states?: number;
}): ProcessorQueries {
  const bits = (missing = 0): number => (all & ~missing) >>> 0;
  return {
    cpuid(leaf) {
      const zero = { eax: 0, ebx: 0, ecx: 0, edx: 0 };
      if (leaf === 0) return { ...zero, eax: without.leaves ?? 7 };
      if (leaf === 1) return { ...zero, ecx: bits(without.leaf1) };
      return { ...zero, ebx: bits(without.leaf7) };
    },
    enabledStates: () => bits(without.states),
  };
}

it('finds what the processor has and the system saves', () => {
  assert.deepEqual(readProcessor(answers({})), { avx2: true, avx512: true });
});

it('finds neither without FMA, AVX, AVX2, leaf 7, or the state of YMM registers', () => {
  const lacking = [
    answers({ leaf1: 1 << 12 }),
    answers({ leaf1: 1 << 28 }),
    answers({ leaf7: 1 << 5 }),
    answers({ leaves: 6 }),
    answers({ states: 1 << 1 }),
    answers({ states: 1 << 2 }),
  ];
  for (const queries of lacking) assert.deepEqual(readProcessor(queries), { avx2: false, avx512: false });
});

it('finds AVX2 alone without AVX-512F or any of its states', () => {
  const lacking = [answers({ leaf7: 1 << 16 }), ...[5, 6, 7].map((bit) => answers({ states: 1 << bit }))];
  for (const queries of lacking) assert.deepEqual(readProcessor(queries), { avx2: true, avx512: false });
});

it('does not ask for enabled states where the system has not turned XGETBV on', () => {
  const queries = {
    ...answers({ leaf1: 1 << 27 }),
    enabledStates: () => assert.fail('XGETBV would be an illegal instruction'),
  };
  assert.deepEqual(readProcessor(queries), { avx2: false, avx512: false });
});

const found = machineCode();
const onLinux = process.platform === 'linux' && !('refused' in found);

it('agrees with the kernel about this processor', { skip: onLinux ? false : 'only Linux says' }, () => {
  const [, flags] = /^flags\s*:(.*)$/m.exec(readFileSync('/proc/cpuinfo', 'utf8'))!;
  const has = (flag: string): boolean => flags!.split(' ').includes(flag);
  assert.ok('processor' in found);
  assert.deepEqual(found.processor, { avx2: has('avx2') && has('fma'), avx512: has('avx512f') });
});
