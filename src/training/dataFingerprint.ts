import { crc32 } from 'node:zlib';
import type { Dataset } from '../data/dataset.ts';

/** Tells data sets apart: the number of images, their classes, and a checksum of labels and pixels. */
export function dataFingerprint({ length, classes, labels, images }: Dataset): string {
  const checksum = crc32(images, crc32(labels));
  return `${length} images of ${classes.length} classes, crc32 ${checksum.toString(16).padStart(8, '0')}`;
}
