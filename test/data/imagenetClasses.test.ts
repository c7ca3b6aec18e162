import assert from 'node:assert/strict';
import { test } from 'node:test';
import { crc32 } from 'node:zlib';
import { imagenetClasses } from '../../src/data/imagenetClasses.ts';

test("ImageNet's class names are torchvision's, in its order", () => {
  assert.equal(imagenetClasses.length, 1000);
  // zlib.crc32("\n".join(AlexNet_Weights.IMAGENET1K_V1.meta["categories"]).encode()) of torchvision 0.14.
  assert.equal(crc32(imagenetClasses.join('\n')), 3904114928);
});
