/** Runs steps until they take what they will go on to take: V8 optimises what it runs over the first of them. */

interface Enough {
  readonly steps: number;
  readonly milliseconds: number;
}

const warmUp: Enough = { steps: 12, milliseconds: 1000 };
const counted: Enough = { steps: 12, milliseconds: 600 };

/** Calls `step` with the number of each step, and `read` after it; returns what was read after those that count. */
export async function steadySteps<T>(
  step: (number: number) => Promise<unknown>,
  read: (milliseconds: number) => T,
): Promise<T[]> {
  let number = 0;
  const take = async ({ steps, milliseconds }: Enough): Promise<T[]> => {
    const taken: T[] = [];
    const begin = performance.now();
    while (taken.length < steps || performance.now() - begin < milliseconds) {
      const start = performance.now();
      await step(number++);
      taken.push(read(performance.now() - start));
    }
    return taken;
  };
  await take(warmUp);
  return take(counted);
}
