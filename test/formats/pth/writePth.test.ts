/** What is written is read again; that PyTorch reads it is checked by test/endToEnd/logits.py. */
import assert from 'node:assert/strict';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { openFileAs } from '../../../src/formats/openFile.ts';
import { writeFileAtomically } from '../../../src/formats/atomicFile.ts';
import fc from 'fast-check';
import { openPth } from '../../../src/formats/pth/pthFile.ts';
import { findStateDict } from '../../../src/formats/pth/stateDict.ts';
import { isTensor } from '../../../src/formats/pth/torchObjects.ts';
import { orderedDict, writePth } from '../../../src/formats/pth/writePth.ts';
import { dtypes, type TensorSource } from '../../../src/formats/tensors.ts';
import type { PickleSource } from '../../../src/formats/writePickle.ts';
import { temporaryFolder } from '../temporaryFolder.ts';

const written = ['F64', 'F32', 'F16', 'BF16', 'I64', 'I32', 'I16', 'I8', 'U8', 'BOOL'] as const;

const anyTensor = fc.record({
  dtype: fc.constantFrom(...written),
  shape: fc.array(fc.nat(4), { maxLength: 4 }),
  seed: fc.nat(255),
});

function values({ dtype, shape, seed }: { dtype: (typeof written)[number]; shape: number[]; seed: number }) {
  const bytes = shape.reduce((a, b) => a * b, 1) * dtypes[dtype].BYTES_PER_ELEMENT;
  // Exponents stay small: NaNs of other bits are the same number.
  const content = Uint8Array.from({ length: bytes }, (_, i) => (i * 7 + seed) % 60);
  return new dtypes[dtype](content.buffer);
}

test('tensors of every type and shape come back in their order', async (context) => {
  const path = join(temporaryFolder(context), 'a.pth');
  const tensors = fc.dictionary(fc.string({ unit: 'grapheme' }), anyTensor, { maxKeys: 6 });
  await fc.assert(
    fc.asyncProperty(tensors, async (given) => {
      fc.pre(Object.keys(given).length > 0);
      const sources: TensorSource[] = Object.entries(given).map(([name, tensor]) => {
        return { name, shape: tensor.shape, dtype: tensor.dtype, read: () => values(tensor) };
      });
      await writeFileAtomically(path, (target) =>
        writePth(target, (tensor) => orderedDict(new Map(sources.map((s) => [s.name, tensor(s)])))),
      );
      const file = await openFileAs(path, openPth);
      const found = findStateDict(file.root);
      assert.deepEqual(
        [...found.keys()],
        sources.map(({ name }) => name),
      );
      for (const { name, shape, dtype, read } of sources) {
        assert.deepEqual(await file.read(found.get(name)!), { dtype, shape, values: read() });
      }
      await file.close();
    }),
    { numRuns: 60 },
  );
});

test('dicts, lists and numbers beside the tensors, and texts beside the pickle', async (context) => {
  const path = join(temporaryFolder(context), 'a.pth');
  const source: TensorSource = { name: 'w', shape: [2], read: () => Float32Array.of(1, 2) };
  const said = new Map<string, PickleSource>([
    ['epoch', 3],
    ['large', 2 ** 52],
    ['negative', -1],
    ['rate', 0.01],
    ['one', { form: 'float', value: 1 }],
    ['flags', [true, false, null]],
    ['state', new Map<number, PickleSource>([[0, 'zero']])],
  ]);
  await writeFileAtomically(path, (target) =>
    writePth(target, (tensor) => new Map([...said, ['model', tensor(source)]]), { 'a.json': '{"é":1}' }),
  );
  const file = await openFileAs(path, openPth);
  const root = file.root as Map<string, never>;
  assert.ok(isTensor(root.get('model')));
  root.delete('model');
  assert.deepEqual(root, new Map<string, unknown>([...said, ['one', 1]]));
  assert.equal(await file.readExtra('a.json'), '{"é":1}');
  assert.equal(await file.readExtra('b.json'), undefined);
  await file.close();
});

test('a failed save leaves the old file and nothing else', async (context) => {
  const path = join(temporaryFolder(context), 'a.pth');
  writeFileSync(path, 'old');
  const wrong: TensorSource = { name: 'w', shape: [3], read: () => Float32Array.of(1, 2) };
  await assert.rejects(
    writeFileAtomically(path, (target) => writePth(target, (tensor) => tensor(wrong))),
    { code: 'ALEX_TENSOR_SHAPE' },
  );
  const untyped: TensorSource = { name: 'w', shape: [1], dtype: 'U16', read: () => Uint16Array.of(1) };
  await assert.rejects(
    writeFileAtomically(path, (target) => writePth(target, (tensor) => tensor(untyped))),
    { code: 'ALEX_TENSOR_TYPE' },
  );
  assert.equal(readFileSync(path, 'utf8'), 'old');
  assert.equal(existsSync(`${path}.tmp`), false);
});
