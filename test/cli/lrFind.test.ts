import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { temporaryFolder } from '../formats/temporaryFolder.ts';
import { jsonLines, runAlexnet } from './runAlexnet.ts';

const small = ['lr-find', 'alexnet-32', '--dataset', 'shapes', '--batch-size', '16', '--limit-train', '320'];

test('lr-find draws its curve, tells its points, and keeps nothing else', async (context) => {
  const folder = temporaryFolder(context);
  const args = [...small, '--initialization', 'he', '--steps', '30', '--to', '0.01'];
  const { code, stdout, stderr } = await runAlexnet([...args, '--json'], { cwd: folder });
  assert.equal(code, 0, stderr);
  const lines = jsonLines(stdout);
  const result = lines.at(-1)!;
  assert.deepEqual([lines.length, result['type'], result['out']], [31, 'result', 'alexnet-32-shapes-lr.svg']);
  assert.ok((result['suggested'] as number) > 0);
  assert.deepEqual(readdirSync(folder), ['alexnet-32-shapes-lr.svg']);
  const svg = readFileSync(join(folder, 'alexnet-32-shapes-lr.svg'), 'utf8');
  assert.match(svg, /suggested: [\d.e-]+</);
  assert.match(stderr, /│.*[⠁-⣿]/);
});
