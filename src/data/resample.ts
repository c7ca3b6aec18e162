/**
 * The coefficients of Pillow's bilinear resampling in 22-bit fixed point, bit for bit
 * (`precompute_coeffs` and `normalize_coeffs_8bpc` in Pillow's src/libImaging/Resample.c).
 */

/** Fraction bits of a weight. Pixels have 8 bits and sums 2 to spare in an int32. */
export const weightBits = 22;

/** How to compute each output position along one dimension: a dot product of `taps` input positions. */
export interface ResampleTable {
  /** Input positions an output reads; windows cut short by an edge are filled up with weights of 0. */
  readonly taps: number;
  /** First input position of each output. */
  readonly first: Int32Array;
  /** [output, tap], in fixed point. */
  readonly weights: Int32Array;
}

interface Window {
  readonly first: number;
  readonly weights: number[];
}

/** Weights of one output position in float64: a triangle around `center`, of radius `support`. */
function triangleWindow(center: number, support: number, inputSize: number): Window {
  const first = Math.max(0, Math.trunc(center - support + 0.5));
  const end = Math.min(inputSize, Math.trunc(center + support + 0.5));
  // Pillow multiplies by the reciprocal: dividing would round differently.
  const inverse = 1 / support;
  const weights: number[] = [];
  for (let i = first; i < end; i++) {
    weights.push(Math.max(0, 1 - Math.abs((i - center + 0.5) * inverse)));
  }
  const sum = weights.reduce((total, weight) => total + weight, 0);
  return { first, weights: weights.map((weight) => (sum === 0 ? weight : weight / sum)) };
}

function buildTable(inputSize: number, outputSize: number): ResampleTable {
  const scale = inputSize / outputSize;
  const support = Math.max(1, scale);
  const windows: Window[] = [];
  for (let i = 0; i < outputSize; i++) windows.push(triangleWindow((i + 0.5) * scale, support, inputSize));
  const taps = windows.reduce((most, window) => Math.max(most, window.weights.length), 1);
  const first = new Int32Array(outputSize);
  const weights = new Int32Array(outputSize * taps);
  windows.forEach((window, i) => {
    first[i] = Math.min(window.first, inputSize - taps);
    const shift = i * taps + window.first - first[i]!;
    window.weights.forEach((weight, tap) => {
      weights[shift + tap] = Math.trunc(0.5 + weight * (1 << weightBits));
    });
  });
  return { taps, first, weights };
}

const tables = new Map<string, ResampleTable>();
/** Random crops come in hundreds of sizes; a table for 224 pixels has some kilobytes. */
const mostTables = 1024;

/** The table from `inputSize` to `outputSize` positions; both at least 1. Tables are kept and shared. */
export function resampleTable(inputSize: number, outputSize: number): ResampleTable {
  const key = `${inputSize}>${outputSize}`;
  let table = tables.get(key);
  if (table === undefined) {
    table = buildTable(inputSize, outputSize);
    if (tables.size >= mostTables) tables.clear();
    tables.set(key, table);
  }
  return table;
}
