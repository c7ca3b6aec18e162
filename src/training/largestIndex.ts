/** Index of the largest value, the first of equals, as torch.argmax. */
export function largestIndex(values: ArrayLike<number>): number {
  let best = 0;
  for (let at = 1; at < values.length; at++) if (values[at]! > values[best]!) best = at;
  return best;
}
