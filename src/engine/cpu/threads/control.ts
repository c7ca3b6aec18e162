/** The first words of the engine's memory: what the threads are asked to do, and how they wait for each other. */

/** Indices of 32-bit words. */
export const controlWords = {
  /** Grows by one with each command. */
  command: 0,
  /** Threads that have arrived at the barrier, and the number of the barrier. */
  arrived: 1,
  generation: 2,
  /** Grows by one when a command is done. */
  done: 3,
  /** The phases to run: a sum of `phases`. */
  phases: 4,
  count: 5,
  slot: 6,
  /** 1 in training mode; then the seed's two words and the step. */
  training: 7,
  seedLow: 8,
  seedHigh: 9,
  step: 10,
  /** Which of the contract's sgdForms. */
  form: 11,
} as const;

/** Byte addresses after the words. */
export const controlAddresses = {
  /** float64: the mean loss of the batch; label smoothing, and the images that gradients are the mean of. */
  loss: 320,
  labelSmoothing: 328,
  images: 336,
  /** float32: what kernels/updates.ts has as sumConstants and averageConstants. */
  gradientSum: 384,
  average: 448,
  end: 1024,
} as const;

/** Parts of a step, in the order in which they run. */
export const phases = { prepare: 1, repack: 2, forward: 4, backward: 8, update: 16, average: 32 } as const;

export type Phase = keyof typeof phases;

export const phaseOrder: readonly Phase[] = ['prepare', 'repack', 'forward', 'backward', 'update', 'average'];

const spins = 4000;

/** Waits until all threads are here. The last one to come lets the others go. */
export function barrier(words: Int32Array, threads: number): void {
  if (threads === 1) return;
  const generation = Atomics.load(words, controlWords.generation);
  if (Atomics.add(words, controlWords.arrived, 1) === threads - 1) {
    Atomics.store(words, controlWords.arrived, 0);
    Atomics.add(words, controlWords.generation, 1);
    Atomics.notify(words, controlWords.generation);
    return;
  }
  for (let spin = 0; spin < spins; spin++) {
    if (Atomics.load(words, controlWords.generation) !== generation) return;
  }
  while (Atomics.load(words, controlWords.generation) === generation) {
    Atomics.wait(words, controlWords.generation, generation);
  }
}

/** The part [begin, end) of `total` units that falls to a thread. */
export function share(total: number, thread: number, threads: number): [begin: number, end: number] {
  return [Math.floor((total * thread) / threads), Math.floor((total * (thread + 1)) / threads)];
}
