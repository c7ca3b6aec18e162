/**
 * product-f32: C[row, 0..15] = start + sum over k of A[row, k] * B[k, 0..15], where the rows of A, its steps along k and
 * the rows of C lie at constant distances, unlike in the gemm kernel, whose rows lie anywhere.
 */
import type { KernelSource, Pointer, VectorAssembler } from '../assembler/vector.ts';
import { panelColumns, vectorsPerRow } from './tile.ts';

const rowBytes = panelColumns * 4;

export interface ProductShape {
  /** Rows of a group, in tiles. */
  readonly tiles: readonly number[];
  /** Steps along k in a block: unrolled. */
  readonly steps: number;
  /** Bytes in A from a row, a step, a block and a group to the next. */
  readonly aRowBytes: number;
  readonly aStepBytes: number;
  readonly aBlockBytes: number;
  readonly aGroupBytes: number;
  readonly start: 'zero' | 'output';
}

/** Parameters: A, B (its rows follow each other), C (so do its), groups, blocks. */
export function productKernel(shape: ProductShape): KernelSource {
  const { tiles, steps, aRowBytes, aStepBytes, aBlockBytes, aGroupBytes, start } = shape;
  const strides = [aRowBytes, aStepBytes, aBlockBytes, aGroupBytes];
  const name = ['product', `${tiles.join('+')}x16`, steps, ...strides, start].join('-');
  return { name, parameters: 5, emit: (a, parameters) => emitProduct(a, parameters, shape) };
}

function emitProduct(a: VectorAssembler, parameters: readonly Pointer[], shape: ProductShape): void {
  const [aGroup, b, c, groups, blocks] = parameters;
  const aTile = a.pointer();
  const registers = productRegisters(a, Math.max(...shape.tiles));
  a.loop(groups, () => {
    a.copy(aTile, aGroup);
    for (const rows of shape.tiles) {
      emitTile(a, shape, rows, registers, { aTile, b, c, blocks });
      a.advance(aTile, rows * shape.aRowBytes);
      a.advance(c, rows * rowBytes);
    }
    a.advance(aGroup, shape.aGroupBytes);
  });
}

function productRegisters(a: VectorAssembler, rows: number) {
  return {
    accumulators: Array.from({ length: rows * vectorsPerRow(a.lanes) }, () => a.vector()),
    bVectors: Array.from({ length: vectorsPerRow(a.lanes) }, () => a.vector()),
    splat: a.splat(),
    aBlock: a.pointer(),
    bBlock: a.pointer(),
  };
}

function emitTile(
  a: VectorAssembler,
  shape: ProductShape,
  rows: number,
  registers: ReturnType<typeof productRegisters>,
  at: Readonly<Record<'aTile' | 'b' | 'c' | 'blocks', Pointer>>,
): void {
  const { aBlock, bBlock } = registers;
  const vectors = vectorsPerRow(a.lanes);
  const accumulators = registers.accumulators.slice(0, rows * vectors);
  const bytesOf = (index: number, column: number): number =>
    Math.floor(index / vectors) * rowBytes + (column + (index % vectors) * a.lanes) * 4;
  for (let column = 0; column < panelColumns; column += vectors * a.lanes) {
    accumulators.forEach((accumulator, index) => {
      if (shape.start === 'zero') a.zero(accumulator);
      else a.load(accumulator, at.c, bytesOf(index, column));
    });
    a.copy(aBlock, at.aTile);
    a.copy(bBlock, at.b);
    a.loop(at.blocks, () => {
      emitSteps(a, shape, rows, registers, column);
      a.advance(aBlock, shape.aBlockBytes);
      a.advance(bBlock, shape.steps * rowBytes);
    });
    accumulators.forEach((accumulator, index) => a.store(accumulator, at.c, bytesOf(index, column)));
  }
}

/** One block of k, unrolled. */
function emitSteps(
  a: VectorAssembler,
  shape: ProductShape,
  rows: number,
  { accumulators, bVectors, splat, aBlock, bBlock }: ReturnType<typeof productRegisters>,
  column: number,
): void {
  for (let step = 0; step < shape.steps; step++) {
    bVectors.forEach((vector, index) =>
      a.load(vector, bBlock, step * rowBytes + (column + index * a.lanes) * 4),
    );
    for (let row = 0; row < rows; row++) {
      a.broadcast(splat, aBlock, row * shape.aRowBytes + step * shape.aStepBytes);
      bVectors.forEach((vector, index) =>
        a.multiplyAdd(accumulators[row * bVectors.length + index], splat, vector),
      );
    }
  }
}
