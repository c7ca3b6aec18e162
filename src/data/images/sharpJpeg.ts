/**
 * Decodes large JPEG files with sharp where that is installed beside this package: native code, in half the time. It is
 * the same decoder (MozJPEG) as the one in WebAssembly, and gives the same bytes. What it does not take just so is left to
 * the other.
 */
import { channels, interleavedImage, type ImageView } from '../image.ts';
import type { ImageHeader } from './header.ts';

/** As much of sharp as is used here. */
interface Sharp {
  (
    bytes: Uint8Array,
    options: object,
  ): {
    raw(): { toBuffer(options: { resolveWithObject: true }): Promise<{ data: Buffer; info: RawInfo }> };
  };
  concurrency(threads: number): number;
  cache(on: boolean): object;
}

interface RawInfo {
  readonly width: number;
  readonly height: number;
  readonly channels: number;
}

/** Smaller images gain nothing. */
const leastPixels = 1_000_000;

let loaded: Promise<Sharp | undefined> | undefined;

async function loadSharp(): Promise<Sharp | undefined> {
  // Not a dependency: the compiler need not know it.
  const name = 'sharp';
  try {
    const { default: sharp } = (await import(name)) as { default: Sharp };
    // Loader threads are threads enough.
    sharp.concurrency(1);
    sharp.cache(false);
    return sharp;
  } catch {
    return undefined;
  }
}

/** Undefined for small images, where sharp is not installed, and for a file that it finds fault with. */
export async function sharpJpeg(
  bytes: Uint8Array,
  { width, height, components }: ImageHeader,
): Promise<ImageView | undefined> {
  // It would turn CMYK into colours, which the other refuses.
  if (width * height < leastPixels || (components !== 1 && components !== 3)) return undefined;
  loaded ??= loadSharp();
  const sharp = await loaded;
  if (sharp === undefined) return undefined;
  try {
    const options = {
      failOn: 'warning',
      ignoreIcc: true,
      autoOrient: false,
      limitInputPixels: width * height,
    };
    const { data, info } = await sharp(bytes, options).raw().toBuffer({ resolveWithObject: true });
    if (info.width !== width || info.height !== height || info.channels !== channels) return undefined;
    return interleavedImage(new Uint8Array(data.buffer, data.byteOffset, data.byteLength), info);
  } catch {
    return undefined;
  }
}
