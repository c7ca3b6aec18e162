import { crc32 } from 'node:zlib';
import type { Dataset } from '../data/dataset.ts';
import type { EncodedImages } from '../data/images/encodedImages.ts';

/**
 * Tells data sets apart: the number of images, their classes, and a checksum of labels and pixels. Of images in files
 * the names and lengths stand for the pixels, so that a large set need not be read for it.
 */
export function dataFingerprint(dataset: Dataset): string {
  const { length, classes, labels } = dataset;
  const ofLabels = crc32(labels);
  const checksum =
    'images' in dataset ? crc32(dataset.images, ofLabels) : crcOfFiles(dataset.encoded, ofLabels);
  return `${length} images of ${classes.length} classes, crc32 ${checksum.toString(16).padStart(8, '0')}`;
}

function crcOfFiles({ names, bytes, shards }: EncodedImages, start: number): number {
  const named = crc32(bytes, crc32(names.ends, crc32(names.bytes, start)));
  if (shards === undefined) return named;
  return crc32(shards.offset, crc32(shards.file, crc32(shards.files.join('\n'), named)));
}
