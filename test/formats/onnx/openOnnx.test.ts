/** What the encoding allows beyond what most programs write, and what it does not. Field numbers are onnx.proto's. */
import assert from 'node:assert/strict';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test, type TestContext } from 'node:test';
import { openFileAs } from '../../../src/formats/openFile.ts';
import { openOnnx } from '../../../src/formats/onnx/openOnnx.ts';
import {
  doubleField,
  floatField,
  messageField,
  numberField,
  textField,
  varint,
  type Pieces,
} from '../../../src/formats/protobuf/encode.ts';
import type { SafeTensor } from '../../../src/formats/tensors.ts';
import { temporaryFolder } from '../temporaryFolder.ts';

const opset = messageField(8, numberField(2, 17));

function model(graph: Pieces): Pieces {
  return [...numberField(1, 8), ...messageField(7, graph), ...opset];
}

/** The contents of one field. */
function bytesOf(pieces: Pieces): Uint8Array {
  return Buffer.concat(pieces);
}

function packed(values: readonly number[]): Pieces {
  return values.map(varint);
}

/** [2, 2], of this type, with these fields. */
function tensor(elementType: number, ...content: readonly Pieces[]): Pieces {
  const shape = [...numberField(1, 2), ...numberField(1, 2)];
  return messageField(5, [...shape, ...numberField(2, elementType), ...textField(8, 't'), ...content.flat()]);
}

function fileIn(context: TestContext, pieces: Pieces): string {
  const path = join(temporaryFolder(context), 'model.onnx');
  writeFileSync(path, bytesOf(pieces));
  return path;
}

async function read(context: TestContext, graph: Pieces): Promise<SafeTensor> {
  return readAt(fileIn(context, model(graph)));
}

async function readAt(path: string): Promise<SafeTensor> {
  const file = await openFileAs(path, openOnnx);
  try {
    return await file.read(file.model.graph.initializers.get('t')!);
  } finally {
    await file.close();
  }
}

test('values are read from raw bytes and from every typed field, packed or not', async (context) => {
  const floats = [0.5, -2, 3, 4];
  const numbers = [1, 2, 3, 2 ** 40];
  const halves = [0x3800, 0xc000, 0x4200, 0x4400];
  const raw = new Uint8Array(Float32Array.from(floats).buffer);
  const cases = [
    [tensor(1, messageField(9, [raw])), 'F32', floats],
    [tensor(1, messageField(4, [raw])), 'F32', floats],
    [tensor(1, ...floats.map((value) => floatField(4, value))), 'F32', floats],
    // Two packed halves.
    [tensor(1, messageField(4, [raw.subarray(0, 8)]), messageField(4, [raw.subarray(8)])), 'F32', floats],
    [tensor(11, ...floats.map((value) => doubleField(10, value))), 'F64', floats],
    [tensor(10, messageField(5, packed(halves))), 'F16', floats],
    [tensor(10, messageField(9, [new Uint8Array(Uint16Array.from(halves).buffer)])), 'F16', floats],
    [tensor(7, messageField(7, packed(numbers))), 'I64', numbers.map(BigInt)],
    [tensor(13, ...numbers.map((value) => numberField(11, value))), 'U64', numbers.map(BigInt)],
    [tensor(6, messageField(5, packed([1, 2, 3, 4]))), 'I32', [1, 2, 3, 4]],
  ] as const;
  for (const [graph, dtype, values] of cases) {
    const got = await read(context, graph);
    assert.deepEqual([got.dtype, got.shape, [...got.values]], [dtype, [2, 2], values]);
  }
});

test('negative numbers take ten bytes', async (context) => {
  const minusOne = Uint8Array.of(255, 255, 255, 255, 255, 255, 255, 255, 255, 1);
  const { values } = await read(
    context,
    tensor(7, messageField(7, [minusOne, varint(5), minusOne, varint(0)])),
  );
  assert.deepEqual([...values], [-1n, 5n, -1n, 0n]);
});

/** A tensor whose values are elsewhere. */
function external(entries: Readonly<Record<string, string>>): Pieces {
  const written = Object.entries(entries).flatMap(([key, value]) =>
    messageField(13, [...textField(1, key), ...textField(2, value)]),
  );
  return tensor(1, written, numberField(14, 1));
}

test('values in a file beside the model are read, in none elsewhere', async (context) => {
  const folder = temporaryFolder(context);
  const inner = join(folder, 'inner');
  mkdirSync(inner);
  const floats = Float32Array.of(9, 1, 2, 3, 4);
  for (const place of [folder, inner]) writeFileSync(join(place, 'weights.bin'), floats);
  const path = join(inner, 'model.onnx');
  const readWith = async (entries: Readonly<Record<string, string>>): Promise<SafeTensor> => {
    writeFileSync(path, bytesOf(model(external(entries))));
    return readAt(path);
  };
  const found = await readWith({ location: 'weights.bin', offset: '4', length: '16' });
  assert.deepEqual([...found.values], [1, 2, 3, 4]);
  const begins = await readWith({ location: './weights.bin' });
  assert.deepEqual([...begins.values], [9, 1, 2, 3]);
  for (const location of ['../weights.bin', join(folder, 'weights.bin'), '', 'a/../../weights.bin']) {
    const outside = { code: 'ALEX_ONNX_INVALID', message: /which is no file beside it/ };
    await assert.rejects(readWith({ location }), outside);
  }
  const wrong: readonly Readonly<Record<string, string>>[] = [
    { offset: '8' },
    { offset: '-4' },
    { offset: 'x' },
    { length: '12' },
  ];
  for (const entries of wrong) {
    await assert.rejects(readWith({ location: 'weights.bin', ...entries }), { code: 'ALEX_ONNX_INVALID' });
  }
  await assert.rejects(readWith({ location: 'gone.bin' }), { code: 'ALEX_FILE_READ' });
});

test('what is damaged is told, by what is wrong', async (context) => {
  const zeros = (count: number): Pieces => messageField(9, [new Uint8Array(count)]);
  const damaged: readonly (readonly [Pieces, RegExp])[] = [
    [[], /it has no graph/],
    [messageField(7, []), /which version of the operators/],
    [[...model([]), ...messageField(7, [])], /two graphs/],
    [model([...tensor(1, zeros(16)), ...tensor(1, zeros(16))]), /two tensors called "t"/],
    [model(tensor(1, zeros(12))), /tensor "t" has 12 bytes, expected 16/],
    [model(tensor(1, messageField(4, [new Uint8Array(20)]))), /tensor "t" has 20 bytes, expected 16/],
    [model(tensor(6, messageField(5, packed([1, 2, 3])))), /tensor "t" has 3 values, expected 4/],
    [model(tensor(8, zeros(16))), /element type 8/],
    [model(tensor(1, numberField(1, 2 ** 52), zeros(16))), /\[2, 2, 4503599627370496\], which cannot be/],
    [[Uint8Array.of(0x0a, 200)], /field 1 at byte 1 ends after|has no end/],
    [[Uint8Array.of(0x3a, 100, 0)], /field 7 at byte 1 ends after what it is in/],
    [[Uint8Array.of(0x0b)], /wire type 3/],
    [[Uint8Array.of(0x02, 0)], /no field 0/],
    [[new Uint8Array(20).fill(255)], /has no end/],
    [[...model([]), Uint8Array.of(0x72, 2, 0x08, 1)], /wire type 0, expected 2/],
  ];
  for (const [pieces, message] of damaged) {
    await assert.rejects(readAt(fileIn(context, pieces)), { code: 'ALEX_ONNX_INVALID', message });
  }
});

test('a graph of nothing but nodes cannot fill the memory', async (context) => {
  // Two bytes each.
  const path = fileIn(context, model([Buffer.alloc(200_000, Uint8Array.of(0x0a, 0x00))]));
  const message = /its description, without the weights, takes more than 32 MiB/;
  await assert.rejects(openFileAs(path, openOnnx), { code: 'ALEX_ONNX_INVALID', message });
});
