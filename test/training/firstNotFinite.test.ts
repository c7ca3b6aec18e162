import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { firstNotFinite } from '../../src/training/firstNotFinite.ts';

test('the first value that is no finite number, wherever it stands', () => {
  const finite = fc.float32Array({ noNaN: true, noDefaultInfinity: true, maxLength: 40 });
  const wrong = fc.constantFrom(NaN, Infinity, -Infinity);
  fc.assert(
    fc.property(finite, fc.array(fc.tuple(fc.nat(39), wrong), { maxLength: 3 }), (values, changes) => {
      for (const [at, value] of changes) if (at < values.length) values[at] = value;
      assert.equal(
        firstNotFinite(values),
        values.find((value) => !Number.isFinite(value)),
      );
    }),
  );
  assert.equal(firstNotFinite(Float32Array.of(-0, 3.4e38, -3.4e38, 1e-45, 3.4e38)), undefined);
});
