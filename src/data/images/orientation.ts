/** EXIF orientation: which way up a camera held the picture, 1 to 8 (CIPA DC-008, tag 0x0112). */
import type { ImageView } from '../image.ts';

const orientationTag = 0x0112;

/** The orientation that a TIFF block names; 1 (as it is) when it names none or cannot be read. */
export function exifOrientation(tiff: Uint8Array): number {
  const view = new DataView(tiff.buffer, tiff.byteOffset, tiff.byteLength);
  try {
    return firstDirectoryOrientation(view);
  } catch (error) {
    // A wrong offset in metadata is no reason to refuse the picture.
    if (error instanceof RangeError) return 1;
    throw error;
  }
}

function firstDirectoryOrientation(view: DataView): number {
  const order = view.getUint16(0);
  if (order !== 0x4949 && order !== 0x4d4d) return 1;
  const little = order === 0x4949;
  const directory = view.getUint32(4, little);
  const entries = view.getUint16(directory, little);
  for (let i = 0; i < entries; i++) {
    const entry = directory + 2 + 12 * i;
    if (view.getUint16(entry, little) !== orientationTag) continue;
    const value = view.getUint16(entry + 8, little);
    return value >= 1 && value <= 8 ? value : 1;
  }
  return 1;
}

/**
 * The image upright, as a view on the same pixels. Orientations: 1 as it is, 2 mirrored left to right,
 * 3 turned by 180°, 4 mirrored top to bottom, 5 transposed, 6 to be turned clockwise, 7 transposed along the
 * other diagonal, 8 to be turned anticlockwise.
 */
export function upright(image: ImageView, orientation: number): ImageView {
  const turned = orientation >= 5 ? transposed(image) : image;
  const flipX = [2, 3, 6, 7].includes(orientation);
  const flipY = [3, 4, 7, 8].includes(orientation);
  const { channel, row, column } = turned.strides;
  return {
    ...turned,
    offset:
      turned.offset + (flipX ? (turned.width - 1) * column : 0) + (flipY ? (turned.height - 1) * row : 0),
    strides: { channel, row: flipY ? -row : row, column: flipX ? -column : column },
  };
}

function transposed(image: ImageView): ImageView {
  const { channel, row, column } = image.strides;
  return {
    ...image,
    height: image.width,
    width: image.height,
    strides: { channel, row: column, column: row },
  };
}
