import type { TransformStep } from './transforms.ts';

/** Most numbers of a list that are told; longer ones are tables of the data set's. */
const mostNumbers = 3;

function describeValue(name: string, value: unknown): string | undefined {
  // Values that change nothing.
  if (value === 0 || value === 'constant') return undefined;
  const shown = name === 'size' ? '' : `${name} `;
  if (typeof value === 'string') return `${shown}${value}`;
  const numbers: readonly unknown[] = Array.isArray(value) ? value : [value];
  if (numbers.length > mostNumbers || numbers.some((number) => typeof number !== 'number')) return undefined;
  return `${shown}${numbers.map((number) => Number((number as number).toPrecision(4))).join(' ')}`;
}

/** Transforms on one line, for people: `resize(32) → randomCrop(32, padding 4) → toTensor`. */
export function describeTransforms(transforms: readonly TransformStep[]): string {
  return transforms
    .map(({ type, ...values }) => {
      const parts = Object.entries(values).map(([name, value]) => describeValue(name, value));
      const told = parts.filter((part) => part !== undefined);
      return told.length === 0 ? type : `${type}(${told.join(', ')})`;
    })
    .join(' → ');
}
