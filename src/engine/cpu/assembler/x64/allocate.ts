/** Gives registers of the processor to those of a recording. */
import type { Interval } from './intervals.ts';
import type { Register } from './operands.ts';

/**
 * A vector register for each interval. Intervals that do not overlap may share one. Throws when there are too few:
 * vectors are never put into memory, so a kernel has to be written to fit.
 */
export function allocateVectors(intervals: readonly Interval[], count: number): Map<number, Register> {
  const places = new Map<number, Register>();
  const busyUntil = Array<number>(count).fill(-Infinity);
  for (const { register, start, end } of intervals.toSorted((a, b) => a.start - b.start)) {
    const free = busyUntil.findIndex((until) => until < start);
    if (free < 0) {
      const needed = mostAtOnce(intervals);
      throw new Error(`${needed} vectors are in use at once, and there are ${count} registers`);
    }
    busyUntil[free] = end;
    places.set(register, free);
  }
  return places;
}

function mostAtOnce(intervals: readonly Interval[]): number {
  const overlapping = intervals.map(
    ({ start }) => intervals.filter((other) => other.start <= start && start <= other.end).length,
  );
  return Math.max(...overlapping);
}

/** Where a pointer is: in a register, or in a slot of the stack. */
export type Place =
  | { readonly kind: 'register'; readonly register: Register }
  | { readonly kind: 'slot'; readonly slot: number };

/** Registers, the first ones first, for the pointers that are used most, and slots for the others. */
export function allocatePointers(
  intervals: readonly Interval[],
  registers: readonly Register[],
): { readonly places: ReadonlyMap<number, Place>; readonly slots: number } {
  const places = new Map<number, Place>();
  const taken = new Map<Register, Interval[]>(registers.map((register) => [register, []]));
  let slots = 0;
  for (const interval of intervals.toSorted((a, b) => b.weight - a.weight)) {
    const free = registers.find((register) =>
      taken.get(register)!.every((other) => other.end < interval.start || interval.end < other.start),
    );
    if (free === undefined) {
      places.set(interval.register, { kind: 'slot', slot: slots++ });
    } else {
      taken.get(free)!.push(interval);
      places.set(interval.register, { kind: 'register', register: free });
    }
  }
  return { places, slots };
}
