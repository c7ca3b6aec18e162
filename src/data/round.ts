/** The nearest whole number; of two as near, the even one, as Python's round. */
export function roundHalfEven(value: number): number {
  const down = Math.floor(value);
  return value - down === 0.5 ? down + Math.abs(down % 2) : Math.round(value);
}
