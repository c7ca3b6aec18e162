/** Root mean squares of what an update does to a parameter. */
import type { UpdateSizes } from './engine.ts';

/** Sum of the squares of values, or of their differences from others, in float64. */
export function sumOfSquares(values: ArrayLike<number>, others?: ArrayLike<number>): number {
  // Four sums: one alone would wait for each addition.
  const sums = [0, 0, 0, 0];
  let [a, b, c, d] = sums as [number, number, number, number];
  const square = (i: number): number => (values[i]! - (others === undefined ? 0 : others[i]!)) ** 2;
  const whole = values.length - (values.length % 4);
  for (let i = 0; i < whole; i += 4) {
    a += square(i);
    b += square(i + 1);
    c += square(i + 2);
    d += square(i + 3);
  }
  for (let i = whole; i < values.length; i++) a += square(i);
  return a + b + c + d;
}

/** From sums of squares over the so many elements of a parameter. */
export function updateSizes(
  elements: number,
  squares: { readonly parameter: number; readonly update: number; readonly gradient: number },
): UpdateSizes {
  const rms = (sum: number): number => Math.sqrt(sum / elements);
  return {
    parameter: rms(squares.parameter),
    update: rms(squares.update),
    gradient: rms(squares.gradient),
  };
}
