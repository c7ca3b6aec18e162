/**
 * Max pooling over one plane of 16 channels, forward and backward. Backward adds each output's gradient to the first
 * input of its window that equals the maximum, PyTorch's rule.
 */
import type { KernelSource, Pointer, VectorAssembler } from '../assembler/vector.ts';
import { overTaps, overWindows, spansName, type Span, type WindowOperand } from './spans.ts';
import { panelColumns } from './tile.ts';

export interface PoolShape {
  readonly rows: readonly Span[];
  readonly columns: readonly Span[];
  /** Bytes from a row of the input (and of its gradient) to the next. */
  readonly inLineBytes: number;
  readonly inGradientLineBytes: number;
  readonly outLineBytes: number;
  readonly outGradientLineBytes: number;
  /** Backward also through the ReLU before the pooling: nothing passes where the maximum is 0. */
  readonly rectified: boolean;
}

function poolName(kind: string, { rows, columns, ...others }: PoolShape): string {
  return [kind, spansName(rows), spansName(columns), ...Object.values(others).map(Number)].join('-');
}

/** Parameters: input, output. */
export function maxPoolKernel(shape: PoolShape): KernelSource {
  return { name: poolName('maxPool', shape), parameters: 2, emit: (a, p) => emitMaxPool(a, p, shape) };
}

function emitMaxPool(a: VectorAssembler, [input, output]: readonly Pointer[], shape: PoolShape): void {
  const [largest, other] = [a.vector(), a.vector()];
  const from: WindowOperand = { pointer: input, lineBytes: shape.inLineBytes, per: 'pixel' };
  const to: WindowOperand = { pointer: output, lineBytes: shape.outLineBytes, per: 'window' };
  overWindows(a, shape, [from, to], (row, column) => {
    for (let lane = 0; lane < panelColumns; lane += a.lanes) {
      a.load(largest, input, lane * 4);
      overTaps(a, row, column, [from], ([offset], isFirst) => {
        if (isFirst) return;
        a.load(other, input, offset + lane * 4);
        a.max(largest, other, largest);
      });
      a.store(largest, output, lane * 4);
    }
  });
}

/** Parameters: input, output, output's gradient, input's gradient (zero before). */
export function maxPoolBackwardKernel(shape: PoolShape): KernelSource {
  return {
    name: poolName('maxPoolBackward', shape),
    parameters: 4,
    emit: (a, p) => emitBackward(a, p, shape),
  };
}

function emitBackward(a: VectorAssembler, parameters: readonly Pointer[], shape: PoolShape): void {
  const [input, output, outGradient, inGradient] = parameters;
  const [largest, left, value, sum] = [a.vector(), a.vector(), a.vector(), a.vector()];
  const from: WindowOperand = { pointer: input, lineBytes: shape.inLineBytes, per: 'pixel' };
  const into: WindowOperand = { pointer: inGradient, lineBytes: shape.inGradientLineBytes, per: 'pixel' };
  const chosen: WindowOperand = { pointer: output, lineBytes: shape.outLineBytes, per: 'window' };
  const given: WindowOperand = { pointer: outGradient, lineBytes: shape.outGradientLineBytes, per: 'window' };
  overWindows(a, shape, [from, into, chosen, given], (row, column) => {
    for (let lane = 0; lane < panelColumns; lane += a.lanes) {
      a.load(largest, output, lane * 4);
      a.load(left, outGradient, lane * 4);
      if (shape.rectified) a.keepWherePositive(left, largest, left);
      overTaps(a, row, column, [from, into], ([offset, gradientOffset]) => {
        a.load(value, input, offset + lane * 4);
        a.load(sum, inGradient, gradientOffset + lane * 4);
        a.takeWhereEqual(sum, left, value, largest);
        a.store(sum, inGradient, gradientOffset + lane * 4);
      });
    }
  });
}

export interface AveragePoolShape {
  readonly rows: readonly Span[];
  readonly columns: readonly Span[];
  /** Bytes from a row to the next, of the larger image and of the smaller one. */
  readonly largeLineBytes: number;
  readonly smallLineBytes: number;
}

/** Where the kernels find what they multiply by: 1 / divisor for each pair of a span of rows and one of columns. */
export function averageFactors({ rows, columns }: Pick<AveragePoolShape, 'rows' | 'columns'>): Float32Array {
  return Float32Array.from(
    rows.flatMap((row) => columns.map((column) => 1 / (row.divisor * column.divisor))),
  );
}

/** The mean of each window (`forward`), or its gradient spread over the window. Parameters: large, small, factors. */
export function averagePoolKernel(direction: 'forward' | 'backward', shape: AveragePoolShape): KernelSource {
  const { rows, columns, largeLineBytes, smallLineBytes } = shape;
  const name = [
    'averagePool',
    direction,
    spansName(rows),
    spansName(columns),
    largeLineBytes,
    smallLineBytes,
  ];
  const emit = direction === 'forward' ? emitAverage : emitSpread;
  return { name: name.join('-'), parameters: 3, emit: (a, parameters) => emit(a, parameters, shape) };
}

function averageOperands([large, small]: readonly Pointer[], shape: AveragePoolShape): WindowOperand[] {
  return [
    { pointer: large, lineBytes: shape.largeLineBytes, per: 'pixel' },
    { pointer: small, lineBytes: shape.smallLineBytes, per: 'window' },
  ];
}

function factorBytes({ rows, columns }: AveragePoolShape, row: Span, column: Span): number {
  return (rows.indexOf(row) * columns.length + columns.indexOf(column)) * 4;
}

function emitAverage(a: VectorAssembler, parameters: readonly Pointer[], shape: AveragePoolShape): void {
  const [large, small, factors] = parameters;
  const operands = averageOperands(parameters, shape);
  const [sum, value, factor] = [a.vector(), a.vector(), a.splat()];
  overWindows(a, shape, operands, (row, column) => {
    a.broadcast(factor, factors, factorBytes(shape, row, column));
    for (let lane = 0; lane < panelColumns; lane += a.lanes) {
      a.zero(sum);
      overTaps(a, row, column, operands.slice(0, 1), ([offset]) => {
        a.load(value, large, offset + lane * 4);
        a.add(sum, sum, value);
      });
      a.multiply(sum, sum, factor);
      a.store(sum, small, lane * 4);
    }
  });
}

/** The larger image is zero before. */
function emitSpread(a: VectorAssembler, parameters: readonly Pointer[], shape: AveragePoolShape): void {
  const [large, small, factors] = parameters;
  const operands = averageOperands(parameters, shape);
  const [given, sum, factor] = [a.vector(), a.vector(), a.splat()];
  overWindows(a, shape, operands, (row, column) => {
    a.broadcast(factor, factors, factorBytes(shape, row, column));
    for (let lane = 0; lane < panelColumns; lane += a.lanes) {
      a.load(given, small, lane * 4);
      a.multiply(given, given, factor);
      overTaps(a, row, column, operands.slice(0, 1), ([offset]) => {
        a.load(sum, large, offset + lane * 4);
        a.add(sum, sum, given);
        a.store(sum, large, offset + lane * 4);
      });
    }
  });
}
