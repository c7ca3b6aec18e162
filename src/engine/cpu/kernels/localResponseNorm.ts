/**
 * Local response normalisation, y = x / s^beta with s = k + a * (sum of squares in a window). The squares of a stretch
 * of pixels are first laid out in scratch memory with zeros around them, where every neighbour is at a constant
 * distance, in channels or in pixels.
 */
import type { KernelSource, Pointer, Vector, VectorAssembler } from '../assembler/vector.ts';
import { overLines } from './elementwise.ts';
import { panelColumns } from './tile.ts';

const rowBytes = panelColumns * 4;

/** Lines of an image beside those of the scratch memory. */
export interface LrnShape {
  readonly width: number;
  /** Bytes from a line to the next in the operands, in their order; of scratch memory last. */
  readonly lineBytes: readonly number[];
  /** Bytes from a pixel to the next in scratch memory; in images they are 16 floats apart. */
  readonly scratchPixelBytes: number;
  /** Byte distances of the neighbours in scratch memory, the pixel's own 0 among them. */
  readonly neighbours: readonly number[];
  /** 4 * beta */
  readonly quarters: number;
}

const rows = { k: 0, scale: 1, one: 2, slope: 3 } as const;

/** k, a, 1 and -2 * a * beta, each in 16 lanes. */
export function lrnConstants(k: number, scale: number, beta: number): Float32Array {
  const values = [k, scale, 1, -2 * scale * beta];
  return Float32Array.from(values.flatMap((value) => Array<number>(panelColumns).fill(value)));
}

function lrnName(
  kind: string,
  { width, lineBytes, scratchPixelBytes, neighbours, quarters }: LrnShape,
): string {
  return [kind, width, ...lineBytes, scratchPixelBytes, neighbours.join('_'), quarters].join('-');
}

/** Scratch memory = x². Parameters: x, scratch, lines. */
export function squaresKernel(shape: LrnShape): KernelSource {
  return {
    name: lrnName('squares', shape),
    parameters: 3,
    emit(a, [x, scratch, lines]) {
      const value = a.vector();
      overBoth(a, shape, [x], [scratch], lines, () => {
        for (let lane = 0; lane < panelColumns; lane += a.lanes) {
          a.load(value, x, lane * 4);
          a.product(value, value, value);
          a.store(value, scratch, lane * 4);
        }
      });
    },
  };
}

/** Loops over lines and pixels that move images by 16 floats and scratch memory by its own distance. */
function overBoth(
  a: VectorAssembler,
  { width, lineBytes, scratchPixelBytes }: LrnShape,
  images: readonly Pointer[],
  scratch: readonly Pointer[],
  lines: Pointer,
  body: () => void,
): void {
  const scratchLine = lineBytes.at(-1)! - width * (scratchPixelBytes - rowBytes);
  const distances = [...images.map((_, index) => lineBytes[index]), ...scratch.map(() => scratchLine)];
  overLines(a, { width, lineBytes: distances }, [...images, ...scratch], lines, () => {
    body();
    for (const pointer of scratch) a.advance(pointer, scratchPixelBytes - rowBytes);
  });
}

interface Registers {
  readonly sum: Vector;
  readonly other: Vector;
  readonly power: Vector;
}

/** sum = s at the scratch memory's place, and power = s^beta. */
function emitPower(
  a: VectorAssembler,
  { neighbours, quarters }: LrnShape,
  { sum, other, power }: Registers,
  scratch: Pointer,
  constants: Pointer,
  lane: number,
): void {
  sumNeighbours(a, neighbours, { sum, other }, scratch, lane);
  a.load(other, constants, rows.scale * rowBytes + lane * 4);
  a.product(sum, sum, other);
  a.load(other, constants, rows.k * rowBytes + lane * 4);
  a.add(sum, sum, other);
  a.load(power, constants, rows.one * rowBytes + lane * 4);
  for (let whole = 0; whole < Math.floor(quarters / 4); whole++) a.product(power, power, sum);
  if (quarters % 4 === 0) return;
  a.squareRoot(other, sum);
  if (quarters % 4 >= 2) a.product(power, power, other);
  if (quarters % 2 === 0) return;
  a.squareRoot(other, other);
  a.product(power, power, other);
}

function sumNeighbours(
  a: VectorAssembler,
  neighbours: readonly number[],
  { sum, other }: Pick<Registers, 'sum' | 'other'>,
  scratch: Pointer,
  lane: number,
): void {
  // Scratch pointers stand at the first neighbour, for offsets are never under 0.
  const [first, ...others] = neighbours.map((distance) => distance - neighbours[0]);
  a.load(sum, scratch, first + lane * 4);
  for (const distance of others) {
    a.load(other, scratch, distance + lane * 4);
    a.add(sum, sum, other);
  }
}

/** y of x and the squares. Parameters: x, y, squares (from their first neighbour), lines, constants. */
export function lrnKernel(shape: LrnShape): KernelSource {
  return {
    name: lrnName('lrn', shape),
    parameters: 5,
    emit(a, [x, y, squares, lines, constants]) {
      const registers = { sum: a.vector(), other: a.vector(), power: a.vector() };
      overBoth(a, shape, [x, y], [squares], lines, () => {
        for (let lane = 0; lane < panelColumns; lane += a.lanes) {
          emitPower(a, shape, registers, squares, constants, lane);
          a.load(registers.other, x, lane * 4);
          a.divide(registers.other, registers.other, registers.power);
          a.store(registers.other, y, lane * 4);
        }
      });
    },
  };
}

/**
 * The first half of the way back: dx = dy / s^beta, and terms = dy * x / s^(beta + 1). Parameters: x, dy, dx, squares
 * (from their first neighbour), terms, lines, constants.
 */
export function lrnTermsKernel(shape: LrnShape): KernelSource {
  return {
    name: lrnName('lrnTerms', shape),
    parameters: 7,
    emit(a, [x, outGradient, inGradient, squares, terms, lines, constants]) {
      const registers = { sum: a.vector(), other: a.vector(), power: a.vector() };
      const { sum, other, power } = registers;
      overBoth(a, shape, [x, outGradient, inGradient], [squares, terms], lines, () => {
        for (let lane = 0; lane < panelColumns; lane += a.lanes) {
          emitPower(a, shape, registers, squares, constants, lane);
          a.load(other, outGradient, lane * 4);
          a.divide(power, other, power);
          a.store(power, inGradient, lane * 4);
          a.load(other, x, lane * 4);
          a.product(power, power, other);
          a.divide(power, power, sum);
          a.store(power, terms, lane * 4);
        }
      });
    },
  };
}

/**
 * The second half: dx -= 2 * a * beta * x * (sum of terms over the pixels whose windows hold this one). Parameters: x, dx,
 * terms (from their first neighbour), lines, constants.
 */
export function lrnGradientKernel(shape: LrnShape): KernelSource {
  return {
    name: lrnName('lrnGradient', shape),
    parameters: 5,
    emit(a, [x, inGradient, terms, lines, constants]) {
      const [sum, other] = [a.vector(), a.vector()];
      overBoth(a, shape, [x, inGradient], [terms], lines, () => {
        for (let lane = 0; lane < panelColumns; lane += a.lanes) {
          sumNeighbours(a, shape.neighbours, { sum, other }, terms, lane);
          a.load(other, constants, rows.slope * rowBytes + lane * 4);
          a.product(sum, sum, other);
          a.load(other, x, lane * 4);
          a.product(sum, sum, other);
          a.load(other, inGradient, lane * 4);
          a.add(sum, sum, other);
          a.store(sum, inGradient, lane * 4);
        }
      });
    },
  };
}
