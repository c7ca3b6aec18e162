import type { Program } from '../engine/engine.ts';

/** Does something with the averages in the weights' place, where the program keeps averages. */
export async function withAverages<T>(program: Program, use: () => Promise<T>): Promise<T> {
  if (!program.states.has('average')) return use();
  program.swapAverages();
  try {
    return await use();
  } finally {
    program.swapAverages();
  }
}
