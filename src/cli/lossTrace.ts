/** The course of a loss in few values: means of equally many steps, so that all of a training can be seen at once. */
export interface LossTrace {
  /** Adds the loss of a step. */
  add(loss: number): void;
  /** Steps so far. */
  readonly steps: number;
  /** Means from the first step on, at most as many as asked for; the last may be of fewer steps than the others. */
  values(): number[];
}

/** A trace of at most `most` values, an even number: when they are full, each two become one. */
export function createLossTrace(most: number): LossTrace {
  let sums: number[] = [];
  let stepsEach = 1;
  let steps = 0;
  return {
    add(loss) {
      if (steps === most * stepsEach) {
        sums = Array.from({ length: most / 2 }, (_, i) => sums[2 * i]! + sums[2 * i + 1]!);
        stepsEach *= 2;
      }
      const at = Math.floor(steps / stepsEach);
      sums[at] = (sums[at] ?? 0) + loss;
      steps++;
    },
    get steps() {
      return steps;
    },
    values: () => sums.map((sum, i) => sum / Math.min(stepsEach, steps - i * stepsEach)),
  };
}
