import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { decodeImage } from '../../src/data/images/decodeImage.ts';
import { transformImage } from '../../src/data/transformImage.ts';
import {
  articleTransforms,
  centerCrop,
  compose,
  normalize,
  resize,
  toTensor,
} from '../../src/data/transforms.ts';
import { shapesClasses } from '../../src/data/shapes.ts';
import { createReferenceEngine } from '../../src/engine/reference/engine.ts';
import { buildNetwork } from '../../src/network/zoo/networks.ts';
import { jsonLines, runAlexnet } from './runAlexnet.ts';
import { saveUntrainedModel } from './savedModel.ts';

let folder: string;
let model: string;
let weights: Map<string, Float32Array>;

before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'alexnet-predict-'));
  model = join(folder, 'model.safetensors');
  weights = await saveUntrainedModel(model);
  const golden = JSON.parse(await readFile(new URL('../golden/images.json', import.meta.url), 'utf8')) as {
    name: string;
    file: string;
  }[];
  const save = async (name: string, file: string): Promise<void> => {
    const bytes = Buffer.from(golden.find((image) => image.name === name)!.file, 'base64');
    await writeFile(join(folder, file), bytes);
  };
  await save('gif noise', 'wide.gif');
  await save('jpeg exif 6', 'turned.jpg');
  await save('png alpha', 'alpha.png');
  await writeFile(join(folder, 'notes.png'), 'no image');
});

after(() => rm(folder, { recursive: true }));

/** The reference engine's logits of an image, by torchvision's Resize(32), CenterCrop(32), Normalize(0.5, 0.5). */
async function referenceLogits(file: string): Promise<Float32Array> {
  const network = buildNetwork('alexnet-32', { classes: 10 });
  const program = await createReferenceEngine().compile(network, { batchSize: 1, training: false });
  for (const [name, values] of weights) program.writeParameter(name, values);
  const steps = compose([
    resize(32),
    centerCrop(32),
    toTensor(),
    normalize([0.5, 0.5, 0.5], [0.5, 0.5, 0.5]),
  ]);
  const image = await decodeImage(await readFile(join(folder, file)), file);
  transformImage(image, steps, program.inputs[0]!);
  return program.forward();
}

test('predict --json gives class, probability and logits of images of any shape', async () => {
  const files = ['wide.gif', 'turned.jpg', 'alpha.png'];
  const { code, stdout, stderr } = await runAlexnet(['predict', model, ...files, '--json', '--top', '3'], {
    cwd: folder,
  });
  assert.deepEqual([code, stderr], [0, '']);
  const lines = jsonLines(stdout);
  assert.deepEqual(
    lines.map((line) => line['image']),
    files,
  );
  for (const line of lines) {
    const expected = await referenceLogits(line['image'] as string);
    const logits = line['logits'] as number[];
    logits.forEach((logit, i) => assert.ok(Math.abs(logit - expected[i]!) < 1e-4));
    const powers = logits.map(Math.exp);
    const best = logits.indexOf(Math.max(...logits));
    assert.equal(line['class'], shapesClasses[best]);
    const probability = powers[best]! / powers.reduce((a, b) => a + b);
    assert.ok(Math.abs((line['probability'] as number) - probability) < 1e-9);
    assert.equal((line['top'] as unknown[]).length, 3);
  }
});

test('an image that cannot be read does not keep the others back', async () => {
  const files = ['wide.gif', 'notes.png', 'missing.png', 'alpha.png'];
  const plain = await runAlexnet(['predict', model, ...files, '--top', '2'], { cwd: folder });
  assert.equal(plain.code, 1);
  assert.match(plain.stdout, /^wide\.gif\n( {2}\w+ +.* \d+\.\d%\n){2}alpha\.png\n/);
  assert.match(plain.stderr, /ALEX_IMAGE_FORMAT: notes\.png is no image/);
  assert.match(plain.stderr, /ALEX_IMAGE_READ: missing\.png cannot be read: there is no such file/);
  assert.match(
    plain.stderr,
    /ALEX_PREDICT_FAILED: 2 of 4 images could not be read: notes\.png, missing\.png/,
  );
  const json = await runAlexnet(['predict', model, ...files, '--json'], { cwd: folder });
  assert.equal(json.code, 1);
  const errors = jsonLines(json.stdout).map((line) => (line['error'] as { code: string } | undefined)?.code);
  assert.deepEqual(errors, [undefined, 'ALEX_IMAGE_FORMAT', 'ALEX_IMAGE_READ', undefined]);
});

test('a folder stands for the model of its run; a damaged model is refused', async () => {
  const whole = await runAlexnet(['info', folder, '--json']);
  const file = {
    format: 'safetensors',
    dtypes: ['F32'],
    classes: shapesClasses,
    transforms: articleTransforms(32),
  };
  assert.partialDeepStrictEqual(jsonLines(whole.stdout), [{ network: 'alexnet-32', file }]);
  const told = (await runAlexnet(['info', folder])).stdout;
  assert.match(
    told,
    /safetensors, weights in F32\nclasses +10: circle, .*, …\nimages +resize\(32\) → toTensor → norm/,
  );
  const bytes = await readFile(model);
  const cut = join(folder, 'cut.safetensors');
  await writeFile(cut, bytes.subarray(0, bytes.length / 2));
  const { code, stdout, stderr } = await runAlexnet(['predict', cut, 'alpha.png', '--json'], { cwd: folder });
  assert.deepEqual([code, stdout], [1, '']);
  assert.match(stderr, /^ALEX_SAFETENSORS_TRUNCATED: /);
});

test('test tells accuracy, classes and confusions, and writes the predictions', async () => {
  const file = join(folder, 'predictions.jsonl');
  const args = ['test', model, '--dataset', 'shapes', '--limit-test', '40', '--predictions', file];
  const { code, stdout, stderr } = await runAlexnet([...args, '--json']);
  assert.deepEqual([code, stderr], [0, '']);
  const [result, ...more] = jsonLines(stdout);
  assert.equal(more.length, 0);
  const predictions = jsonLines(await readFile(file, 'utf8')) as unknown as {
    index: number;
    label: number;
    predicted: number;
    logits: number[];
  }[];
  assert.deepEqual(
    predictions.map(({ index }) => index),
    [...Array(40).keys()],
  );
  const correct = predictions.filter(({ label, predicted }) => label === predicted).length;
  for (const { predicted, logits } of predictions)
    assert.equal(logits.indexOf(Math.max(...logits)), predicted);
  assert.deepEqual([result!['correct'], result!['total'], result!['accuracy']], [correct, 40, correct / 40]);
  const plain = await runAlexnet(args);
  const share = Math.floor((100 * correct) / 40);
  assert.match(plain.stdout, new RegExp(`^Accuracy of the network on the 40 test images: ${share} %\n`));
  assert.match(plain.stdout, /circle .*\d+\/\d+/);
});

test('a model with another number of classes than the data set is refused', async () => {
  const { code, stderr } = await runAlexnet(['info', folder, '--classes', '7']);
  assert.equal(code, 2);
  assert.match(stderr, /^ALEX_OPTION_VALUE: --classes is 7; expected 10/);
});
