import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { decodeImage } from '../../src/data/images/decodeImage.ts';
import { shapesClasses } from '../../src/data/shapes.ts';
import { jsonLines, runAlexnet } from './runAlexnet.ts';

let folder: string;
before(async () => (folder = await mkdtemp(join(tmpdir(), 'alexnet-preview-'))));
after(() => rm(folder, { recursive: true }));

test('data preview writes a sheet, says what it shows, and gives the same picture again', async () => {
  const args = [
    'data',
    'preview',
    'shapes',
    '--augment',
    'pad-crop,flip,cutout=6',
    '--epochs',
    '3',
    '--seed',
    '5',
  ];
  const first = await runAlexnet([...args, '--json', '--out', 'a.png'], { cwd: folder });
  assert.equal(first.code, 0, first.stderr);
  const [told] = jsonLines(first.stdout);
  assert.deepEqual(
    (told!['rows'] as { class: string }[]).map((row) => row.class),
    shapesClasses.slice(0, 8),
  );
  const second = await runAlexnet([...args, '--out', 'b.png'], { cwd: folder });
  assert.match(second.stdout, /randomCrop\(32, padding 4\) → randomHorizontalFlip/);
  assert.match(second.stdout, /b\.png is written, 416 × 804 pixels/);
  const bytes = await readFile(join(folder, 'a.png'));
  assert.deepEqual(await readFile(join(folder, 'b.png')), bytes);
  const { width, height } = await decodeImage(bytes, 'a.png');
  assert.deepEqual([width, height], [told!['width'], told!['height']]);
});

test('an unknown augmentation is a usage error that says which was meant', async () => {
  const { code, stderr } = await runAlexnet(['data', 'preview', 'shapes', '--augment', 'flop'], {
    cwd: folder,
  });
  assert.equal(code, 2);
  assert.match(stderr, /did you mean flip\?/);
});
