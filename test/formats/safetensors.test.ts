import assert from 'node:assert/strict';
import { readFileSync, readdirSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import fc from 'fast-check';
import { AlexnetError, type ErrorCode } from '../../src/errors.ts';
import { parseSafetensors, serializeSafetensors } from '../../src/formats/safetensors.ts';
import { openSafetensors, readSafetensors, writeSafetensors } from '../../src/formats/safetensorsFile.ts';
import {
  encodeHeader,
  headerLength,
  mostHeaderBytes,
  parseHeader,
} from '../../src/formats/safetensorsHeader.ts';
import {
  dtypes,
  float32Values,
  narrowValues,
  type Dtype,
  type ReadyTensorSource,
  type TensorValues,
} from '../../src/formats/tensors.ts';
import { temporaryFolder } from './temporaryFolder.ts';

/** A file with this header, whatever it says, and so many zero bytes of data. */
function fileOf(header: string | object, dataBytes: number): Uint8Array {
  const json = Buffer.from(typeof header === 'string' ? header : JSON.stringify(header));
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(json.length));
  return Buffer.concat([length, json, Buffer.alloc(dataBytes)]);
}

function rejects(bytes: Uint8Array, code: ErrorCode, message: RegExp): void {
  assert.throws(
    () => parseSafetensors(bytes, 'bad.safetensors'),
    (error: AlexnetError) =>
      error.code === code && message.test(error.message) && /bad\.safetensors/.test(error.message),
  );
}

const tensor = (begin: number, end: number): object => ({
  dtype: 'F32',
  shape: [(end - begin) / 4],
  data_offsets: [begin, end],
});

/** Any tensors with distinct names. */
const anyTensors = fc
  .uniqueArray(
    fc.record({
      name: fc.string().filter((name) => name !== '__metadata__'),
      dtype: fc.constantFrom(...(Object.keys(dtypes) as Dtype[])),
      shape: fc.array(fc.nat(4), { maxLength: 3 }),
      seed: fc.nat(255),
    }),
    { selector: ({ name }) => name, maxLength: 6 },
  )
  .map((records) =>
    records.map(({ name, dtype, shape, seed }): ReadyTensorSource => {
      const elements = shape.reduce((product, size) => product * size, 1);
      const bytes = Uint8Array.from(
        { length: elements * dtypes[dtype].BYTES_PER_ELEMENT },
        (_, i) => seed * (i + 1),
      );
      const values: TensorValues = new dtypes[dtype](bytes.buffer);
      return { name, dtype, shape, read: () => values };
    }),
  );
const anyMetadata = fc.dictionary(fc.string(), fc.string(), { maxKeys: 3 });

function bytesOf({ buffer, byteOffset, byteLength }: TensorValues): Buffer {
  return Buffer.from(buffer, byteOffset, byteLength);
}

test('what is written is what is read, to the bit', () => {
  fc.assert(
    fc.property(anyTensors, anyMetadata, (tensors, metadata) => {
      const file = serializeSafetensors(tensors, metadata);
      const read = parseSafetensors(file);
      assert.deepEqual(Object.entries(read.metadata), Object.entries(metadata));
      assert.equal(read.tensors.size, tensors.length);
      for (const { name, dtype, shape, read: values } of tensors) {
        const found = read.tensors.get(name)!;
        assert.equal(found.dtype, dtype);
        assert.deepEqual(found.shape, shape);
        assert.deepEqual(bytesOf(found.values), bytesOf(values()));
      }
    }),
  );
});

test('tensors begin at a multiple of eight bytes', () => {
  fc.assert(fc.property(anyMetadata, (metadata) => encodeHeader([], metadata, 'the file').length % 8 === 0));
});

test('damaged bytes give the file or a coded error, never a crash', () => {
  const whole = serializeSafetensors(
    [
      { name: 'a', shape: [2, 3], read: () => new Float32Array(6) },
      { name: 'b', shape: [2], dtype: 'I64', read: () => new BigInt64Array(2) },
    ],
    { format: 'pt' },
  );
  const damage = fc.record({ at: fc.nat(whole.length - 1), value: fc.nat(255) });
  fc.assert(
    fc.property(fc.array(damage, { minLength: 1, maxLength: 4 }), fc.nat(whole.length), (damages, length) => {
      const bytes = Uint8Array.from(whole);
      for (const { at, value } of damages) bytes[at] = value;
      try {
        parseSafetensors(bytes.subarray(0, length));
      } catch (error) {
        assert.ok(error instanceof AlexnetError, String(error));
      }
    }),
    { numRuns: 2000 },
  );
});

test('any JSON in the header gives the file or a coded error', () => {
  fc.assert(
    fc.property(fc.jsonValue(), fc.string(), (value, name) => {
      try {
        parseSafetensors(fileOf({ [name]: value }, 0));
      } catch (error) {
        assert.ok(error instanceof AlexnetError, String(error));
      }
    }),
    { numRuns: 1000 },
  );
});

test("the reference implementation's example is read", () => {
  // From the documentation of SafeTensors::deserialize in the Rust crate.
  const json = '{"test":{"dtype":"I32","shape":[2,2],"data_offsets":[0,16]}}';
  const { tensors } = parseSafetensors(fileOf(json, 16));
  assert.deepEqual(tensors.get('test'), { dtype: 'I32', shape: [2, 2], values: new Int32Array(4) });
});

test('a header that lies is refused', () => {
  const invalid = 'ALEX_SAFETENSORS_INVALID';
  const truncated = 'ALEX_SAFETENSORS_TRUNCATED';
  rejects(new Uint8Array(7), truncated, /7 bytes, expected 8/);
  rejects(fileOf({}, 0).subarray(0, 9), truncated, /9 bytes, expected 10/);
  rejects(Buffer.from('\x89PNG\r\n\x1a\n and more', 'latin1'), invalid, /header claims/);
  rejects(fileOf(' {}', 0), invalid, /begin with \{/);
  rejects(fileOf('{"a":', 0), invalid, /no JSON/);
  rejects(fileOf('{"\xff":1}'.replace('\xff', '\ud800'), 0), invalid, /tensor/);
  rejects(fileOf({ a: tensor(0, 8), b: tensor(4, 12) }, 12), invalid, /"b" overlaps/);
  rejects(fileOf({ a: tensor(0, 8), b: tensor(0, 8) }, 8), invalid, /overlaps/);
  rejects(fileOf({ a: tensor(0, 8), b: tensor(12, 16) }, 16), invalid, /hole of 4 bytes before "b"/);
  rejects(fileOf({ a: tensor(4, 8) }, 8), invalid, /hole/);
  rejects(fileOf({ a: tensor(0, 8) }, 12), invalid, /4 bytes after/);
  rejects(fileOf({ a: tensor(0, 8) }, 4), truncated, /expected/);
  rejects(fileOf({ a: { dtype: 'F32', shape: [3], data_offsets: [0, 8] } }, 8), invalid, /needs 12/);
  rejects(fileOf({ a: { dtype: 'F32', shape: [-1], data_offsets: [0, 8] } }, 8), invalid, /shape/);
  rejects(fileOf({ a: { dtype: 'Q4', shape: [2], data_offsets: [0, 8] } }, 8), invalid, /"Q4"/);
  rejects(fileOf({ a: { dtype: 'F32', shape: [2], data_offsets: [8, 0] } }, 8), invalid, /-8 bytes/);
  rejects(fileOf({ a: null }, 0), invalid, /"a"/);
  rejects(fileOf('{"__metadata__":{"a":1}}', 0), invalid, /object of strings/);
  const huge = { dtype: 'F32', shape: [2 ** 40, 2 ** 40], data_offsets: [0, 8] };
  rejects(fileOf({ a: huge }, 8), invalid, /impossible shape/);
  const wraps = '{"a":{"dtype":"F32","shape":[4611686018427387906],"data_offsets":[0,8]}}';
  rejects(fileOf(wraps, 8), invalid, /shape/);
});

test('a key that occurs twice is refused, at any depth and however it is escaped', () => {
  const one = '{"dtype":"F32","shape":[1],"data_offsets":[0,4]}';
  rejects(fileOf(`{"a":${one},"a":${one}}`, 4), 'ALEX_SAFETENSORS_INVALID', /"a" twice/);
  rejects(fileOf(`{"a":${one},"\\u0061" :${one}}`, 4), 'ALEX_SAFETENSORS_INVALID', /"a" twice/);
  const inner = '{"dtype":"F32","shape":[1],"shape":[1],"data_offsets":[0,4]}';
  rejects(fileOf(`{"a":${inner}}`, 4), 'ALEX_SAFETENSORS_INVALID', /"shape" twice/);
  const fine = `{"a":${one},"__metadata__":{"b":"a","c":"a: {\\"a\\":1,\\"a\\":2}"}}`;
  assert.equal(parseSafetensors(fileOf(fine, 4)).tensors.size, 1);
});

test('a header over the limit is refused before it is read', () => {
  const length = new Uint8Array(8);
  new DataView(length.buffer).setBigUint64(0, BigInt(mostHeaderBytes + 1), true);
  assert.throws(() => headerLength(length, 2 ** 40, 'f'), { code: 'ALEX_SAFETENSORS_INVALID' });
  new DataView(length.buffer).setBigUint64(0, BigInt(mostHeaderBytes), true);
  assert.equal(headerLength(length, 2 ** 40, 'f'), mostHeaderBytes);
});

test('tensors may lie in any order, with empty ones between', () => {
  const empty = { dtype: 'F32', shape: [0], data_offsets: [4, 4] };
  const header = parseHeader(
    Buffer.from(JSON.stringify({ c: tensor(4, 8), empty, a: tensor(0, 4) })),
    8,
    'f',
  );
  assert.deepEqual([...header.tensors.keys()], ['a', 'empty', 'c']);
});

test('half precision becomes float32, exactly', () => {
  const half = Float16Array.of(1, -2.5, 65504, 2 ** -24);
  assert.deepEqual(float32Values('h', { dtype: 'F16', shape: [4], values: half }), Float32Array.from(half));
  // bfloat16: 1, -2, pi to 8 bits (3.140625), infinity.
  const brain = Uint16Array.of(0x3f80, 0xc000, 0x4049, 0x7f80);
  assert.deepEqual(
    float32Values('b', { dtype: 'BF16', shape: [4], values: brain }),
    Float32Array.of(1, -2, 3.140625, Infinity),
  );
  assert.throws(() => float32Values('i', { dtype: 'I64', shape: [1], values: BigInt64Array.of(1n) }), {
    code: 'ALEX_TENSOR_TYPE',
  });
});

test('float32 becomes half precision, rounded to the nearest even', () => {
  const values = Float32Array.of(1, -0.1, 1 + 2 ** -8, 1 + 3 * 2 ** -8, 65504, Infinity, NaN);
  const bfloat16 = narrowValues('w', values, 'BF16');
  // torch.tensor([...]).bfloat16(): 1 + 2**-8 lies between 1 and 1 + 2**-7 and goes to the even one.
  assert.deepEqual(
    float32Values('w', { dtype: 'BF16', shape: [7], values: bfloat16 }),
    Float32Array.of(1, -0.10009765625, 1, 1 + 2 ** -6, 65536, Infinity, NaN),
  );
  assert.deepEqual(narrowValues('w', values, 'F16'), new Float16Array(values));
  assert.equal(narrowValues('w', values, 'F32'), values);
  const range = { code: 'ALEX_TENSOR_RANGE', message: /w has the value -70000, which F16 cannot hold/ };
  assert.throws(() => narrowValues('w', Float32Array.of(1, -70000), 'F16'), range);
  assert.throws(() => narrowValues('w', Float32Array.of(3.4e38), 'BF16'), { code: 'ALEX_TENSOR_RANGE' });
});

test('without Float16Array, as in browsers of 2024, only float16 is refused', (context) => {
  const property = Object.getOwnPropertyDescriptor(globalThis, 'Float16Array')!;
  context.after(() => Object.defineProperty(globalThis, 'Float16Array', property));
  Reflect.deleteProperty(globalThis, 'Float16Array');
  const header = (dtype: string): Uint8Array =>
    Buffer.from(JSON.stringify({ a: { dtype, shape: [2], data_offsets: [0, 4] } }));
  assert.equal(parseHeader(header('BF16'), 4, 'f').tensors.size, 1);
  const message = /no Float16Array\. Use Chrome or Edge from 135/;
  assert.throws(() => parseHeader(header('F16'), 4, 'f'), { code: 'ALEX_TENSOR_FLOAT16', message });
  assert.throws(() => narrowValues('w', Float32Array.of(1), 'F16'), { code: 'ALEX_TENSOR_FLOAT16' });
});

test('files are written and read tensor by tensor', async (context) => {
  const path = join(temporaryFolder(context), 'a.safetensors');
  const values = Float32Array.of(1, -0, NaN, Infinity);
  await writeSafetensors(path, [{ name: 'a', shape: [2, 2], read: () => values }], { format: 'pt' });
  const { tensors, metadata } = await readSafetensors(path);
  assert.deepEqual(metadata, { format: 'pt' });
  assert.deepEqual(tensors.get('a'), { dtype: 'F32', shape: [2, 2], values });

  const file = await openSafetensors(path);
  await assert.rejects(file.read('b'), { code: 'ALEX_TENSOR_MISSING' });
  truncateSync(path, 100);
  await assert.rejects(file.read('a'), { code: 'ALEX_FILE_READ' });
  await file.close();
  await assert.rejects(openSafetensors(path), { code: 'ALEX_SAFETENSORS_TRUNCATED' });
  await assert.rejects(openSafetensors(join(path, 'no')), { code: 'ALEX_FILE_READ' });
  await assert.rejects(openSafetensors(join(path, '..')), { code: 'ALEX_FILE_READ' });
});

test('a failed save leaves the old file and nothing else', async (context) => {
  const folder = temporaryFolder(context);
  const path = join(folder, 'a.safetensors');
  writeFileSync(path, 'old');
  const good: ReadyTensorSource = { name: 'a', shape: [1], read: () => Float32Array.of(1) };
  const wrong: ReadyTensorSource = { name: 'b', shape: [2], read: () => Float32Array.of(1) };
  await assert.rejects(writeSafetensors(path, [good, wrong]), { code: 'ALEX_TENSOR_SHAPE' });
  await assert.rejects(writeSafetensors(path, [good, good]), { code: 'ALEX_SAFETENSORS_INVALID' });
  assert.equal(readFileSync(path, 'utf8'), 'old');
  assert.deepEqual(readdirSync(folder), ['a.safetensors']);
});

test('a file of the reference implementation is read', async () => {
  // Written by test/golden/safetensorsFile.py.
  const { tensors, metadata } = await readSafetensors(
    join(import.meta.dirname, '../golden/safetensors.safetensors'),
  );
  assert.deepEqual(metadata, { format: 'np', note: 'été' });
  assert.deepEqual(Object.fromEntries(tensors), {
    'features.0.weight': {
      dtype: 'F32',
      shape: [2, 2, 3],
      values: Float32Array.from({ length: 12 }, (_, i) => i / 8),
    },
    'features.0.bias': { dtype: 'F16', shape: [2], values: Float16Array.of(-1, 0.5) },
    double: { dtype: 'F64', shape: [1], values: Float64Array.of(Math.PI) },
    num_batches_tracked: { dtype: 'I64', shape: [], values: BigInt64Array.of(7n) },
    pixels: { dtype: 'U8', shape: [1, 2], values: Uint8Array.of(0, 255) },
    empty: { dtype: 'F32', shape: [0, 4], values: new Float32Array(0) },
  });
});
