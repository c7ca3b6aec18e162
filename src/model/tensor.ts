/** Values with a shape: as much of torch.Tensor as a training script reads. */
import { alexnetError } from '../errors.ts';

export type TensorData = Float32Array | Float64Array | Uint8Array | Uint16Array | Uint32Array;

export interface Tensor<Data extends TensorData = TensorData> {
  /** Row by row, the last dimension fastest. */
  readonly data: Data;
  readonly shape: readonly number[];
  /** Length of one dimension. */
  size(dimension: number): number;
  /** 1 where the two are equal and 0 elsewhere. Throws ALEX_TENSOR_OPERATION when shapes differ. */
  eq(other: Tensor): Tensor<Uint8Array>;
  /** The sum of all elements, a tensor of one element. */
  sum(): Tensor<Float64Array>;
  /** The only element. Throws ALEX_TENSOR_OPERATION when there are more or none. */
  item(): number;
}

/** A tensor over `data`, which is not copied. Throws ALEX_TENSOR_OPERATION when its length is not the shape's. */
export function tensor<Data extends TensorData>(data: Data, shape: readonly number[]): Tensor<Data> {
  const elements = shape.reduce((product, side) => product * side, 1);
  if (data.length !== elements) {
    throw alexnetError('ALEX_TENSOR_OPERATION', {
      operation: 'tensor',
      problem: `${data.length} values do not fill the shape [${shape.join(', ')}]`,
    });
  }
  return {
    data,
    shape,
    size: (dimension) => side(shape, dimension),
    eq: (other) => equal(data, shape, other),
    sum: () => tensor(Float64Array.of(total(data)), []),
    item: () => onlyElement(data),
  };
}

/**
 * The largest value of each row of [rows, columns] and its column, as torch.max(input, 1) gives them; the
 * first of equals. Throws ALEX_TENSOR_OPERATION when the input has another number of dimensions.
 */
export function max(
  input: Tensor,
  dimension: 1,
): readonly [values: Tensor<Float32Array>, indices: Tensor<Uint32Array>] {
  if (input.shape.length !== 2 || dimension !== 1) {
    const problem = `of dimension ${dimension} of [${input.shape.join(', ')}]; expected dimension 1 of [rows, columns]`;
    throw alexnetError('ALEX_TENSOR_OPERATION', { operation: 'max', problem });
  }
  const rows = input.size(0);
  const columns = input.size(1);
  const indices = Uint32Array.from({ length: rows }, (_, row) => largest(input.data, row * columns, columns));
  const values = Float32Array.from(indices, (column, row) => input.data[row * columns + column]);
  return [tensor(values, [rows]), tensor(indices, [rows])];
}

function largest(data: TensorData, start: number, length: number): number {
  let best = 0;
  for (let i = 1; i < length; i++) {
    if (data[start + i] > data[start + best]) best = i;
  }
  return best;
}

function side(shape: readonly number[], dimension: number): number {
  const found = shape.at(dimension);
  if (found !== undefined) return found;
  const problem = `there is no dimension ${dimension} in [${shape.join(', ')}]`;
  throw alexnetError('ALEX_TENSOR_OPERATION', { operation: 'size', problem });
}

function equal(data: TensorData, shape: readonly number[], other: Tensor): Tensor<Uint8Array> {
  if (shape.join() !== other.shape.join()) {
    const problem = `the shapes [${shape.join(', ')}] and [${other.shape.join(', ')}] differ`;
    throw alexnetError('ALEX_TENSOR_OPERATION', { operation: 'eq', problem });
  }
  const same = Uint8Array.from(data, (value, i) => Number(value === other.data[i]));
  return tensor(same, shape);
}

function total(data: TensorData): number {
  let sum = 0;
  for (const value of data) sum += value;
  return sum;
}

function onlyElement(data: TensorData): number {
  if (data.length === 1) return data[0];
  const problem = `there are ${data.length} elements; expected 1`;
  throw alexnetError('ALEX_TENSOR_OPERATION', { operation: 'item', problem });
}
