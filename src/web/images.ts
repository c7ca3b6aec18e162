/** What a page gives to be classified, made ready to go to the worker. */
import type { RawImage, SentImage } from './messages.ts';
import { pageError, reasonOf } from './pageErrors.ts';

/** An image element that has loaded, a video, a canvas, a Blob or File of an image, ImageData, or raw pixels. */
export type ImageInput = ImageBitmapSource | RawImage;

/** Throws ALEX_WEB_IMAGE. */
export function sentImages(images: readonly ImageInput[]): Promise<SentImage[]> {
  return Promise.all(images.map(sentImage));
}

async function sentImage(image: ImageInput): Promise<SentImage> {
  if (isRaw(image)) return rawImage(image);
  try {
    // Of a bitmap too: what is sent is the worker's, and the caller's stays.
    return await createImageBitmap(image, { colorSpaceConversion: 'default' });
  } catch (error) {
    throw pageError('ALEX_WEB_IMAGE', { problem: reasonOf(error) }, error);
  }
}

function rawImage({ data, width, height }: RawImage): RawImage {
  // What was transferred cannot be sent, and has no length.
  if (data.length > 0) return { data, width, height };
  throw pageError('ALEX_WEB_IMAGE', { problem: `${width} × ${height} pixels without values` });
}

/** Of anything that a page may give; what is no image, `createImageBitmap` refuses. */
function isRaw(image: unknown): image is RawImage {
  const data = (image as Partial<RawImage> | null | undefined)?.data;
  return data instanceof Uint8Array || data instanceof Uint8ClampedArray;
}
