/**
 * Batches of a data set, transformed ahead of the engine and written where it reads them, whoever fills them. The order
 * depends on the seed and the epoch alone, not on threads.
 */
import type { ImageBuffer } from '../engine/engine.ts';
import { alexnetError } from '../errors.ts';
import { permutation } from '../random/permutation.ts';
import { checkWhole } from './checkValues.ts';
import { channels, type ImageSize } from './image.ts';
import type { BadImage, BadPlace, BatchFill } from './loaderFill.ts';
import { closeGaps } from './loaderGaps.ts';

/** Puts images where the engine reads them. */
export interface Fillers {
  /**
   * Puts these images into input `slot`; resolved when all are there, to those that cannot be used, by place. Rejects
   * with ALEX_DATA_LOADER.
   */
  fill(batch: BatchFill): Promise<readonly BadPlace[]>;
  /** Ends the threads; fills under way reject. */
  close(): Promise<void>;
}

export interface BatchOptions {
  /** Labels of a data set's images, and how many there are. */
  readonly dataset: { readonly length: number; readonly labels: Uint8Array | Uint16Array };
  /** The images of the data set that are taken. Default: all. */
  readonly indices?: Uint32Array | undefined;
  /** The engine's input buffers, such as program.inputs; at most as many batches are ahead. */
  readonly inputs: readonly ImageBuffer[];
  readonly batchSize: number;
  /** Another order in every epoch, from `seed`; else the data set's order. */
  readonly shuffle: boolean;
  /** Of the order and of random transforms. */
  readonly seed: number;
  /**
   * Images in files that cannot be used: `refuse` ends the pass with ALEX_DATA_BAD_IMAGES, `skip` leaves them out of
   * their batch. Default refuse.
   */
  readonly onBadImage?: BadImagePolicy | undefined;
  /** Told of each image that was left out, once. */
  readonly onSkipped?: ((bad: BadImage) => void) | undefined;
}

export const badImagePolicies = ['skip', 'refuse'] as const;
export type BadImagePolicy = (typeof badImagePolicies)[number];

export interface Batch {
  /** Which of the inputs holds it. */
  readonly slot: number;
  /** By which transforms: 0 is `transforms`, 1 the first of `moreViews`. */
  readonly view: number;
  /** Images in it: batchSize, or fewer in the last batch of an epoch and where images were left out. */
  readonly count: number;
  /** Class index of each image, [count]. */
  readonly labels: Uint8Array | Uint16Array;
  /** Index in the data set of each image, [count]. */
  readonly indices: Uint32Array;
  /** Gives the slot back to be filled again. Further calls do nothing. */
  release(): void;
}

export interface Loader {
  /** Images of a pass. */
  readonly images: number;
  /** Batches in a pass: of every view its own. */
  readonly stepsPerEpoch: number;
  /**
   * One pass over the data, from step `firstStep` (0 by default) of the epoch. All its batches are released when it
   * ends or the consumer leaves it; a new pass ends the one before. Throws ALEX_DATA_LOADER, ALEX_DATA_BAD_IMAGES.
   */
  batches(epoch: number, options?: { readonly firstStep?: number }): AsyncIterable<Batch>;
  /** Time that consumers have waited for batches, all together. */
  readonly waitSeconds: number;
  /** Ends the threads. */
  close(): Promise<void>;
}

/** Batches of images that `fillers` fill, of every view its own in turn; see checkBatch. */
export function createBatches(options: BatchOptions, fillers: Fillers, views = 1): Loader {
  const { dataset, batchSize } = options;
  const count = options.indices?.length ?? dataset.length;
  const stepsPerEpoch = Math.ceil(count / batchSize) * views;
  const state: State = {
    options,
    views,
    fillers,
    stepsPerEpoch,
    pending: new Set(),
    skipped: new Set(),
    waitSeconds: 0,
    pass: 0,
  };
  return {
    images: count,
    stepsPerEpoch,
    batches: (epoch, { firstStep = 0 } = {}) => ({
      [Symbol.asyncIterator]: () => passOver(state, epoch, firstStep),
    }),
    get waitSeconds() {
      return state.waitSeconds;
    },
    close: () => fillers.close(),
  };
}

/**
 * Throws ALEX_OPTION_VALUE when the engine's inputs have no room for a batch, ALEX_TENSOR_SHAPE unless images of this size
 * fit them.
 */
export function checkBatch(
  { height, width }: ImageSize,
  { inputs, batchSize }: Pick<BatchOptions, 'inputs' | 'batchSize'>,
): void {
  checkWhole('batchSize', batchSize, 1, Math.min(...inputs.map(({ shape }) => shape[0])));
  const got = [channels, height, width];
  for (const { shape } of inputs) {
    const expected = shape.slice(1);
    if (expected.some((length, i) => length !== got[i])) {
      throw alexnetError('ALEX_TENSOR_SHAPE', { name: 'input', expected, got });
    }
  }
}

interface State {
  readonly options: BatchOptions;
  /** How many there are. */
  readonly views: number;
  readonly fillers: Fillers;
  readonly stepsPerEpoch: number;
  /** Fills under way, of this pass or of one that was left. */
  readonly pending: Set<Promise<void>>;
  /** Indices of images that were left out, and told of. */
  readonly skipped: Set<number>;
  waitSeconds: number;
  /** Number of the pass that owns the slots. */
  pass: number;
}

/** A batch being filled. */
interface Started extends BatchFill {
  readonly filled: Promise<readonly BadPlace[]>;
}

function startFill(state: State, batch: BatchFill): Started {
  const filled = state.fillers.fill(batch);
  const settled = filled.then(
    () => {},
    // The consumer sees it when it comes to this batch, if it ever does.
    () => {},
  );
  state.pending.add(settled);
  void settled.then(() => state.pending.delete(settled));
  return { ...batch, filled };
}

function orderOf({ dataset, indices, shuffle, seed }: BatchOptions, epoch: number): Uint32Array {
  const length = indices?.length ?? dataset.length;
  const order = shuffle ? permutation(length, seed, epoch) : Uint32Array.from({ length }, (_, i) => i);
  return indices === undefined ? order : order.map((place) => indices[place]!);
}

async function* passOver(
  state: State,
  epoch: number,
  firstStep: number,
): AsyncGenerator<Batch, void, undefined> {
  const { options, stepsPerEpoch, views } = state;
  const { batchSize, inputs } = options;
  const pass = ++state.pass;
  const order = orderOf(options, epoch);
  // A pass that was left may still be writing.
  await Promise.all(state.pending);
  const free = inputs.map((_, slot) => slot);
  const started: Started[] = [];
  let next = firstStep;

  function fillFreeSlots(): void {
    while (pass === state.pass && free.length > 0 && next < stepsPerEpoch) {
      const view = next % views;
      const first = ((next - view) / views) * batchSize;
      const indices = order.slice(first, first + batchSize);
      started.push(startFill(state, { slot: free.shift()!, indices, epoch, view }));
      next++;
    }
  }
  function release(slot: number): void {
    free.push(slot);
    fillFreeSlots();
  }

  try {
    for (let step = firstStep; step < stepsPerEpoch; step++) {
      if (pass !== state.pass) throw loaderError('another pass over this loader has begun');
      fillFreeSlots();
      const batch = started.shift();
      if (batch === undefined) throw loaderError('all inputs are in use: release a batch before the next');
      const from = performance.now();
      const bad = await batch.filled;
      state.waitSeconds += (performance.now() - from) / 1000;
      const indices = bad.length === 0 ? batch.indices : withoutBad(state, batch, bad);
      yield asBatch({ ...batch, indices }, options.dataset, release);
    }
  } finally {
    if (pass === state.pass) state.pass++;
  }
}

/** Leaves bad images out of a batch, or throws; returns the indices of those that are left. */
function withoutBad(
  { options, skipped }: State,
  { slot, indices }: Started,
  bad: readonly BadPlace[],
): Uint32Array {
  const { onBadImage = 'refuse', onSkipped, inputs } = options;
  if (onBadImage === 'refuse' || bad.length === indices.length) {
    throw alexnetError('ALEX_DATA_BAD_IMAGES', {
      problems: bad.map(({ problem }) => problem),
      total: indices.length,
    });
  }
  for (const { index, problem } of bad) {
    if (!skipped.has(index)) onSkipped?.({ index, problem });
    skipped.add(index);
  }
  return closeGaps(
    inputs[slot]!,
    indices,
    bad.map(({ at }) => at),
  );
}

function asBatch(
  { slot, view, indices }: BatchFill,
  { labels }: BatchOptions['dataset'],
  release: (slot: number) => void,
): Batch {
  let held = true;
  const labelOf = (index: number): number => labels[index]!;
  return {
    slot,
    view,
    count: indices.length,
    labels:
      labels.constructor === Uint8Array
        ? Uint8Array.from(indices, labelOf)
        : Uint16Array.from(indices, labelOf),
    indices,
    release() {
      if (held) release(slot);
      held = false;
    },
  };
}

function loaderError(reason: string): Error {
  return alexnetError('ALEX_DATA_LOADER', { reason });
}
