import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import { bmp, testFolder, writeFiles } from '../data/imageSets/files.ts';
import { jsonLines, runAlexnet } from './runAlexnet.ts';

const root = testFolder();
const image = bmp(5, 4, [255, 0, 0]);

test('data check tells counts, sizes, duplicates and broken files, and fails for those', async () => {
  const folder = join(root, 'photos');
  writeFiles(folder, {
    'train/a/1.bmp': image,
    'train/b/1.bmp': bmp(7, 7, [0, 9, 0]),
    'test/b/2.bmp': image,
  });
  const good = await runAlexnet(['data', 'check', folder]);
  assert.equal(good.code, 0);
  assert.match(good.stdout, /^photos: image folder .*photos\n {2}train +2 +5 × 4 to 7 × 7 +a 1, b 1\n/);
  assert.match(good.stdout, /1 images? (is|are) in two splits.*\n {2}\S+2\.bmp is \S+1\.bmp\nall is well/);
  writeFiles(folder, { 'train/a/2.png': 'no image' });
  const bad = await runAlexnet(['data', 'check', folder, '--json']);
  assert.equal(bad.code, 1);
  const [check] = jsonLines(bad.stdout) as [{ problems: string[]; splits: { images: number }[] }];
  assert.deepEqual(
    check.splits.map(({ images }) => images),
    [2, 1],
  );
  assert.match(check.problems[0]!, /^ALEX_IMAGE_FORMAT: .*2\.png/);
  const refused = await runAlexnet(['train', 'alexnet-32', '--dataset', folder, '--out', join(root, 'run')]);
  assert.equal(refused.code, 1);
  assert.match(
    refused.stderr,
    /ALEX_DATA_BAD_IMAGES: 1 of 3 images cannot be used:\n {2}ALEX_IMAGE_FORMAT: .*2\.png/,
  );
});

test('a wrong word for --on-bad-image is wrong usage', async () => {
  const { code, stderr } = await runAlexnet(['train', '--on-bad-image', 'skpi']);
  assert.equal(code, 2);
  assert.match(stderr, /--on-bad-image is skpi; expected one of skip, refuse \(did you mean skip\?\)/);
});
