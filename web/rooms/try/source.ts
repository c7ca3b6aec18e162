/** The image that is tried. */
import type { Pixels } from '../../worker/protocol.ts';

export interface TriedImage {
  readonly image: Blob | ImageBitmap | Pixels;
  /** As the person knows it. */
  readonly name: string;
}

/** The largest side of a picture that is kept to be asked about again: networks see no more than 224. */
const mostSide = 448;

/**
 * A bitmap may be handed to the worker once only, where it is transferred: this makes it a blob that can be asked about
 * again and again.
 */
export async function bitmapToBlob(bitmap: ImageBitmap): Promise<Blob> {
  const scale = Math.min(1, mostSide / Math.max(bitmap.width, bitmap.height));
  const canvas = new OffscreenCanvas(
    Math.max(1, Math.round(bitmap.width * scale)),
    Math.max(1, Math.round(bitmap.height * scale)),
  );
  canvas.getContext('2d')!.drawImage(bitmap, 0, 0, canvas.width, canvas.height);
  bitmap.close();
  return canvas.convertToBlob({ type: 'image/png' });
}
