import { readFile } from 'node:fs/promises';
import type { ImageView } from '../data/image.ts';
import { alexnetError } from '../errors.ts';

/** An image file's pixels. Throws ALEX_IMAGE_READ and what decodeImage throws. */
export async function readImage(file: string): Promise<ImageView> {
  const { decodeImage } = await import('../data/images/decodeImage.ts');
  let bytes: Uint8Array;
  try {
    bytes = await readFile(file);
  } catch (error) {
    const problem =
      (error as NodeJS.ErrnoException).code === 'ENOENT' ? 'there is no such file' : String(error);
    throw alexnetError('ALEX_IMAGE_READ', { name: file, problem }, error);
  }
  return decodeImage(bytes, file);
}
