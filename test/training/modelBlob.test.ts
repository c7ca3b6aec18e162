/** Model files in memory: the same as on the disk, to the byte. */
import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { test } from 'node:test';
import { imagenetTransforms } from '../../src/data/transforms.ts';
import { parameterShapes } from '../../src/network/shapes.ts';
import type { NetworkSpec } from '../../src/network/spec.ts';
import { modelBytes, openModelBlob, readModelBlob } from '../../src/training/modelBlob.ts';
import { loadModel, saveModel } from '../../src/training/modelFile.ts';
import { temporaryFolder } from '../formats/temporaryFolder.ts';

const network: NetworkSpec = {
  name: 'tiny',
  input: { channels: 3, height: 8, width: 8 },
  layers: [
    { type: 'conv', name: 'features.0', outChannels: 4, kernelSize: 3 },
    { type: 'batchNorm', name: 'features.1' },
    { type: 'relu', name: 'features.2' },
    { type: 'flatten', name: 'flatten' },
    { type: 'linear', name: 'classifier', outFeatures: 2 },
  ],
};
const description = {
  network,
  classes: ['été', '犬'],
  transforms: imagenetTransforms(8),
  details: { why: 'a test' },
};
const shapes = new Map(parameterShapes(network).map(({ name, shape }) => [name, shape]));
const parameter = (name: string): Float32Array =>
  Float32Array.from(
    { length: shapes.get(name)!.reduce((a, b) => a * b, 1) },
    (_, i) => ((i * 37) % 101) / 100 + 0.01,
  );

test('a model written to memory has the bytes that are written to the disk, and reads back from there', async (context) => {
  const folder = temporaryFolder(context);
  for (const [name, options] of [
    ['m.safetensors', { dtype: 'F16' }],
    ['m.pth', {}],
    ['m.onnx', { preprocessing: true }],
  ] as const) {
    const path = join(folder, name);
    await saveModel(path, description, parameter, options);
    const bytes = await modelBytes(name, description, parameter, options);
    assert.ok(readFileSync(path).equals(bytes), name);
    const onDisk = await loadModel(path);
    assert.deepEqual(onDisk.classes, description.classes);
    for (const content of [bytes, new Blob([bytes])])
      assert.deepEqual(await readModelBlob(name, content), onDisk);
  }
});

test("other programs' files are read from memory as from the disk", async () => {
  const golden = resolve(import.meta.dirname, '../golden');
  for (const file of ['onnx/alexnet.onnx', 'onnx/normalised-opset11.onnx', 'onnx/variants-opset9.onnx']) {
    const path = join(golden, file);
    assert.deepEqual(await readModelBlob(file, new Blob([readFileSync(path)])), await loadModel(path));
  }
});

test('what is no model, cut short, or in several files is told by a code', async (context) => {
  const bytes = await modelBytes('m.pth', description, parameter);
  const cut = bytes.slice(0, -100);
  const cases = [
    ['x.bin', new TextEncoder().encode('neither this nor that'), 'ALEX_MODEL_FORMAT'],
    ['x.pth', cut, 'ALEX_PTH_INVALID'],
    ['x.safetensors', new Uint8Array(4), 'ALEX_SAFETENSORS_TRUNCATED'],
    ['x.json', new TextEncoder().encode('{"weight_map":{"a":"b.safetensors"}}'), 'ALEX_SAFETENSORS_INVALID'],
  ] as const;
  for (const [name, content, code] of cases) {
    for (const given of [content, new Blob([content])])
      await assert.rejects(openModelBlob(name, given), { code });
  }
  const path = join(temporaryFolder(context), 'm.pth');
  writeFileSync(path, cut);
  await assert.rejects(loadModel(path), { code: 'ALEX_PTH_INVALID' });
  const file = await openModelBlob('m.pth', bytes);
  await assert.rejects(file.readParameter('no'), { code: 'ALEX_TENSOR_MISSING' });
});
