/** Eigenvectors of a 3 × 3 symmetric matrix, such as the covariance of red, green and blue. */

export interface PrincipalColors {
  /** The largest first. */
  readonly eigenvalues: readonly number[];
  /** Unit vectors in the same order; of each the largest component is positive. */
  readonly eigenvectors: readonly (readonly number[])[];
}

const pairs = [
  [0, 1],
  [0, 2],
  [1, 2],
] as const;

/** Jacobi's rotations, which take three rounds or so: each zeroes one element beside the diagonal. */
export function principalColors(covariance: readonly (readonly number[])[]): PrincipalColors {
  const a = covariance.map((row) => [...row]);
  const vectors = [
    [1, 0, 0],
    [0, 1, 0],
    [0, 0, 1],
  ];
  for (let round = 0; round < 50 && pairs.some(([p, q]) => a[p]![q] !== 0); round++) {
    for (const [p, q] of pairs) rotate(a, vectors, p, q);
  }
  const found = vectors.map((vector, i) => ({ value: a[i]![i]!, vector: positive(vector) }));
  found.sort((x, y) => y.value - x.value);
  return {
    eigenvalues: found.map(({ value }) => Math.max(0, value)),
    eigenvectors: found.map(({ vector }) => vector),
  };
}

/** Turns axes p and q so that a[p][q] becomes 0. Row i of `vectors` is the i-th axis. */
function rotate(a: number[][], vectors: number[][], p: number, q: number): void {
  const apq = a[p]![q]!;
  if (apq === 0) return;
  const theta = (a[q]![q]! - a[p]![p]!) / (2 * apq);
  const t = (theta < 0 ? -1 : 1) / (Math.abs(theta) + Math.hypot(theta, 1));
  const cos = 1 / Math.hypot(t, 1);
  const sin = t * cos;
  for (const row of a) [row[p], row[q]] = [cos * row[p]! - sin * row[q]!, sin * row[p]! + cos * row[q]!];
  for (const rows of [a, vectors]) {
    const [first, second] = [rows[p]!, rows[q]!];
    rows[p] = first.map((value, i) => cos * value - sin * second[i]!);
    rows[q] = first.map((value, i) => sin * value + cos * second[i]!);
  }
  a[p]![q] = 0;
  a[q]![p] = 0;
}

function positive(vector: readonly number[]): readonly number[] {
  const largest = vector.reduce((most, value) => (Math.abs(value) > Math.abs(most) ? value : most), 0);
  return largest < 0 ? vector.map((value) => -value) : vector;
}
