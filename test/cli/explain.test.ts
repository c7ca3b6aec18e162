import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { decodeImage } from '../../src/data/images/decodeImage.ts';
import { jsonLines, runAlexnet, type Outcome } from './runAlexnet.ts';
import { saveUntrainedModel } from './savedModel.ts';

let folder: string;

before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'alexnet-explain-'));
  await saveUntrainedModel(join(folder, 'model.safetensors'));
  const golden = new URL('../golden/images.json', import.meta.url);
  const images = JSON.parse(readFileSync(golden, 'utf8')) as { name: string; file: string }[];
  const bytes = images.find(({ name }) => name === 'gif noise')!.file;
  await writeFile(join(folder, 'noise.gif'), Buffer.from(bytes, 'base64'));
});

after(() => rm(folder, { recursive: true }));

function explain(...args: string[]): Promise<Outcome> {
  return runAlexnet(['explain', 'model.safetensors', 'noise.gif', '--threads', '1', ...args], {
    cwd: folder,
  });
}

test('explain writes a page that needs nothing else, pictures and numbers', async () => {
  const { code, stdout, stderr } = await explain('--lang', 'en', '--stride', '8');
  assert.equal(code, 0, stderr);
  assert.match(
    stdout,
    /^noise\.gif\n( {2}\w+ +.* \d+\.\d%\n){5}\nHiding 8 × 8 pixels from row \d+, column \d+/,
  );
  assert.match(stderr, /The page: runs\/explain-noise\/explain\.html/);
  const out = join(folder, 'runs/explain-noise');
  const html = await readFile(join(out, 'explain.html'), 'utf8');
  assert.ok(html.startsWith('<!doctype html>\n<html lang="en">'));
  assert.deepEqual(html.match(/(?:src|href)="(?!data:).{0,40}/g), null);
  const layers = await readdir(join(out, 'layers'));
  // Of 22 layers all but two of dropout and one that flattens.
  assert.equal(layers.length, 19);
  assert.equal(html.match(/<img src="data:image\/png;base64/g)!.length, 3 + layers.length);
  for (const file of ['image.png', 'grad-cam.png', 'occlusion.png']) {
    const { width, height } = await decodeImage(await readFile(join(out, file)), file);
    assert.deepEqual([width, height], [256, 256]);
  }
  const numbers = JSON.parse(await readFile(join(out, 'explain.json'), 'utf8')) as {
    classes: { probability: number }[];
    gradCam: { layer: string; map: number[][] };
    occlusion: { tops: number[]; probabilities: number[][] };
  };
  const sum = numbers.classes.reduce((total, { probability }) => total + probability, 0);
  assert.ok(Math.abs(sum - 1) < 1e-9);
  assert.equal(numbers.gradCam.layer, 'features.11');
  assert.deepEqual([numbers.gradCam.map.length, numbers.gradCam.map[0]!.length], [7, 7]);
  assert.deepEqual(numbers.occlusion.tops, [0, 8, 16, 24]);
  assert.deepEqual(
    [numbers.occlusion.probabilities.length, numbers.occlusion.probabilities[0]!.length],
    [4, 4],
  );
});

test('another class and another layer, in Japanese; --json is one object', async () => {
  const args = ['--class', 'ring', '--layer', 'features.5', '--stride', '8', '--out', 'ring', '--lang', 'ja'];
  const { code, stdout, stderr } = await explain(...args, '--top', '2', '--json');
  assert.equal(code, 0, stderr);
  const [said, ...more] = jsonLines(stdout);
  assert.equal(more.length, 0);
  assert.partialDeepStrictEqual(said, { class: 'ring', layer: 'features.5', folder: 'ring' });
  assert.equal((said!['top'] as unknown[]).length, 2);
  const html = await readFile(join(folder, 'ring/explain.html'), 'utf8');
  // Its Grad-CAM is 0 everywhere: the page says so.
  const expected = [
    /<html lang="ja">/,
    /ここでは ring \(\d+\.\d%\) を説明する/,
    /features\.5 では、ring らしさを示す所がない/,
  ];
  for (const text of expected) assert.ok(text.test(html), String(text));
});

test('what is not there is refused, and nothing is written', async () => {
  const refused: [string[], RegExp][] = [
    [['--class', 'rong'], /^ALEX_EXPLAIN_CLASS: the model has no class "rong"; .*\nDid you mean "ring"\?/],
    [['--class', '10'], /^ALEX_EXPLAIN_CLASS: /],
    [['--layer', 'classifier.1'], /^ALEX_EXPLAIN_LAYER: layer classifier\.1: its output is \[512\]/],
    [['--size', '33'], /^ALEX_OPTION_VALUE: size is 33; expected a whole number of pixels, 1 to 32/],
  ];
  for (const [args, message] of refused) {
    const { code, stdout, stderr } = await explain(...args, '--out', 'refused');
    assert.deepEqual([code, stdout], [2, ''], stderr);
    assert.match(stderr, message);
  }
  const missing = await runAlexnet(['explain', 'model.safetensors', 'no.png', '--out', 'refused'], {
    cwd: folder,
  });
  assert.equal(missing.code, 1);
  assert.match(missing.stderr, /^ALEX_IMAGE_READ: no\.png/);
  assert.ok(!(await readdir(folder)).includes('refused'));
});
