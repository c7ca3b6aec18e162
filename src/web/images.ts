/** What a page gives to be classified, made ready to go to the worker. */
import type { RawImage, SentImage } from './messages.ts';
import { pageError } from './pageErrors.ts';

/** An image element that has loaded, a video, a canvas, a Blob or File of an image, ImageData, or raw pixels. */
export type ImageInput = ImageBitmapSource | RawImage;

/** Throws ALEX_WEB_IMAGE. */
export function sentImages(images: readonly ImageInput[]): Promise<SentImage[]> {
  return Promise.all(images.map(sentImage));
}

async function sentImage(image: ImageInput): Promise<SentImage> {
  if (isRaw(image)) return { data: image.data, width: image.width, height: image.height };
  try {
    // Of a bitmap too: what is sent is the worker's, and the caller's stays.
    return await createImageBitmap(image, { colorSpaceConversion: 'default' });
  } catch (error) {
    throw pageError('ALEX_WEB_IMAGE', { problem: (error as Error).message }, error);
  }
}

function isRaw(image: ImageInput): image is RawImage {
  const { data } = image as Partial<RawImage>;
  return data instanceof Uint8Array || data instanceof Uint8ClampedArray;
}
