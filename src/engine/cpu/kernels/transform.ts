/**
 * transform-f32: Y = L X Lᵀ for a small constant matrix L [p, q], where X is a tile of q × q pixels and Y one of p × p,
 * each pixel a vector of 16 channels. Both lie anywhere, at constant distances; so one kernel serves all of Winograd's
 * transforms, of images, gradients and weights, to the transformed domain and back.
 */
import type { KernelSource, Pointer, Vector, VectorAssembler } from '../assembler/vector.ts';
import { emitLinearMap, matrixConstants, type MapRegisters, type Matrix } from './linearMap.ts';
import { panelColumns } from './tile.ts';

const pixelBytes = panelColumns * 4;
/** Pixels at least so far apart are in cache lines that no processor guesses: each is asked for some tiles ahead. */
const scatteredBytes = 1024;
const tilesAhead = 8;

/** Bytes between the rows, the columns, and the tiles of an operand. */
export interface TileStrides {
  readonly rowBytes: number;
  readonly columnBytes: number;
  readonly tileBytes: number;
}

export interface TransformShape {
  /** A name for the matrix: kernels of one name and one shape are taken for the same. */
  readonly name: string;
  readonly matrix: Matrix;
  readonly from: TileStrides;
  readonly to: TileStrides;
  /** Rows and columns of Y that are written; the others would lie outside the image. */
  readonly rows: number;
  readonly columns: number;
  /** Adds a pixel to all of Y's, as a convolution's bias. */
  readonly bias: boolean;
  readonly rectify: boolean;
}

/** Parameters: X, Y, tiles, constants of the matrix, scratch of p × q pixels, bias. */
export function transformKernel(shape: TransformShape): KernelSource {
  const { name, from, to, rows, columns, bias, rectify } = shape;
  const strides = [from, to].flatMap((tile) => [tile.rowBytes, tile.columnBytes, tile.tileBytes]);
  const parts = ['transform', name, ...strides, `${rows}x${columns}`];
  if (bias) parts.push('bias');
  if (rectify) parts.push('relu');
  return {
    name: parts.join('-'),
    parameters: 6,
    emit: (a, parameters) => emitTransform(a, parameters, shape),
  };
}

interface Emission {
  readonly a: VectorAssembler;
  readonly shape: TransformShape;
  readonly registers: MapRegisters;
  /** Holds a pixel of Y while the bias is added. */
  readonly pixel: Vector;
}

function emitTransform(a: VectorAssembler, parameters: readonly Pointer[], shape: TransformShape): void {
  const [x, y, tiles, constants, scratch, bias] = parameters;
  const registers: MapRegisters = {
    inputs: shape.matrix[0].map(() => a.vector()),
    scratch: [a.vector(), a.vector(), a.vector()],
    splat: a.splat(),
    constants,
  };
  const emission: Emission = { a, shape, registers, pixel: a.vector() };
  const middle = a.pointer();
  a.loop(tiles, () => {
    a.copy(middle, scratch);
    emitColumns(emission, x, middle);
    a.copy(middle, scratch);
    emitRows(emission, middle, y, bias);
  });
}

/** L X, column by column of X, into scratch [rows, q]. */
function emitColumns({ a, shape, registers }: Emission, x: Pointer, middle: Pointer): void {
  const { matrix, from } = shape;
  const size = matrix[0].length;
  const upper = matrix.slice(0, shape.rows);
  a.repeat(size, () => {
    if (from.columnBytes >= scatteredBytes)
      registers.inputs.forEach((_, row) =>
        a.prefetch(x, row * from.rowBytes + tilesAhead * from.tileBytes, 'read'),
      );
    for (let lane = 0; lane < panelColumns; lane += a.lanes) {
      registers.inputs.forEach((input, row) => a.load(input, x, row * from.rowBytes + lane * 4));
      emitLinearMap(a, upper, matrixConstants(matrix), registers, (row, vector) =>
        a.store(vector, middle, row * size * pixelBytes + lane * 4),
      );
    }
    a.advance(x, from.columnBytes);
    a.advance(middle, pixelBytes);
  });
  a.advance(x, from.tileBytes - size * from.columnBytes);
}

/** (L X) Lᵀ, row by row. */
function emitRows(
  { a, shape, registers, pixel }: Emission,
  middle: Pointer,
  y: Pointer,
  bias: Pointer,
): void {
  const { matrix, to } = shape;
  const size = matrix[0].length;
  const upper = matrix.slice(0, shape.columns);
  a.repeat(shape.rows, () => {
    for (let lane = 0; lane < panelColumns; lane += a.lanes) {
      registers.inputs.forEach((input, column) => a.load(input, middle, column * pixelBytes + lane * 4));
      emitLinearMap(a, upper, matrixConstants(matrix), registers, (column, vector) => {
        let result = vector;
        // Not in the vector's own register: that may be an input which other pixels need.
        if (shape.bias) {
          a.load(pixel, bias, lane * 4);
          a.add(pixel, pixel, vector);
          result = pixel;
        }
        if (shape.rectify) {
          a.rectify(pixel, result);
          result = pixel;
        }
        a.store(result, y, column * to.columnBytes + lane * 4);
        if (lane === 0 && to.columnBytes >= scatteredBytes)
          a.prefetch(y, column * to.columnBytes + tilesAhead * to.tileBytes, 'write');
      });
    }
    a.advance(middle, size * pixelBytes);
    a.advance(y, to.rowBytes);
  });
  a.advance(y, to.tileBytes - shape.rows * to.rowBytes);
}
