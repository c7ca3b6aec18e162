import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { test } from 'node:test';
import { promisify } from 'node:util';

const repository = resolve(import.meta.dirname, '../..');
const dataDir = process.env.ALEXNET_CIFAR10 ?? resolve(repository, '../shared/data');
const skip = existsSync(dataDir) ? false : `CIFAR-10 is not at ${dataDir}; set ALEXNET_CIFAR10 to its folder`;

async function runExample(name: string, flags: readonly string[]): Promise<string[]> {
  const program = resolve(repository, 'examples', name);
  const { stdout } = await promisify(execFile)(process.execPath, [program, ...flags]);
  return stdout.trimEnd().split('\n');
}

test("the article's script trains and tests on CIFAR-10", { skip }, async () => {
  const limits = ['--limit-train', '48', '--limit-test', '20'];
  const lines = await runExample('article.ts', ['--data-dir', dataDir, ...limits]);
  assert.equal(lines[0], 'Finished Training');
  assert.match(lines[1], /^Accuracy of the network on the 20 test images: \d{1,3} %$/);
  assert.equal(lines.length, 2);
});
