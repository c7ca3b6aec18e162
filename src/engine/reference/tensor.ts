/** Numbers in float64 with a shape, the last dimension fastest: PyTorch's contiguous layout. */
export interface Tensor {
  readonly shape: readonly number[];
  readonly data: Float64Array;
}

/** Numbers that are only read, in either precision: a large network's weights are not copied to be computed with. */
export interface Weights {
  readonly shape: readonly number[];
  readonly data: Float64Array | Float32Array;
}

/** A tensor of zeros. */
export function zeros(shape: readonly number[]): Tensor {
  return { shape, data: new Float64Array(shape.reduce((product, size) => product * size, 1)) };
}

/** The shape [N, C, H, W] of a batch of images. */
export function imageShape(
  tensor: Weights,
): [images: number, channels: number, height: number, width: number] {
  const [images = 0, channels = 0, height = 0, width = 0] = tensor.shape;
  return [images, channels, height, width];
}

/** The shape [rows, columns] of a matrix. */
export function matrixShape(tensor: Weights): [rows: number, columns: number] {
  const [rows = 0, columns = 0] = tensor.shape;
  return [rows, columns];
}
