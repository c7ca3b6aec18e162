import assert from 'node:assert/strict';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test, type TestContext } from 'node:test';
import { openFileAs } from '../../src/formats/openFile.ts';
import { writeSafetensors } from '../../src/formats/safetensorsFile.ts';
import { openShardedSafetensors } from '../../src/formats/shardedSafetensors.ts';
import { temporaryFolder } from './temporaryFolder.ts';

/** Two files and an index with this map. */
async function sharded(context: TestContext, index: unknown): Promise<string> {
  const folder = join(temporaryFolder(context), 'model');
  mkdirSync(folder);
  const shard = (file: string, name: string, ...values: number[]): Promise<void> => {
    const tensor = { name, shape: [values.length], read: () => Float32Array.from(values) };
    return writeSafetensors(join(folder, file), [tensor], { [name]: 'note' });
  };
  await shard('model-00001-of-00002.safetensors', 'a', 1, 2);
  await shard('model-00002-of-00002.safetensors', 'b', 3);
  await shard('../outside.safetensors', 'c', 4);
  const path = join(folder, 'model.safetensors.index.json');
  writeFileSync(path, typeof index === 'string' ? index : JSON.stringify(index));
  return path;
}

const first = 'model-00001-of-00002.safetensors';
const second = 'model-00002-of-00002.safetensors';

test('the tensors of all files are one', async (context) => {
  const index = { metadata: { total_size: 12 }, weight_map: { b: second, a: first } };
  const file = await openFileAs(await sharded(context, index), openShardedSafetensors);
  assert.deepEqual([...file.tensors.keys()], ['b', 'a']);
  assert.deepEqual((await file.read('a')).values, Float32Array.of(1, 2));
  assert.deepEqual((await file.read('b')).values, Float32Array.of(3));
  assert.deepEqual(file.metadata, { a: 'note', b: 'note' });
  await assert.rejects(file.read('c'), { code: 'ALEX_TENSOR_MISSING' });
  await file.close();
});

test('an index that lies, or leads out of its folder, is refused', async (context) => {
  const rejects = async (index: unknown, message: RegExp): Promise<void> => {
    const path = await sharded(context, index);
    await assert.rejects(openFileAs(path, openShardedSafetensors), {
      code: 'ALEX_SAFETENSORS_INVALID',
      message,
    });
  };
  await rejects('{', /it is no JSON/);
  await rejects({}, /no weight_map/);
  await rejects({ weight_map: [] }, /no weight_map/);
  await rejects(`{"weight_map":{"a":"${first}","a":"${second}"}}`, /"a" twice/);
  for (const name of ['../outside.safetensors', '/etc/a.safetensors', 'x\\..\\y.safetensors', 'a.pth', 3]) {
    await rejects({ weight_map: { c: name } }, /expected a \.safetensors file beside it/);
  }
  await rejects({ weight_map: { b: first } }, /model-00001-of-00002\.safetensors has no tensor "b"/);
  const path = await sharded(context, { weight_map: { a: 'gone.safetensors' } });
  await assert.rejects(openFileAs(path, openShardedSafetensors), { code: 'ALEX_FILE_READ', message: /gone/ });
});
