/** Files that PyTorch wrote (test/golden/pth), and damaged ones. */
import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { openFileAs } from '../../../src/formats/openFile.ts';
import fc from 'fast-check';
import { AlexnetError } from '../../../src/errors.ts';
import { openPth, type PthFile } from '../../../src/formats/pth/pthFile.ts';
import { findSgdState } from '../../../src/formats/pth/sgdState.ts';
import { findStateDict, withoutPrefixes } from '../../../src/formats/pth/stateDict.ts';
import { isTensor } from '../../../src/formats/pth/torchObjects.ts';
import type { PickleValue } from '../../../src/formats/pickle.ts';
import { float32Values, type SafeTensor } from '../../../src/formats/tensors.ts';
import { hashedTensor } from '../../engine/hashedTensors.ts';
import { temporaryFolder } from '../temporaryFolder.ts';
import { call, dict, name, readFileOf, storage, tuple } from './handmade.ts';

const golden = (name: string): string => join(import.meta.dirname, '../../golden/pth', name);

/** All tensors of the state_dict of a file. */
async function weights(path: string): Promise<Map<string, SafeTensor>> {
  const file = await openFileAs(path, openPth);
  try {
    const tensors = new Map<string, SafeTensor>();
    for (const [name, tensor] of withoutPrefixes(findStateDict(file.root))) {
      tensors.set(name, await file.read(tensor));
    }
    return tensors;
  } finally {
    await file.close();
  }
}

/** What torch_golden.py fills with seed 31. */
const hashedWeights: readonly (readonly [name: string, shape: number[], bound: number])[] = [
  ['0.weight', [4, 3, 3, 3], Math.sqrt(6 / 27)],
  ['0.bias', [4], 0.05],
  ['3.weight', [5, 16], Math.sqrt(6 / 16)],
  ['3.bias', [5], 0.05],
];

function hashed(index: number): Float32Array {
  const [, shape, bound] = hashedWeights[index]!;
  const length = shape.reduce((a, b) => a * b, 1);
  return hashedTensor(31, index, length, bound);
}

/** The weights after one step of SGD, sampled: those of checkpoint.pth and, in half precision, of dtypes.pth. */
const { after } = JSON.parse(readFileSync(golden('../checkpoints.json'), 'utf8')) as {
  after: Record<string, { at: number[]; values: number[] }>;
};

for (const name of ['state-dict.pth', 'state-dict-legacy.pth']) {
  test(`${name}: the tensors that PyTorch saved, to the bit`, async () => {
    const tensors = await weights(golden(name));
    const expected = hashedWeights.map(([key, shape], i) => {
      return [key, { dtype: 'F32', shape, values: hashed(i) }] as const;
    });
    assert.deepEqual(tensors, new Map(expected));
  });
}

for (const name of ['data-parallel.pth', 'protocol4.pth', 'protocol5-legacy.pth']) {
  test(`${name}: names and values, however they were saved`, async () => {
    const tensors = await weights(golden(name));
    assert.deepEqual([...tensors.keys()], ['0.weight', '0.bias', '3.weight', '3.bias']);
    assert.deepEqual(tensors.get('0.weight')!.shape, [4, 3, 3, 3]);
    assert.deepEqual(
      tensors.get('0.weight')!.values,
      Float32Array.from({ length: 108 }, (_, i) => i / 64),
    );
    assert.deepEqual(tensors.get('3.bias')!.values, Float32Array.of(0, 1, 2, 3, 4));
  });
}

test("Python 2's strings are bytes: names all the same", async (context) => {
  const path = join(temporaryFolder(context), 'python2.pth');
  const whole = readFileSync(golden('state-dict-legacy.pth'));
  const storages = hashedWeights.reduce((bytes, _, i) => bytes + 8 + hashed(i).byteLength, 0);
  const pickles = whole.subarray(0, whole.length - storages).toString('latin1');
  // BINUNICODE of four bytes' length becomes SHORT_BINSTRING of one.
  const older = pickles.replaceAll(/X(.)\0\0\0/gs, 'U$1');
  assert.ok(older.length < pickles.length - 30);
  writeFileSync(path, Buffer.concat([Buffer.from(older, 'latin1'), whole.subarray(pickles.length)]));
  assert.deepEqual(await weights(path), await weights(golden('state-dict-legacy.pth')));
});

test('half precision, bfloat16, integers and a transposed view', async () => {
  const tensors = await weights(golden('dtypes.pth'));
  for (const [name] of hashedWeights) {
    const tensor = tensors.get(name)!;
    assert.equal(tensor.dtype, 'F16');
    const { at, values } = after[name]!;
    assert.deepEqual(
      at.map((index) => float32Values(name, tensor)[index]),
      [...Float16Array.from(values)],
    );
  }
  assert.deepEqual(float32Values('bf16', tensors.get('bf16')!), Float32Array.of(0, 1, 2, 3, 4, 5, 6, 7));
  assert.deepEqual(tensors.get('int64')!.values, BigInt64Array.of(0n, 1n, 2n, 3n));
  const { shape, values } = tensors.get('transposed')!;
  assert.deepEqual([shape, values], [[3, 2], Float32Array.of(0, 3, 1, 4, 2, 5)]);
});

test('views of every kind, and the other element types', async () => {
  const tensors = await weights(golden('views.pth'));
  const values = Object.fromEntries([...tensors].map(([name, tensor]) => [name, [...tensor.values]]));
  const count = (length: number, from = 0, by = 1): number[] =>
    Array.from({ length }, (_, i) => from + i * by);
  assert.deepEqual(values, {
    'channels last': count(24),
    row: count(6, 12),
    column: [1, 7, 13, 19],
    'every other': [6, 8, 10, 12, 14, 16, 18, 20, 22],
    'same storage': count(24),
    scalar: [7n],
    empty: [],
    parameter: [1, 1],
    double: [0.1],
    bool: [1, 0],
    uint8: [0, 255],
    int8: [-128, 127],
    int16: [-2],
    int32: [-3],
  });
  assert.deepEqual(tensors.get('scalar')!.shape, []);
  assert.deepEqual(tensors.get('channels last')!.shape, [1, 2, 3, 4]);
});

test('a checkpoint: weights, momentum and numbers', async () => {
  const file = await openFileAs(golden('checkpoint.pth'), openPth);
  const root = file.root as Map<string, PickleValue>;
  assert.equal(root.get('epoch'), 3);
  for (const [name, tensor] of findStateDict(root)) {
    const { values } = await file.read(tensor);
    assert.deepEqual(
      after[name]!.at.map((at) => values[at]),
      after[name]!.values,
    );
  }
  const optimizer = root.get('optimizer') as Map<string, Map<number, Map<string, PickleValue>>>;
  const buffer = optimizer.get('state')!.get(3)!.get('momentum_buffer');
  assert.ok(isTensor(buffer));
  // After one step on the sum of one image's outputs.
  assert.deepEqual((await file.read(buffer)).values, new Float32Array(5).fill(1));
  await file.close();
});

test('what trainings keep beside the weights', async () => {
  const file = await openFileAs(golden('training.pth'), openPth);
  const root = file.root as Map<string, unknown>;
  const { options, initialLearningRate, buffers } = findSgdState(file.root)!;
  // MultiStepLR has divided the rate by ten, after two epochs.
  assert.ok(Math.abs(options.learningRate - 0.01) < 1e-12);
  assert.deepEqual([options.momentum, options.weightDecay, initialLearningRate], [0.9, 0, 0.1]);
  assert.deepEqual(
    buffers.map((buffer) => buffer!.shape),
    [[2, 1, 1, 1], [2], [2], [2]],
  );
  const names = ['0.weight', '0.bias', '1.weight', '1.bias'];
  const statistics = ['1.running_mean', '1.running_var', '1.num_batches_tracked'];
  const tensors = findStateDict(file.root);
  assert.deepEqual([...tensors.keys()], [...names, ...statistics]);
  assert.deepEqual((await file.read(tensors.get('1.num_batches_tracked')!)).values, BigInt64Array.of(3n));
  const counts = (root.get('lr_scheduler') as Map<string, unknown>).get('milestones');
  assert.deepEqual(
    counts,
    new Map([
      [2, 1],
      [4, 1],
    ]),
  );
  assert.deepEqual(root.get('classes'), ['a set']);
  assert.deepEqual(root.get('bytes'), Uint8Array.of(0, 255));
  assert.deepEqual(root.get('shape'), [2, 3]);
  assert.equal(root.get('device'), 'cpu');
  assert.deepEqual(root.get('history'), [
    new Map<string, unknown>([
      ['loss', 0.25],
      ['top5', null],
    ]),
    [1, true, -(2 ** 40), 2n ** 70n],
  ]);
  await file.close();
});

test('what newer versions of PyTorch write: element types without storages of their own, and entries', async (context) => {
  const rebuild = name('torch._utils', '_rebuild_tensor_v3');
  const untyped = storage(8, '0', name('torch.storage', 'UntypedStorage'));
  const typed = (dtype: string) =>
    dict(call(rebuild, untyped, 1, tuple(3), tuple(1), false, null, name('torch', dtype), null));
  const entries = {
    'a/data/0': Uint8Array.of(1, 0, 2, 0, 3, 1, 4, 0),
    'a/.format_version': Buffer.from('1'),
    'a/.storage_alignment': Buffer.from('64'),
    'a/byteorder': Buffer.from('little'),
    'a/version': Buffer.from('3\n'),
    'a/.data/serialization_id': Buffer.from('0123456789'),
  };
  const [tensor] = await readFileOf(context, typed('uint16'), entries);
  assert.deepEqual(tensor, { dtype: 'U16', shape: [3], values: Uint16Array.of(2, 259, 4) });
  await assert.rejects(readFileOf(context, typed('uint32'), entries), { message: /outside of its storage/ });
});

test('what asks for more than tensors is refused by name, and not run', async () => {
  const refused = { code: 'ALEX_PTH_REFUSED', message: /malicious\.pth asks for "posix\.system"/ };
  await assert.rejects(openFileAs(golden('malicious.pth'), openPth), refused);
  await assert.rejects(openFileAs(golden('whole-model.pth'), openPth), {
    code: 'ALEX_PTH_REFUSED',
    message: /torch\.nn\.modules\.container\.Sequential.*state_dict/,
  });
});

test('a view that repeats its elements is refused when it is read', async () => {
  await assert.rejects(weights(golden('expanded.pth')), {
    code: 'ALEX_PTH_INVALID',
    message: /2000 elements repeats the 2 of its storage/,
  });
});

test('a checkpoint without weights, and files that are none', async (context) => {
  const path = join(temporaryFolder(context), 'a.pth');
  for (const [content, problem] of [
    ['', /0 bytes/],
    ['\x80\x02K\x01.', /does not begin as a PyTorch file/],
    ['PK\x03\x04 and no directory', /it has no end/],
    ['\x80\x02K\x01', /ends early/],
  ] as const) {
    writeFileSync(path, content, 'latin1');
    await assert.rejects(openFileAs(path, openPth), { code: 'ALEX_PTH_INVALID', message: problem });
  }
  await assert.rejects(openFileAs(`${path}.no`, openPth), { code: 'ALEX_FILE_READ' });
  assert.throws(() => findStateDict(new Map<PickleValue, PickleValue>([['best', 1]])), {
    message: /no state_dict: among "best"/,
  });
});

test('damage anywhere gives tensors or a coded error', async (context) => {
  const path = join(temporaryFolder(context), 'a.pth');
  const readAll = async (): Promise<void> => {
    let file: PthFile | undefined;
    try {
      file = await openFileAs(path, openPth);
      for (const value of file.root instanceof Map ? file.root.values() : []) {
        if (isTensor(value)) await file.read(value);
      }
    } catch (error) {
      assert.ok(error instanceof AlexnetError, String(error));
    } finally {
      await file?.close();
    }
  };
  for (const name of ['views.pth', 'state-dict-legacy.pth']) {
    const whole = readFileSync(golden(name));
    const damage = fc.record({ at: fc.nat(whole.length - 1), value: fc.nat(255) });
    const damages = fc.array(damage, { maxLength: 3 });
    await fc.assert(
      fc.asyncProperty(damages, fc.nat(whole.length), async (changes, length) => {
        const bytes = Uint8Array.from(whole);
        for (const { at, value } of changes) bytes[at] = value;
        writeFileSync(path, changes.length === 0 ? bytes.subarray(0, length) : bytes);
        await readAll();
      }),
      { numRuns: 400 },
    );
  }
});
