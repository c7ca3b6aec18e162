import { alexnetError, type AlexnetError } from '../../errors.ts';
import { interleavedImage, type ImageSize, type ImageView } from '../image.ts';
import { decodeBmp } from './bmp.ts';
import { decodeJpeg, decodePng, decodeWebp, type RgbaImage } from './codecs.ts';
import { ImageFault, type FaultKind } from './fault.ts';
import { imageFormat, type ImageFormat } from './format.ts';
import { decodeGif } from './gif.ts';
import { readImageHeader, type ImageHeader } from './header.ts';
import { exifOrientation, upright } from './orientation.ts';
import { sharpJpeg } from './sharpJpeg.ts';

/** Most pixels that an image may claim: decoding takes up to twelve bytes for each, 770 MB. */
export const mostImagePixels = 64_000_000;

/**
 * Decodes a PNG, JPEG, WebP, GIF (its first picture) or BMP file to uint8 RGB, turned upright as its EXIF
 * orientation says. Like Pillow's `convert('RGB')`, which training pipelines use, it leaves alpha out: a
 * transparent pixel shows the colour that is stored under it.
 *
 * `name` is for messages. Throws ALEX_IMAGE_EMPTY, ALEX_IMAGE_FORMAT, ALEX_IMAGE_SIZE (checked before memory
 * is taken for pixels), ALEX_IMAGE_TRUNCATED, ALEX_IMAGE_DAMAGED, ALEX_IMAGE_UNSUPPORTED.
 */
export async function decodeImage(bytes: Uint8Array, name: string): Promise<ImageView> {
  const format = formatOf(bytes, name);
  try {
    const header = readImageHeader(bytes, format);
    checkSize(header, name);
    checkLength(header, bytes.length);
    const image = await decoders[format](bytes, header);
    return header.exif === undefined ? image : upright(image, exifOrientation(header.exif));
  } catch (error) {
    throw codedError(error, name, format);
  }
}

/**
 * The size that decodeImage would give the image, from its file or the first bytes of it; undefined when there are more
 * and these do not reach to the end of its header. Throws as decodeImage does.
 */
export function imageSize(bytes: Uint8Array, name: string, whole: boolean): ImageSize | undefined {
  const format = formatOf(bytes, name);
  try {
    const header = readImageHeader(bytes, format);
    checkSize(header, name);
    const { width, height } = header;
    const turned = header.exif !== undefined && exifOrientation(header.exif) >= 5;
    return turned ? { width: height, height: width } : { width, height };
  } catch (error) {
    if (!whole && error instanceof ImageFault && error.kind === 'truncated') return undefined;
    throw codedError(error, name, format);
  }
}

function formatOf(bytes: Uint8Array, name: string): ImageFormat {
  if (bytes.length === 0) throw alexnetError('ALEX_IMAGE_EMPTY', { name });
  const format = imageFormat(bytes);
  if (format === undefined) throw alexnetError('ALEX_IMAGE_FORMAT', { name });
  return format;
}

function codedError(error: unknown, name: string, format: ImageFormat): unknown {
  if (error instanceof ImageFault) return faultError(error, name, format);
  if (error instanceof RangeError) {
    return faultError(new ImageFault('truncated', 'it ends inside its header'), name, format);
  }
  return error;
}

const decoders: Record<ImageFormat, (bytes: Uint8Array, header: ImageHeader) => Promise<ImageView>> = {
  png: async (bytes, header) => rgba(await decodePng(bytes), header),
  jpeg: async (bytes, header) => (await sharpJpeg(bytes, header)) ?? rgba(await decodeJpeg(bytes), header),
  webp: async (bytes, header) => rgba(await decodeWebp(bytes), header),
  gif: async (bytes, header) => interleavedImage(decodeGif(bytes), header),
  bmp: async (bytes, header) => interleavedImage(decodeBmp(bytes), header),
};

function rgba(image: RgbaImage, header: ImageHeader): ImageView {
  if (image.width !== header.width || image.height !== header.height) {
    throw new ImageFault('damaged', 'its header gives another size than its pixels have');
  }
  const { buffer, byteOffset, byteLength } = image.data;
  return interleavedImage(new Uint8Array(buffer, byteOffset, byteLength), image, 4);
}

function checkSize({ width, height }: ImageHeader, name: string): void {
  const inBounds = width >= 1 && height >= 1 && width * height <= mostImagePixels;
  if (!inBounds) throw alexnetError('ALEX_IMAGE_SIZE', { name, width, height, most: mostImagePixels });
}

/** Before memory is taken for pixels that cannot be there. */
function checkLength({ leastBytes = 0 }: ImageHeader, bytes: number): void {
  if (bytes >= leastBytes) return;
  const problem = `it has ${bytes} bytes, and its size needs ${Math.ceil(leastBytes)} at least`;
  throw new ImageFault('truncated', problem);
}

const codes = {
  truncated: 'ALEX_IMAGE_TRUNCATED',
  damaged: 'ALEX_IMAGE_DAMAGED',
  unsupported: 'ALEX_IMAGE_UNSUPPORTED',
} as const satisfies Record<FaultKind, string>;

function faultError(fault: ImageFault, name: string, format: ImageFormat): AlexnetError {
  return alexnetError(codes[fault.kind], { name, format, problem: fault.message }, fault);
}
