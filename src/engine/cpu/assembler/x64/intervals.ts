/** How long a register's value is needed: from its first to its last use, and to the end of a loop that it lives into. */
import { type Instruction, type RegisterUse } from './instructions.ts';

export interface Interval {
  readonly register: number;
  /** Indices of instructions, both included; a parameter begins at -1. */
  readonly start: number;
  end: number;
  /** Uses, those in loops counted as if each loop ran some times. */
  weight: number;
}

interface Loop {
  readonly start: number;
  readonly end: number;
}

/** How often a loop is taken to run where that decides who has a register. */
const usualTimes = 8;

/**
 * The intervals of the registers that `usesOf` gives, in order of their beginnings. `given` of them hold values from
 * the first. Throws when a register is read before it is written.
 */
export function liveIntervals(
  instructions: readonly Instruction[],
  usesOf: (instruction: Instruction) => readonly RegisterUse[],
  given = 0,
): Interval[] {
  const intervals = new Map<number, Interval>();
  for (let register = 0; register < given; register++)
    intervals.set(register, { register, start: -1, end: -1, weight: 0 });
  const { loops, depths } = findLoops(instructions);
  instructions.forEach((instruction, index) => {
    for (const { register, reads } of usesOf(instruction)) {
      let interval = intervals.get(register);
      if (!interval) {
        if (reads) throw new Error(`register ${register} is read before it is written`);
        intervals.set(register, (interval = { register, start: index, end: index, weight: 0 }));
      }
      interval.end = index;
      interval.weight += usualTimes ** depths[index];
    }
  });
  // Inner loops end first, so that what lives to their end is seen to live into the outer one.
  for (const loop of loops) for (const interval of intervals.values()) extend(interval, loop);
  return [...intervals.values()];
}

function extend(interval: Interval, loop: Loop): void {
  if (interval.start < loop.start && interval.end > loop.start && interval.end < loop.end)
    interval.end = loop.end;
}

/** Loops in order of their ends, and the number of loops around each instruction. */
function findLoops(instructions: readonly Instruction[]): { loops: Loop[]; depths: number[] } {
  const loops: Loop[] = [];
  const open: number[] = [];
  const depths = instructions.map(({ kind }, index) => {
    const depth = open.length;
    if (kind === 'repeatStart' || kind === 'loopStart') open.push(index);
    if (kind === 'loopEnd') loops.push({ start: open.pop()!, end: index });
    return depth;
  });
  return { loops, depths };
}
