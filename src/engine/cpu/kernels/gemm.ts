/**
 * gemm-f32: C[row, 0..15] = start + sum over k of A[row, k] * B[k, 0..15], for tiles of some rows.
 *
 * Rows lie anywhere: a table gives the byte offsets of a row's A and C, so that the same kernel convolves (a row is
 * an output pixel, its A the window under it) and multiplies matrices. Along k, A is `blocks` times `lines` runs of
 * `run` consecutive floats; B is a packed panel, 16 consecutive floats for each k.
 */
import type { KernelSource, Pointer, Splat, Vector, VectorAssembler } from '../assembler/vector.ts';
import { panelColumns, unrolling, vectorsPerRow } from './tile.ts';

const panelStepBytes = panelColumns * 4;
const longestUnroll = 16;

export interface GemmShape {
  readonly rows: number;
  /** Consecutive floats of A in a run. */
  readonly run: number;
  /** Runs in a block, and the bytes from one to the next. */
  readonly lines: number;
  readonly lineBytes: number;
  /** Bytes from a block of A to the next; how many blocks is said at the call. */
  readonly blockBytes: number;
  /** What C starts from: a row of 16 that all rows share, or C itself. */
  readonly start: 'bias' | 'output';
  readonly rectify: boolean;
}

/** Bytes of one row's entry in the table: offset in A, offset in C. */
export const tableEntryBytes = 8;

/** Parameters: table, tiles, panel, bias, A, C, blocks. */
export function gemmKernel(shape: GemmShape): KernelSource {
  const { rows, run, lines, lineBytes, blockBytes, start, rectify } = shape;
  const name = [
    'gemm',
    `${rows}x16`,
    run,
    lines,
    lineBytes,
    blockBytes,
    start,
    rectify ? 'relu' : 'linear',
  ].join('-');
  return { name, parameters: 7, emit: (a, parameters) => emitGemm(a, parameters, shape) };
}

interface Tile {
  readonly accumulators: readonly Vector[];
  readonly b: readonly Vector[];
  readonly splat: Splat;
  readonly aRows: readonly Pointer[];
  readonly cRows: readonly Pointer[];
  readonly panel: Pointer;
}

function times<T>(count: number, make: () => T): T[] {
  return Array.from({ length: count }, make);
}

function emitGemm(a: VectorAssembler, parameters: readonly Pointer[], shape: GemmShape): void {
  const [table, tiles, panel, bias, aBase, cBase, blocks] = parameters;
  const tile: Tile = {
    accumulators: times(shape.rows * vectorsPerRow(a.lanes), () => a.vector()),
    b: times(vectorsPerRow(a.lanes), () => a.vector()),
    splat: a.splat(),
    aRows: times(shape.rows, () => a.pointer()),
    cRows: times(shape.rows, () => a.pointer()),
    panel: a.pointer(),
  };
  const tileColumns = vectorsPerRow(a.lanes) * a.lanes;
  a.loop(tiles, () => {
    for (let column = 0; column < panelColumns; column += tileColumns) {
      for (let row = 0; row < shape.rows; row++) {
        a.loadPointer(tile.aRows[row], table, row * tableEntryBytes);
        a.addPointer(tile.aRows[row], aBase);
        a.loadPointer(tile.cRows[row], table, row * tableEntryBytes + 4);
        a.addPointer(tile.cRows[row], cBase);
      }
      a.copy(tile.panel, panel);
      forEachAccumulator(a, shape.rows, column, (index, row, bytes) => {
        a.load(tile.accumulators[index], shape.start === 'bias' ? bias : tile.cRows[row], bytes);
      });
      a.loop(blocks, () => emitBlock(a, tile, shape, column));
      if (shape.rectify) for (const accumulator of tile.accumulators) a.rectify(accumulator, accumulator);
      forEachAccumulator(a, shape.rows, column, (index, row, bytes) => {
        a.store(tile.accumulators[index], tile.cRows[row], bytes);
      });
    }
    a.advance(table, shape.rows * tableEntryBytes);
  });
}

function forEachAccumulator(
  a: VectorAssembler,
  rows: number,
  column: number,
  visit: (index: number, row: number, bytes: number) => void,
): void {
  const vectors = vectorsPerRow(a.lanes);
  for (let row = 0; row < rows; row++) {
    for (let vector = 0; vector < vectors; vector++) {
      visit(row * vectors + vector, row, (column + vector * a.lanes) * 4);
    }
  }
}

/** One block: all its runs, and the step to the next block. */
function emitBlock(a: VectorAssembler, tile: Tile, shape: GemmShape, column: number): void {
  const { run, lines, lineBytes, blockBytes } = shape;
  const steps = unrolling(run, longestUnroll);
  a.repeat(lines, () => {
    a.repeat(run / steps, () => {
      for (let step = 0; step < steps; step++) emitStep(a, tile, step, column);
      a.advance(tile.panel, steps * panelStepBytes);
      for (const row of tile.aRows) a.advance(row, steps * 4);
    });
    for (const row of tile.aRows) a.advance(row, lineBytes - run * 4);
  });
  for (const row of tile.aRows) a.advance(row, blockBytes - lines * lineBytes);
}

/** One k: a row of B against one float of each row of A. */
function emitStep(a: VectorAssembler, tile: Tile, step: number, column: number): void {
  tile.b.forEach((b, vector) =>
    a.load(b, tile.panel, step * panelStepBytes + (column + vector * a.lanes) * 4),
  );
  tile.aRows.forEach((row, index) => {
    a.broadcast(tile.splat, row, step * 4);
    tile.b.forEach((b, vector) =>
      a.multiplyAdd(tile.accumulators[index * tile.b.length + vector], tile.splat, b),
    );
  });
}
