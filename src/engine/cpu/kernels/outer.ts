/**
 * outer-f32: C[row, 0..15] += sum over p of A[p, row] * B[p, 0..15], the gradient of weights: p runs over pixels
 * (or images), rows over the inputs under one kernel row.
 *
 * For each of `groups` groups, `rows` consecutive floats of A at every p are the rows, in tiles of at most `tileRows`. p runs
 * over `lines` lines of `points` points.
 */
import type { KernelSource, Pointer, VectorAssembler } from '../assembler/vector.ts';
import { evenTiles, panelColumns, unrolling, vectorsPerRow } from './tile.ts';

const rowBytes = panelColumns * 4;
const longestUnroll = 13;

export interface OuterShape {
  /** Consecutive floats of A that make the rows of C. */
  readonly rows: number;
  /** The most rows of a tile; tiles are about equal. */
  readonly tileRows: number;
  /** Points of a line, and the bytes between them in A and B. */
  readonly points: number;
  readonly aPointBytes: number;
  readonly bPointBytes: number;
  /** Bytes from a line to the next. */
  readonly aLineBytes: number;
  readonly bLineBytes: number;
  /** Bytes in A from a group to the next; in C groups follow each other. */
  readonly aGroupBytes: number;
  /** Whether C is added to, or starts from zero. */
  readonly start: 'output' | 'zero';
}

/** Parameters: A, B, C, lines, groups. */
export function outerKernel(shape: OuterShape): KernelSource {
  const { rows, tileRows, points, aPointBytes, bPointBytes, aLineBytes, bLineBytes, aGroupBytes, start } =
    shape;
  const name = [
    'outer',
    rows,
    tileRows,
    points,
    aPointBytes,
    bPointBytes,
    aLineBytes,
    bLineBytes,
    aGroupBytes,
    start,
  ].join('-');
  return { name, parameters: 5, emit: (a, parameters) => emitOuter(a, parameters, shape) };
}

function emitOuter(a: VectorAssembler, parameters: readonly Pointer[], shape: OuterShape): void {
  const [aGroup, b, c, lines, groups] = parameters;
  const aTile = a.pointer();
  const tiles = evenTiles(shape.rows, shape.tileRows);
  const tile = (rows: number): void => {
    emitTile(a, shape, rows, aTile, b, c, lines);
    a.advance(aTile, rows * 4);
    a.advance(c, rows * rowBytes);
  };
  a.loop(groups, () => {
    a.copy(aTile, aGroup);
    for (const rows of new Set(tiles)) a.repeat(tiles.filter((one) => one === rows).length, () => tile(rows));
    a.advance(aGroup, shape.aGroupBytes);
  });
}

function emitTile(
  a: VectorAssembler,
  shape: OuterShape,
  rows: number,
  aTile: Pointer,
  b: Pointer,
  c: Pointer,
  lines: Pointer,
): void {
  const vectors = vectorsPerRow(a.lanes);
  const accumulators = Array.from({ length: rows * vectors }, () => a.vector());
  const bVectors = Array.from({ length: vectors }, () => a.vector());
  const splat = a.splat();
  const [aPoint, bPoint] = [a.pointer(), a.pointer()];
  const steps = unrolling(shape.points, longestUnroll);
  const bytesOf = (index: number, column: number): number =>
    Math.floor(index / vectors) * rowBytes + (column + (index % vectors) * a.lanes) * 4;

  for (let column = 0; column < panelColumns; column += vectors * a.lanes) {
    accumulators.forEach((accumulator, index) => {
      if (shape.start === 'zero') a.zero(accumulator);
      else a.load(accumulator, c, bytesOf(index, column));
    });
    a.copy(aPoint, aTile);
    a.copy(bPoint, b);
    a.loop(lines, () => {
      a.repeat(shape.points / steps, () => {
        for (let step = 0; step < steps; step++) {
          bVectors.forEach((vector, index) =>
            a.load(vector, bPoint, step * shape.bPointBytes + (column + index * a.lanes) * 4),
          );
          for (let row = 0; row < rows; row++) {
            a.broadcast(splat, aPoint, step * shape.aPointBytes + row * 4);
            bVectors.forEach((vector, index) =>
              a.multiplyAdd(accumulators[row * vectors + index], splat, vector),
            );
          }
        }
        a.advance(aPoint, steps * shape.aPointBytes);
        a.advance(bPoint, steps * shape.bPointBytes);
      });
      a.advance(aPoint, shape.aLineBytes - shape.points * shape.aPointBytes);
      a.advance(bPoint, shape.bLineBytes - shape.points * shape.bPointBytes);
    });
    accumulators.forEach((accumulator, index) => a.store(accumulator, c, bytesOf(index, column)));
  }
}
