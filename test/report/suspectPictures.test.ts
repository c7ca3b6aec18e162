import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseHTML } from 'linkedom';
import { loadDataset } from '../../src/data/datasets.ts';
import type { Suspect } from '../../src/diagnosis/labelNoise.ts';
import type { Tested } from '../../src/report/material.ts';
import { suspectPictures } from '../../src/report/sections/diagnosis.ts';
import { thumbnail } from '../../src/report/thumbnail.ts';
import { imageReader, imageSource } from '../../src/data/imageSource.ts';

test('images whose label is likely wrong are shown, the surest ten', async () => {
  const dataset = await loadDataset('shapes', { split: 'train', limit: 30 });
  const suspects = Array.from({ length: 12 }, (_, i): Suspect => {
    return { index: 2 * i, label: 'star', predicted: 'ring', probability: 0.9 };
  });
  const tested = { train: { dataset } } as unknown as Tested;
  const html = await suspectPictures({ values: { suspects } }, { tested, t: ({ en }) => en });
  const pictures = [...parseHTML(html).document.querySelectorAll('img')];
  assert.equal(pictures.length, 10);
  assert.equal(pictures[3]!.getAttribute('alt'), 'star, said ring, 90.0% (training image 6)');
  const { png } = thumbnail(await imageReader(imageSource(dataset))(6), { description: '' });
  assert.ok(pictures[3]!.getAttribute('src')!.endsWith(Buffer.from(png).toString('base64')));
});
