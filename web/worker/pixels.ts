/** Images as the page and the store take them: copies, interleaved or in planes. */
import { channels, planarImage, type ImageView } from '../../src/data/image.ts';
import type { Pixels } from './protocol.ts';

/** A copy of an image in planes. */
export function planesOf({ data, offset, height, width, strides }: ImageView): Uint8Array {
  const planes = new Uint8Array(channels * height * width);
  let at = 0;
  for (let c = 0; c < channels; c++) {
    for (let y = 0; y < height; y++) {
      let from = offset + c * strides.channel + y * strides.row;
      for (let x = 0; x < width; x++, from += strides.column) planes[at++] = data[from]!;
    }
  }
  return planes;
}

/** A copy of an image as the page takes it: interleaved. */
export function pixelsOf({
  data,
  offset,
  height,
  width,
  strides,
}: ImageView): Pixels & { readonly data: Uint8Array } {
  const pixels = new Uint8Array(channels * height * width);
  let at = 0;
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const from = offset + y * strides.row + x * strides.column;
      for (let c = 0; c < channels; c++) pixels[at++] = data[from + c * strides.channel]!;
    }
  }
  return { data: pixels, height, width };
}

/** Planes of a square as the page takes them. */
export function squarePixels(planes: Uint8Array, side: number): Pixels {
  return pixelsOf(planarImage(planes, { height: side, width: side }));
}
