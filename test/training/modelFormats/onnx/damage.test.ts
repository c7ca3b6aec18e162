import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import fc from 'fast-check';
import { AlexnetError } from '../../../../src/errors.ts';
import { loadModel } from '../../../../src/training/modelFile.ts';
import { temporaryFolder } from '../../../formats/temporaryFolder.ts';

const golden = new URL('../../../golden/onnx/', import.meta.url).pathname;
const files = ['alexnet', 'alexnet-opset9', 'variants', 'variants-opset9'].map((name) =>
  readFileSync(join(golden, `${name}.onnx`)),
);

/** A byte replaced, bytes left out, or bytes of elsewhere put in, at a place from 0 to 1. */
const damage = fc.record({
  at: fc.double({ min: 0, max: 1, noNaN: true }),
  left: fc.constantFrom(0, 0, 1, 1, 1, 1, 2, 9, 1e9),
  put: fc.uint8Array({ maxLength: 2 }),
});

test('a damaged file is refused with a coded error, or is a network still', async (context) => {
  const path = join(temporaryFolder(context), 'damaged.onnx');
  await fc.assert(
    fc.asyncProperty(fc.nat(3), fc.array(damage, { minLength: 1, maxLength: 3 }), async (index, damages) => {
      let bytes = files[index]!;
      for (const { at, left, put } of damages) {
        const from = Math.floor(at * bytes.length);
        bytes = Buffer.concat([bytes.subarray(0, from), put, bytes.subarray(from + left)]);
      }
      writeFileSync(path, bytes);
      try {
        await loadModel(path);
      } catch (error) {
        assert.ok(error instanceof AlexnetError, String(error));
      }
    }),
    { numRuns: 500 },
  );
});
