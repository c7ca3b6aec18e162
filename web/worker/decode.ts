/** Images of any kind as pixels, decoded by the browser and resized by us. */
import { interleavedImage, type ImageSize, type ImageView } from '../../src/data/image.ts';
import { resize } from '../../src/data/resize.ts';
import { alexnetError } from '../../src/errors.ts';
import { planesOf } from './pixels.ts';
import type { Pixels } from './protocol.ts';

/** Larger images are first brought to this side by the browser: their pixels would take hundreds of megabytes. */
const largestSide = 4096;

export type AnyImage = Blob | ImageBitmap | Pixels;

/** A part of an image. */
interface Part {
  readonly left: number;
  readonly top: number;
  readonly width: number;
  readonly height: number;
}

/**
 * An image's pixels, turned as its camera was held, on white where it is transparent. A bitmap is used up. Throws
 * ALEX_STUDIO_IMAGE, which names it.
 */
export async function decode(image: AnyImage, name: string): Promise<ImageView> {
  if ('data' in image) return interleavedImage(image.data, image);
  return drawn(await bitmapOf(image, name), ({ width, height }) => ({ left: 0, top: 0, width, height }));
}

/** The square in the middle of an image, at this side: planes [3, side, side]. Throws as `decode` does. */
export async function decodeSquare(
  image: Blob | ImageBitmap,
  side: number,
  name: string,
): Promise<Uint8Array> {
  const square = drawn(await bitmapOf(image, name), ({ width, height }) => {
    const length = Math.min(width, height);
    return {
      left: Math.floor((width - length) / 2),
      top: Math.floor((height - length) / 2),
      width: length,
      height: length,
    };
  });
  const planes = planesOf(resize(square, { height: side, width: side }));
  // At once, rather than when the garbage collector comes by: there may be ten thousand of them.
  (square.data.buffer as ArrayBuffer).transfer(0);
  return planes;
}

async function bitmapOf(image: Blob | ImageBitmap, name: string): Promise<ImageBitmap> {
  if (image instanceof ImageBitmap) return image;
  try {
    return await createImageBitmap(image, { imageOrientation: 'from-image' });
  } catch (error) {
    const reason = image.size === 0 ? 'it is empty' : `the browser cannot decode it (${String(error)})`;
    throw alexnetError('ALEX_STUDIO_IMAGE', { name, reason }, error);
  }
}

let usual: OffscreenCanvasRenderingContext2D | undefined;

/** The one canvas of this thread, white and of this size: a new one for each image would fill the memory. */
function clearContext({ width, height }: ImageSize): OffscreenCanvasRenderingContext2D {
  usual ??= new OffscreenCanvas(width, height).getContext('2d', { willReadFrequently: true })!;
  const { canvas } = usual;
  if (canvas.width !== width || canvas.height !== height) Object.assign(canvas, { width, height });
  usual.imageSmoothingQuality = 'high';
  usual.fillStyle = '#fff';
  usual.fillRect(0, 0, width, height);
  return usual;
}

function drawn(bitmap: ImageBitmap, part: (bitmap: ImageBitmap) => Part): ImageView {
  const { left, top, width, height } = part(bitmap);
  const scale = Math.min(1, largestSide / Math.max(width, height));
  const size = {
    width: Math.max(1, Math.round(width * scale)),
    height: Math.max(1, Math.round(height * scale)),
  };
  const context = clearContext(size);
  context.drawImage(bitmap, left, top, width, height, 0, 0, size.width, size.height);
  bitmap.close();
  const { data } = context.getImageData(0, 0, size.width, size.height);
  return interleavedImage(new Uint8Array(data.buffer), size, 4);
}
