/**
 * Emits y = L x for a small constant matrix L, where each x and y is a vector of the assembler. Entries of ±1 are
 * added, and rows or columns that differ in signs alone share their sums, as many of Winograd's do.
 */
import type { Pointer, Splat, Vector, VectorAssembler } from '../assembler/vector.ts';

export type Matrix = readonly (readonly number[])[];

/** The entries that are neither 0 nor ±1, with both signs, each once: what a kernel finds in memory, in this order. */
export function matrixConstants(matrix: Matrix): number[] {
  const multipliers = matrix.flat().filter((value) => value !== 0 && Math.abs(value) !== 1);
  return [...new Set(multipliers.flatMap((value) => [value, -value]))];
}

/** Registers and constants for one map. */
export interface MapRegisters {
  /** One for each column. */
  readonly inputs: readonly Vector[];
  /** Three more. */
  readonly scratch: readonly [Vector, Vector, Vector];
  readonly splat: Splat;
  /** Where the constants lie, as consecutive floats. */
  readonly constants: Pointer;
}

interface Term {
  readonly coefficient: number;
  readonly vector: Vector;
}

type Output = (row: number, vector: Vector) => void;

/**
 * The inputs are loaded, and do not survive; `constants` has every multiplier of the matrix. `output` is called once
 * for each row, with the register that holds it, which it may not change.
 */
export function emitLinearMap(
  a: VectorAssembler,
  matrix: Matrix,
  constants: readonly number[],
  registers: MapRegisters,
  output: Output,
): void {
  const sum = (to: Vector, terms: readonly Term[]): Vector =>
    emitSum(a, to, terms, (coefficient) => {
      a.broadcast(registers.splat, registers.constants, constants.indexOf(coefficient) * 4);
      return registers.splat;
    });
  const { columns, rows, free } = shareColumns(a, matrix, registers);
  const termsOf = (row: readonly number[]): Term[] =>
    row.flatMap((coefficient, column) =>
      coefficient === 0 ? [] : [{ coefficient, vector: columns[column] }],
    );
  const [left, right, both] = free;
  const done = new Set<number>();
  rows.forEach((row, index) => {
    if (done.has(index)) return;
    const partner = rows.findIndex((other, at) => at > index && differInSigns(row, other));
    if (partner < 0) return output(index, sum(left, termsOf(row)));
    done.add(partner);
    const agrees = row.map((value, column) => value === rows[partner][column]);
    const same = sum(left, termsOf(row.map((value, column) => (agrees[column] ? value : 0))));
    const opposite = sum(right, termsOf(row.map((value, column) => (agrees[column] ? 0 : value))));
    a.add(both, same, opposite);
    output(index, both);
    a.subtract(both, same, opposite);
    output(partner, both);
  });
}

/** Whether two lists have the same sizes, some with the same sign and some with opposite ones. */
function differInSigns(a: readonly number[], b: readonly number[]): boolean {
  return (
    a.every((value, index) => Math.abs(value) === Math.abs(b[index])) &&
    a.some((value, index) => value !== 0 && value === b[index]) &&
    a.some((value, index) => value !== 0 && value === -b[index])
  );
}

interface SharedColumns {
  readonly columns: readonly Vector[];
  readonly rows: readonly (readonly number[])[];
  readonly free: readonly [Vector, Vector, Vector];
}

/** Puts x1 + x2 and x1 - x2 in the place of x1 and x2 where every row takes one of the two. */
function shareColumns(a: VectorAssembler, matrix: Matrix, registers: MapRegisters): SharedColumns {
  const columns = [...registers.inputs];
  const rows = matrix.map((row) => [...row]);
  let [spare, ...others] = registers.scratch;
  const shared = new Set<number>();
  for (let first = 0; first < columns.length; first++) {
    const second = columns.findIndex(
      (_, at) =>
        at > first &&
        !shared.has(first) &&
        !shared.has(at) &&
        differInSigns(
          rows.map((row) => row[first]),
          rows.map((row) => row[at]),
        ),
    );
    if (second < 0) continue;
    shared.add(first).add(second);
    a.add(spare, columns[first], columns[second]);
    a.subtract(columns[second], columns[first], columns[second]);
    [spare, columns[first]] = [columns[first], spare];
    for (const row of rows) {
      const [sum, difference] = row[first] === row[second] ? [row[first], 0] : [0, row[first]];
      [row[first], row[second]] = [sum, difference];
    }
  }
  return { columns, rows, free: [spare, ...others] };
}

/** The register that holds the sum: `to`, or a term's own where there is nothing to do. */
function emitSum(
  a: VectorAssembler,
  to: Vector,
  terms: readonly Term[],
  splatOf: (coefficient: number) => Splat,
): Vector {
  const multiplied = terms.filter(({ coefficient }) => Math.abs(coefficient) !== 1);
  const plus = terms.filter(({ coefficient }) => coefficient === 1);
  const minus = terms.filter(({ coefficient }) => coefficient === -1);
  if (plus.length === 1 && terms.length === 1) return plus[0].vector;
  // What the sum starts from: a product, a term, or nothing.
  let started: Vector | undefined;
  multiplied.forEach(({ coefficient, vector }, index) => {
    const splat = splatOf(coefficient);
    if (index === 0) a.multiply(to, vector, splat);
    else a.multiplyAdd(to, splat, vector);
    started = to;
  });
  for (const { vector } of plus) {
    if (started !== undefined) a.add(to, started, vector);
    started = started === undefined ? vector : to;
  }
  for (const { vector } of minus) {
    if (started === undefined) a.zero(to);
    a.subtract(to, started ?? to, vector);
    started = to;
  }
  if (started === undefined) a.zero(to);
  return started ?? to;
}
