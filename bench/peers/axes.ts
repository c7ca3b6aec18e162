/** Sizes or positions along four axes. */
export type Four = readonly [number, number, number, number];

/** Reorders axes: axis k of the result is axis `order[k]` of `values`, whose sizes are `shape`, last axis fastest. */
export function reorderAxes(values: Float32Array, shape: Four, order: Four): Float32Array {
  const strides = [shape[1] * shape[2] * shape[3], shape[2] * shape[3], shape[3], 1];
  const [a, b, c, d] = order.map((axis) => ({ size: shape[axis], stride: strides[axis] }));
  const result = new Float32Array(values.length);
  let at = 0;
  for (let i = 0; i < a.size; i++)
    for (let j = 0; j < b.size; j++)
      for (let k = 0; k < c.size; k++) {
        const start = i * a.stride + j * b.stride + k * c.stride;
        for (let l = 0; l < d.size; l++) result[at++] = values[start + l * d.stride];
      }
  return result;
}
