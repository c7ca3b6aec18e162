/** An RGB image of uint8 pixels, as a strided view: planes and interleaved pixels are both one of these. */
export interface ImageView {
  readonly data: Uint8Array;
  /** Index in `data` of channel 0, row 0, column 0. */
  readonly offset: number;
  readonly height: number;
  readonly width: number;
  /** In elements of `data`. */
  readonly strides: { readonly channel: number; readonly row: number; readonly column: number };
}

export interface ImageSize {
  readonly height: number;
  readonly width: number;
}

/** Channels of every image: red, green, blue. */
export const channels = 3;

/** A view on planes [3, height, width], as data sets keep their images. */
export function planarImage(data: Uint8Array, size: ImageSize, offset = 0): ImageView {
  const { height, width } = size;
  return { data, offset, height, width, strides: { channel: height * width, row: width, column: 1 } };
}

/** A view on interleaved pixels [height, width, 3 or 4], as image decoders give; alpha is not read. */
export function interleavedImage(data: Uint8Array, size: ImageSize, pixelBytes: 3 | 4 = 3): ImageView {
  const { height, width } = size;
  return {
    data,
    offset: 0,
    height,
    width,
    strides: { channel: 1, row: width * pixelBytes, column: pixelBytes },
  };
}
