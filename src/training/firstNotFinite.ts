/** The first NaN or infinity, if there is one. */
export function firstNotFinite(values: Float32Array): number | undefined {
  return allFinite(values) ? undefined : values.find((value) => !Number.isFinite(value));
}

const zero = 0;

/**
 * Zero times a number is zero; times NaN or an infinity it is NaN, and so is a sum with it. Weights are looked at
 * whenever a file is read, and four sums go through them much faster than Number.isFinite does.
 */
function allFinite(values: Float32Array): boolean {
  let a = 0;
  let b = 0;
  let c = 0;
  let d = 0;
  const whole = values.length - (values.length % 4);
  for (let i = 0; i < whole; i += 4) {
    a += values[i]! * zero;
    b += values[i + 1]! * zero;
    c += values[i + 2]! * zero;
    d += values[i + 3]! * zero;
  }
  for (let i = whole; i < values.length; i++) a += values[i]! * zero;
  return a + b + c + d === 0;
}
