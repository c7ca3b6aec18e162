/** Images of any kind as pixels, decoded by the browser and resized by us. */
import {
  channels,
  interleavedImage,
  planarImage,
  type ImageSize,
  type ImageView,
} from '../../src/data/image.ts';
import { resize } from '../../src/data/resize.ts';
import { alexnetError } from '../../src/errors.ts';
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
export function pixelsOf({ data, offset, height, width, strides }: ImageView): Pixels {
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
