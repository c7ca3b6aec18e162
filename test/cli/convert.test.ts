import assert from 'node:assert/strict';
import { readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { shapesClasses } from '../../src/data/shapes.ts';
import { imagenetTransforms } from '../../src/data/transforms.ts';
import { loadModel } from '../../src/training/modelFile.ts';
import { writtenExtensions } from '../../src/training/modelFormats/modelFormats.ts';
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

test('to ONNX and back, pixels going in: the same bytes', async (context) => {
  const folder = temporaryFolder(context);
  const at = (name: string): string => join(folder, name);
  await saveUntrainedModel(at('model.safetensors'));
  const there = await runAlexnet(['convert', folder, at('model.onnx'), '--preprocessing']);
  assert.match(there.stdout, /model\.onnx: alexnet-32, 10 classes, float32, \d/);
  assert.equal((await runAlexnet(['convert', at('model.onnx'), at('back.safetensors')])).code, 0);
  assert.deepEqual(readFileSync(at('back.safetensors')), readFileSync(at('model.safetensors')));
  const nowhere = await runAlexnet(['convert', folder, at('model.pth'), '--preprocessing']);
  assert.equal(nowhere.code, 2);
  assert.match(nowhere.stderr, /ALEX_OPTION_VALUE: preprocessing is true; expected nothing for/);
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

test('class names and transforms can be given; as many names as there are classes', async (context) => {
  const folder = temporaryFolder(context);
  const [model, names, out] = ['model.pth', 'names.txt', 'named.safetensors'].map((name) =>
    join(folder, name),
  );
  await saveUntrainedModel(model!);
  const ten = Array.from({ length: 10 }, (_, i) => `kind ${i}`);
  writeFileSync(names!, `${ten.join('\r\n')}\n\n`);
  const given = ['convert', model!, out!, '--class-names', names!];
  assert.equal((await runAlexnet([...given, '--transforms', 'imagenet'])).code, 0);
  const { classes, transforms } = await loadModel(out!);
  assert.deepEqual(classes, ten);
  assert.deepEqual(transforms, imagenetTransforms(32));
  writeFileSync(names!, 'one\ntwo\n');
  const few = await runAlexnet(given);
  assert.equal(few.code, 2);
  assert.match(few.stderr, /number of class names is 2; expected 10/);
  const unknown = await runAlexnet([...given, '--transforms', 'none']);
  assert.match(unknown.stderr, /--transforms is none; expected one of article, imagenet/);
});

test('the help names every ending that can be written', async () => {
  const { stdout } = await runAlexnet(['convert', '--help']);
  assert.ok(stdout.includes(`says:\n${writtenExtensions.join(', ')}.`), stdout);
});
