/**
 * A small training on CIFAR-10, from the command line and from the article's script, and its model read by PyTorch
 * where there is one: `node test/endToEnd/cifar10.ts DATA_DIR FOLDER`.
 */
import assert from 'node:assert/strict';
import { execFileSync, spawnSync } from 'node:child_process';
import { join, resolve } from 'node:path';
import { readSafetensors } from '../../src/formats/safetensorsFile.ts';

const repository = resolve(import.meta.dirname, '../..');
const [dataDir, folder] = process.argv.slice(2).map((path) => resolve(path));
const run = join(folder, 'run');
const predictions = join(folder, 'predictions.jsonl');

function lines(program: string, ...parameters: string[]): string[] {
  console.log(['$ node', program, ...parameters].join(' '));
  const file = join(repository, program);
  const text = execFileSync(process.execPath, [file, ...parameters], { encoding: 'utf8' });
  console.log(text);
  return text.trimEnd().split('\n');
}

function checkAccuracy(line: string, total: number): void {
  assert.match(line, new RegExp(`^Accuracy of the network on the ${total} test images: \\d{1,3} %$`));
}

const data = ['--data-dir', dataDir];
const sizes = ['--limit-train', '640', '--limit-test', '100'];
const told = lines('bin/alexnet.ts', 'train', ...data, ...sizes, '--log-every', '5', '--out', run);
assert.equal(told.length, 6);
told.slice(0, 4).forEach((line, index) => {
  const found = /^\[1, +(\d+)\] loss: (\d\.\d{3})$/.exec(line);
  assert.ok(found, line);
  assert.equal(Number(found[1]), 5 * (index + 1));
  // PyTorch's mean over the first 200 steps is 2.303, and over five steps it varies in the second decimal.
  assert.ok(Math.abs(Number(found[2]) - 2.303) < 0.05, line);
});
assert.equal(told[4], 'Finished Training');
checkAccuracy(told[5], 100);

const article = lines('examples/article.ts', ...data, '--limit-train', '96', '--limit-test', '64');
assert.equal(article[0], 'Finished Training');
checkAccuracy(article[1], 64);

lines('bin/alexnet.ts', 'test', run, ...data, '--limit-test', '64', '--predictions', predictions);
const python = process.env['PYTHON'] ?? '/usr/bin/python3';
const has = spawnSync(python, ['-c', 'import numpy, PIL, torch'], { stdio: 'ignore' });
if (has.status === 0) {
  const script = join(repository, 'test/endToEnd/logits.py');
  const [model, pth, savedAgain, back] = [
    'model.safetensors',
    'model.pth',
    'again.pth',
    'back.safetensors',
  ].map((name) => join(run, name));
  execFileSync(python, [script, model, dataDir, predictions], { stdio: 'inherit' });
  // To PyTorch's form, there saved in its old one, and back.
  lines('bin/alexnet.ts', 'convert', model, pth);
  execFileSync(python, [script, pth, dataDir, predictions, savedAgain], { stdio: 'inherit' });
  lines('bin/alexnet.ts', 'convert', savedAgain, back);
  assert.deepEqual((await readSafetensors(back)).tensors, (await readSafetensors(model)).tensors);
} else {
  console.log(`skipped: the logits beside PyTorch's (${python} has no numpy, PIL and torch; set PYTHON)`);
}
