/**
 * How the CPU engine lays tensors out in its memory. Channels come in blocks of 16 lanes, padded with zeros, so that
 * every kernel works on whole vectors and a block of one image fits the first-level cache.
 */
import { panelColumns } from '../kernels/tile.ts';

/** [N][blocks][before + H + after][before + W + after][lanes], with a halo of zeros for the next convolution. */
export interface ImageTensor {
  readonly kind: 'image';
  /** Byte address of the buffer. */
  readonly address: number;
  readonly channels: number;
  readonly height: number;
  readonly width: number;
  /** Lines and columns of zeros before and after. */
  readonly before: number;
  readonly after: number;
  /** 16; or all the channels of the network's input, when they are one block. */
  readonly lanes: number;
  readonly blocks: number;
  readonly pixelBytes: number;
  readonly lineBytes: number;
  readonly planeBytes: number;
  readonly imageBytes: number;
}

/** [blocks][batch][16]: block b holds features 16b to 16b + 15 of every image. */
export interface MatrixTensor {
  readonly kind: 'matrix';
  readonly address: number;
  /** Features in PyTorch's count, and in blocks with their padding. */
  readonly features: number;
  readonly blocks: number;
  readonly blockBytes: number;
  /**
   * The image tensor that was flattened into it, if one was: features are then in the order of that tensor's blocks,
   * [blocks][H][W][16], not in PyTorch's [C][H][W].
   */
  readonly flattened?: ImageTensor;
}

/**
 * [batch / 16][features][16]: the gradient of a matrix, image by image in lanes, features in the matrix's own order
 * with its padding.
 */
export interface GradientMatrix {
  readonly address: number;
  readonly features: number;
  readonly panels: number;
  readonly panelBytes: number;
}

export interface ImageSize {
  readonly channels: number;
  readonly height: number;
  readonly width: number;
}

/** Some blocks of an image tensor's channels, as a tensor in the same place. */
export function channelBlocks(tensor: ImageTensor, first: number, blocks: number): ImageTensor {
  const address = tensor.address + first * tensor.planeBytes;
  return { ...tensor, address, blocks, channels: blocks * tensor.lanes };
}

type Allocate = (bytes: number) => number;

export function blocksOf(channels: number): number {
  return Math.ceil(channels / panelColumns);
}

export function imageTensor(
  allocate: Allocate,
  batchSize: number,
  size: ImageSize,
  halo: { readonly before: number; readonly after: number },
  lanes: number = panelColumns,
): ImageTensor {
  const { channels, height, width } = size;
  const { before, after } = halo;
  const blocks = Math.ceil(channels / lanes);
  const pixelBytes = lanes * 4;
  const lineBytes = (width + before + after) * pixelBytes;
  const planeBytes = (height + before + after) * lineBytes;
  const imageBytes = blocks * planeBytes;
  const address = allocate(batchSize * imageBytes);
  const bytes = { pixelBytes, lineBytes, planeBytes, imageBytes };
  return { kind: 'image', address, channels, height, width, before, after, lanes, blocks, ...bytes };
}

export function matrixTensor(
  allocate: Allocate,
  batchSize: number,
  features: number,
  flattened?: ImageTensor,
): MatrixTensor {
  const blocks = flattened ? flattened.blocks * flattened.height * flattened.width : blocksOf(features);
  const blockBytes = batchSize * panelColumns * 4;
  const address = allocate(blocks * blockBytes);
  return { kind: 'matrix', address, features, blocks, blockBytes, ...(flattened && { flattened }) };
}

export function gradientMatrix(allocate: Allocate, batchSize: number, matrix: MatrixTensor): GradientMatrix {
  const features = matrix.blocks * panelColumns;
  const panels = blocksOf(batchSize);
  const panelBytes = features * panelColumns * 4;
  return { address: allocate(panels * panelBytes), features, panels, panelBytes };
}

/** Byte offset, from an image's start, of a pixel of its first block (the halo not counted). */
export function pixelOffset(tensor: ImageTensor, y: number, x: number): number {
  return (y + tensor.before) * tensor.lineBytes + (x + tensor.before) * tensor.pixelBytes;
}

/** Byte address of a plane, its halo included; planes are numbered image by image, block by block. */
export function planeAddress(tensor: ImageTensor, plane: number): number {
  const image = Math.floor(plane / tensor.blocks);
  return tensor.address + image * tensor.imageBytes + (plane % tensor.blocks) * tensor.planeBytes;
}

/** Byte address of a plane's first pixel, the halo not counted. */
export function firstPixel(tensor: ImageTensor, plane: number): number {
  return planeAddress(tensor, plane) + pixelOffset(tensor, 0, 0);
}

/**
 * PyTorch's feature number of each of a matrix's own features, in its own order; -1 for padding. Undefined where the
 * two orders are the same but for padding at the end.
 */
export function featureOrder(matrix: MatrixTensor): Int32Array | undefined {
  const image = matrix.flattened;
  if (!image) return undefined;
  const { channels, height, width, blocks } = image;
  const order = new Int32Array(matrix.blocks * panelColumns).fill(-1);
  for (let block = 0; block < blocks; block++) {
    for (let pixel = 0; pixel < height * width; pixel++) {
      for (let lane = 0; lane < panelColumns; lane++) {
        const channel = block * panelColumns + lane;
        if (channel >= channels) continue;
        order[(block * height * width + pixel) * panelColumns + lane] = channel * height * width + pixel;
      }
    }
  }
  return order;
}
