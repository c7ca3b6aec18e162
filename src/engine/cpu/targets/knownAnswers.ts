/**
 * Kernels of each kind on small operands, and what they must give: checked wherever code is about to be trusted. Sums
 * are compared with float64, what only selects or rounds once with the exact result.
 */
import type { KernelSource } from '../assembler/vector.ts';
import { gemmKernel, tableEntryBytes, type GemmShape } from '../kernels/gemm.ts';
import { lrnConstants, lrnKernel } from '../kernels/localResponseNorm.ts';
import { outerKernel, type OuterShape } from '../kernels/outer.ts';
import { maxPoolBackwardKernel, maxPoolKernel, type PoolShape } from '../kernels/pool.ts';
import { smoothConstants, smoothKernel } from '../kernels/smoothActivations.ts';
import { panelColumns } from '../kernels/tile.ts';
import { sgdConstants, sgdKernel } from '../kernels/updates.ts';
import type { TileRows } from './targets.ts';
import type { Instance } from '../threads/instance.ts';

/** A kernel, how to run it once on what is in the memory, and whether it then was right. */
export interface KnownAnswer {
  readonly source: KernelSource;
  run(instance: Instance): void;
  isRight(floats: Float32Array): boolean;
}

/** Steps along k of the gemm tile, and how often a call computes it: as long as calls usually take. */
export const answerSteps = 256;
export const answerTiles = 16;
const outerPoints = 9;
const pixelBytes = panelColumns * 4;
/** Byte addresses; 128 KiB hold all. */
const places = { table: 0, bias: 2048, constants: 81920, a: 4096, b: 24576, c: 49152, pool: 65536 } as const;
export const answerPages = 2;

/** Runs a kernel on the operands and looks whether it was right. */
export function isRight(answer: KnownAnswer, instance: Instance): boolean {
  answer.run(instance);
  return answer.isRight(instance.floats);
}

/** The first kernel that gives a wrong answer; undefined where all are right. The instance has all of them. */
export function firstWrong(
  answers: readonly KnownAnswer[],
  instance: Instance,
  { tileRows }: TileRows,
): KnownAnswer | undefined {
  writeOperands(instance, tileRows);
  return answers.find((answer) => !isRight(answer, instance));
}

/** Why a target cannot be used, one of whose kernels is wrong. */
export function failedCheck({ source }: KnownAnswer): string {
  const [kind] = source.name.split('-');
  return `failed the known-answer check (${kind})`;
}

/** Writes the operands of all kernels. */
function writeOperands({ floats, words }: Instance, tileRows: number): void {
  for (let entry = 0; entry < answerTiles * tileRows; entry++) {
    const [word, row] = [(places.table + entry * tableEntryBytes) / 4, entry % tileRows];
    words[word] = row * answerSteps * 4;
    words[word + 1] = row * panelColumns * 4;
  }
  fill(floats, places.a, tileRows * answerSteps, (index) => wave(index, 7));
  fill(floats, places.b, panelColumns * answerSteps, (index) => wave(index, 5));
  fill(floats, places.bias, panelColumns, (index) => index);
}

function fill(floats: Float32Array, address: number, count: number, value: (index: number) => number): void {
  for (let index = 0; index < count; index++) floats[address / 4 + index] = value(index);
}

/** Small numbers of changing sign. */
function wave(index: number, period: number): number {
  return ((index % period) - (period - 1) / 2) / period + (index % 11) / 64;
}

/** One for each kind of kernel. */
export function knownAnswers({ tileRows, evenTileRows }: TileRows): readonly KnownAnswer[] {
  return [
    gemmAnswer(tileRows),
    outerAnswer(evenTileRows),
    sgdAnswer(),
    poolAnswer(),
    poolBackwardAnswer(),
    tanhAnswer(),
    lrnAnswer(),
  ];
}

/** The gemm tile, which is timed too. */
export function gemmAnswer(rows: number): KnownAnswer {
  const shape: GemmShape = {
    rows,
    run: 16,
    lines: 1,
    lineBytes: 64,
    blockBytes: 64,
    start: 'bias',
    rectify: false,
  };
  const source = gemmKernel(shape);
  const { table, bias, a, b, c } = places;
  return {
    source,
    run: ({ kernels }) => kernels[source.name](table, answerTiles, b, bias, a, c, answerSteps / shape.run),
    isRight: (floats) =>
      everyElement(rows, (row, column) => {
        let sum = floats[bias / 4 + column];
        for (let k = 0; k < answerSteps; k++)
          sum += floats[a / 4 + row * answerSteps + k] * floats[b / 4 + k * panelColumns + column];
        return isNear(floats[c / 4 + row * panelColumns + column], sum);
      }),
  };
}

function everyElement(rows: number, isRight: (row: number, column: number) => boolean): boolean {
  for (let row = 0; row < rows; row++)
    for (let column = 0; column < panelColumns; column++) if (!isRight(row, column)) return false;
  return true;
}

function isNear(got: number, expected: number): boolean {
  return Math.abs(got - expected) <= 1e-4 * Math.max(1, Math.abs(expected));
}

function outerAnswer(tileRows: number): KnownAnswer {
  const rows = tileRows + 1;
  const shape: OuterShape = {
    rows,
    tileRows,
    points: outerPoints,
    aPointBytes: rows * 4,
    bPointBytes: panelColumns * 4,
    aLineBytes: outerPoints * rows * 4,
    bLineBytes: outerPoints * panelColumns * 4,
    aGroupBytes: rows * 4,
    start: 'zero',
  };
  const source = outerKernel(shape);
  const { a, b, c } = places;
  return {
    source,
    run: ({ kernels }) => kernels[source.name](a, b, c, 2, 1),
    isRight: (floats) =>
      everyElement(rows, (row, column) => {
        let sum = 0;
        for (let point = 0; point < 2 * outerPoints; point++)
          sum += floats[a / 4 + point * rows + row] * floats[b / 4 + point * panelColumns + column];
        return isNear(floats[c / 4 + row * panelColumns + column], sum);
      }),
  };
}

function sgdAnswer(): KnownAnswer {
  const { a: gradient, c: weights, constants } = places;
  const velocity = weights + 4096;
  const sixteens = 3;
  const { weightDecay, momentum, minusLearningRate } = sgdConstants;
  return {
    source: sgdKernel,
    run({ kernels, floats }) {
      floats[(constants + weightDecay) / 4] = 0.5;
      floats[(constants + momentum) / 4] = 0.75;
      floats[(constants + minusLearningRate) / 4] = -0.25;
      fill(floats, weights, sixteens * panelColumns, (index) => index / 8);
      fill(floats, velocity, sixteens * panelColumns, (index) => 3 - index / 16);
      kernels[sgdKernel.name](weights, velocity, gradient, sixteens, constants);
    },
    isRight: (floats) =>
      everyElement(sixteens, (row, column) => {
        const index = row * panelColumns + column;
        const expected = 0.75 * (3 - index / 16) + floats[gradient / 4 + index] + 0.5 * (index / 8);
        const moved = index / 8 - 0.25 * expected;
        return isNear(floats[velocity / 4 + index], expected) && isNear(floats[weights / 4 + index], moved);
      }),
  };
}

/** A pixel of 16 lanes. */
const line = { width: 1, lineBytes: [64, 64] } as const;

function tanhAnswer(): KnownAnswer {
  const source = smoothKernel('tanh', line);
  const { a: x, c: y, constants } = places;
  const value = (lane: number): number => (lane - 7.5) ** 3 / 32;
  return {
    source,
    run({ kernels, floats }) {
      floats.set(smoothConstants(), constants / 4);
      fill(floats, x, panelColumns, value);
      kernels[source.name](x, y, 1, constants, 0);
    },
    isRight: (floats) =>
      everyElement(1, (_, lane) => isNear(floats[y / 4 + lane], Math.tanh(Math.fround(value(lane))))),
  };
}

function lrnAnswer(): KnownAnswer {
  const neighbours = [0, pixelBytes];
  const source = lrnKernel({
    ...line,
    lineBytes: [64, 64, 64],
    scratchPixelBytes: 64,
    neighbours,
    quarters: 3,
  });
  const { a: x, b: squares, c: y, constants } = places;
  return {
    source,
    run({ kernels, floats }) {
      floats.set(lrnConstants(2, 0.25, 0.75), constants / 4);
      fill(floats, x, panelColumns, (lane) => lane - 7);
      fill(floats, squares, 2 * panelColumns, (index) => index ** 2);
      kernels[source.name](x, y, squares, 1, constants);
    },
    isRight: (floats) =>
      everyElement(1, (_, lane) => {
        const scale = 2 + 0.25 * (lane ** 2 + (lane + panelColumns) ** 2);
        return isNear(floats[y / 4 + lane], (lane - 7) / scale ** 0.75);
      }),
  };
}

/** A window of 2 × 2, with NaN and zeros of both signs in it, each value in another place in each lane. */
const windowValues = [NaN, -0, 0, 2, -1, 2, Infinity, 1, -Infinity, -0, -2, 0.5, 0, -0.5, 2, -3];
const poolShape: PoolShape = {
  rows: [{ first: 0, taps: 2, divisor: 2, step: 0, count: 1 }],
  columns: [{ first: 0, taps: 2, divisor: 2, step: 0, count: 1 }],
  inLineBytes: 2 * pixelBytes,
  inGradientLineBytes: 2 * pixelBytes,
  outLineBytes: pixelBytes,
  outGradientLineBytes: pixelBytes,
  rectified: true,
};
const pool = {
  input: places.pool,
  output: places.pool + 4 * pixelBytes,
  outGradient: places.pool + 5 * pixelBytes,
  inGradient: places.pool + 6 * pixelBytes,
} as const;

function windowValue(tap: number, lane: number): number {
  return windowValues[(tap * 5 + lane) % windowValues.length];
}

/** As `max` of the vector assembler, tap by tap: the earlier one stays where neither is the larger. */
function largestOf(lane: number): number {
  let largest = windowValue(0, lane);
  for (let tap = 1; tap < 4; tap++) {
    const other = windowValue(tap, lane);
    largest = other < largest ? largest : other;
  }
  return largest;
}

function writeWindow(floats: Float32Array): void {
  fill(floats, pool.input, 4 * panelColumns, (index) =>
    windowValue(Math.floor(index / panelColumns), index % panelColumns),
  );
  fill(floats, pool.outGradient, panelColumns, (lane) => lane + 1);
  fill(floats, pool.inGradient, 4 * panelColumns, () => 0);
}

function poolAnswer(): KnownAnswer {
  const source = maxPoolKernel(poolShape);
  return {
    source,
    run({ kernels, floats }) {
      writeWindow(floats);
      kernels[source.name](pool.input, pool.output);
    },
    isRight: (floats) =>
      everyElement(1, (_, lane) => Object.is(floats[pool.output / 4 + lane], largestOf(lane))),
  };
}

function poolBackwardAnswer(): KnownAnswer {
  const source = maxPoolBackwardKernel(poolShape);
  return {
    source,
    run({ kernels, floats }) {
      writeWindow(floats);
      fill(floats, pool.output, panelColumns, largestOf);
      kernels[source.name](pool.input, pool.output, pool.outGradient, pool.inGradient);
    },
    isRight: (floats) =>
      everyElement(4, (tap, lane) => {
        const largest = largestOf(lane);
        const first = [0, 1, 2, 3].findIndex((one) => windowValue(one, lane) === largest);
        const expected = largest > 0 && tap === first ? lane + 1 : 0;
        return Object.is(floats[pool.inGradient / 4 + tap * panelColumns + lane], expected);
      }),
  };
}
