import assert from 'node:assert/strict';
import { readdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { shapesClasses } from '../../src/data/shapes.ts';
import { loadModel } from '../../src/training/modelFile.ts';
import { temporaryFolder } from '../formats/temporaryFolder.ts';
import { jsonLines, runAlexnet } from './runAlexnet.ts';
import { saveUntrainedModel } from './savedModel.ts';

test('to PyTorch and back: the same bytes; half precision on the way rounds', async (context) => {
  const folder = temporaryFolder(context);
  const at = (name: string): string => join(folder, name);
  await saveUntrainedModel(at('model.safetensors'));
  const before = readFileSync(at('model.safetensors'));
  // A folder stands for the model in it.
  const there = await runAlexnet(['convert', folder, at('model.pth'), '--json']);
  assert.equal(there.stderr, '');
  assert.partialDeepStrictEqual(jsonLines(there.stdout), [{ network: 'alexnet-32', classes: 10 }]);
  rmSync(at('model.safetensors'));
  const back = await runAlexnet(['convert', at('model.pth'), at('model.safetensors')]);
  assert.match(back.stdout, /alexnet-32, 10 classes, float32, \d/);
  assert.deepEqual(readFileSync(at('model.safetensors')), before);

  assert.equal((await runAlexnet(['convert', folder, at('half.pt'), '--dtype', 'float16'])).code, 0);
  const [whole, half] = [await loadModel(at('model.pth')), await loadModel(at('half.pt'))];
  assert.deepEqual(half.classes, shapesClasses);
  assert.deepEqual(half.transforms, whole.transforms);
  for (const [name, values] of whole.parameters) {
    assert.deepEqual(half.parameters.get(name), new Float32Array(new Float16Array(values)));
  }
});

test('what cannot be converted is told, and nothing is written', async (context) => {
  const folder = temporaryFolder(context);
  const malicious = new URL('../golden/pth/malicious.pth', import.meta.url).pathname;
  const refused = await runAlexnet(['convert', malicious, join(folder, 'out.safetensors')], { cwd: folder });
  assert.equal(refused.code, 1);
  assert.match(refused.stderr, /ALEX_PTH_REFUSED.*posix\.system/);
  const unnamed = await runAlexnet(['convert', malicious, join(folder, 'out.weights')]);
  assert.equal(unnamed.code, 2);
  assert.match(unnamed.stderr, /ALEX_MODEL_EXTENSION.*\.safetensors, \.pth/);
  assert.deepEqual(readdirSync(folder), []);
});
