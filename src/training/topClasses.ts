/** Indices of the `count` most probable classes, the most probable first, equals by index. */
export function topClasses(probabilities: Float32Array | Float64Array, count: number): number[] {
  return [...probabilities.keys()]
    .sort((a, b) => probabilities[b]! - probabilities[a]! || a - b)
    .slice(0, count);
}
