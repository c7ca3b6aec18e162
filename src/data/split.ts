import { alexnetError } from '../errors.ts';
import { permutation } from '../random/permutation.ts';
import type { DatasetLabels } from './dataset.ts';

export interface Split {
  /** Indices of images, ascending. */
  readonly kept: Uint32Array;
  readonly held: Uint32Array;
}

/** What a split goes by. */
export interface LabelledClasses {
  readonly length: number;
  readonly classes: readonly string[];
  readonly labels: DatasetLabels;
}

/**
 * Holds images back, of every class about the same share, chosen by the seed: `amount` is a share below 1 of all, or a
 * number of images. Throws ALEX_OPTION_VALUE when either part would be empty.
 */
export function stratifiedSplit(dataset: LabelledClasses, amount: number, seed: number): Split {
  const { length } = dataset;
  const wanted = amount < 1 ? Math.round(amount * length) : amount;
  if (wanted < 1 || wanted >= length) {
    const expected = `at least one image of ${length} and not all`;
    throw alexnetError('ALEX_OPTION_VALUE', { option: 'validation', value: amount, expected });
  }
  return holdBack(dataset, (sizes) => shares(sizes, wanted / length, wanted), seed);
}

/** Holds images back, chosen by the seed: of each class as many as `countsOf` says, given the sizes of the classes. */
export function holdBack(
  { labels, classes, length }: LabelledClasses,
  countsOf: (sizes: readonly number[]) => readonly number[],
  seed: number,
): Split {
  const members = classes.map((): number[] => []);
  for (let index = 0; index < length; index++) members[labels[index]!]!.push(index);
  const counts = countsOf(members.map((own) => own.length));
  const isHeld = new Uint8Array(length);
  members.forEach((own, label) => {
    // Another stream of numbers than that of any epoch's order.
    const order = permutation(own.length, seed, 2 ** 40 + label);
    for (const place of order.subarray(0, counts[label])) isHeld[own[place]!] = 1;
  });
  const all = Uint32Array.from({ length }, (_, index) => index);
  return { kept: all.filter((index) => !isHeld[index]), held: all.filter((index) => isHeld[index]) };
}

/** Whole numbers near share × size that add up to the total: what rounding down leaves goes to the largest remainders. */
export function shares(sizes: readonly number[], share: number, total: number): number[] {
  const counts = sizes.map((size) => Math.floor(size * share));
  const left = total - counts.reduce((sum, count) => sum + count, 0);
  sizes
    .map((size, i) => ({ i, remainder: size * share - counts[i]! }))
    .toSorted((a, b) => b.remainder - a.remainder || a.i - b.i)
    .slice(0, left)
    .forEach(({ i }) => counts[i]!++);
  return counts;
}
