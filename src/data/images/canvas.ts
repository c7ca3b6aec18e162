/** Pictures put together of images. */
import { channels, type ImageSize, type ImageView } from '../image.ts';
import type { RgbImage } from './encodePng.ts';

/** A picture of one shade of grey, 0 to 255. */
export function blankCanvas({ height, width }: ImageSize, grey: number): RgbImage {
  return { height, width, data: new Uint8Array(channels * height * width).fill(grey) };
}

export interface CanvasPlace {
  readonly top: number;
  readonly left: number;
  /** Times an image is magnified, a whole number. */
  readonly scale: number;
}

/** Draws an image, which must fit, into a picture. */
export function drawImage(canvas: RgbImage, image: ImageView, { top, left, scale }: CanvasPlace): void {
  const { data, offset, strides } = image;
  for (let y = 0; y < image.height * scale; y++) {
    for (let x = 0; x < image.width * scale; x++) {
      const from = offset + Math.floor(y / scale) * strides.row + Math.floor(x / scale) * strides.column;
      const to = channels * ((top + y) * canvas.width + left + x);
      for (let c = 0; c < channels; c++) canvas.data[to + c] = data[from + c * strides.channel]!;
    }
  }
}
