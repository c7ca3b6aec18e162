import { channels, type ImageSize } from './image.ts';

/** Scratch memory for an image in planes. */
export type Planes = Uint8Array<ArrayBuffer>;

/** These planes when an image of this size fits them, else larger ones. */
export function planesFor(planes: Planes, { height, width }: ImageSize): Planes {
  const bytes = channels * height * width;
  return planes.length >= bytes ? planes : new Uint8Array(bytes);
}
