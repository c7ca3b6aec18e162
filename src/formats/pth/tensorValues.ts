import { dtypes, elementsOf, type TensorValues } from '../tensors.ts';
import { PthError } from './pthContainer.ts';
import type { PthTensor } from './torchObjects.ts';

/** Reads a run of a storage's elements. */
type ReadElements = (from: number, count: number) => Promise<TensorValues>;

/**
 * The elements of a view, row by row. What lies row by row already is read as it is, without a copy. A view may
 * skip and turn elements; one that repeats them could be of any size, whatever the file has: throws PthError.
 */
export async function tensorValues(
  { storage, offset, shape, strides }: PthTensor,
  read: ReadElements,
): Promise<TensorValues> {
  const count = elementsOf(shape);
  if (count === 0) return read(0, 0);
  if (!(count <= storage.elements)) {
    throw new PthError(`a tensor of ${count} elements repeats the ${storage.elements} of its storage`);
  }
  if (isContiguous(shape, strides)) return read(offset, count);
  const span = shape.reduce((sum, size, i) => sum + (size - 1) * strides[i]!, 1);
  const to = new dtypes[storage.dtype](count);
  gather(await read(offset, span), to, shape, strides);
  return to;
}

function isContiguous(shape: readonly number[], strides: readonly number[]): boolean {
  let expected = 1;
  for (let i = shape.length - 1; i >= 0; i--) {
    if (shape[i] !== 1 && strides[i] !== expected) return false;
    expected *= shape[i]!;
  }
  return true;
}

/** Walks through all indices, the last one fastest. */
function gather(
  from: TensorValues,
  to: TensorValues,
  shape: readonly number[],
  strides: readonly number[],
): void {
  const index = shape.map(() => 0);
  for (let element = 0, at = 0; element < to.length; element++) {
    // Both are of one type, be it of numbers or of bigints.
    to[element] = from[at] as never;
    for (let i = shape.length - 1; i >= 0; i--) {
      at += strides[i]!;
      if (++index[i]! < shape[i]!) break;
      at -= shape[i]! * strides[i]!;
      index[i] = 0;
    }
  }
}
