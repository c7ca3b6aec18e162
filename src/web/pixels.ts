import type { RawImage, SentImage } from './messages.ts';

/** The pixels of an image, in a worker; what is transparent lies on white. */
export function pixels(image: SentImage): RawImage {
  if ('data' in image) return image;
  const { width, height } = image;
  const canvas = new OffscreenCanvas(width, height);
  const context = canvas.getContext('2d', { willReadFrequently: true })!;
  context.fillStyle = '#fff';
  context.fillRect(0, 0, width, height);
  context.drawImage(image, 0, 0);
  image.close();
  return context.getImageData(0, 0, width, height);
}
