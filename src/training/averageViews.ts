/** ln(softmax(logits)), in float64. */
function logSoftmax(logits: Float32Array): Float64Array {
  const largest = logits.reduce((a, b) => Math.max(a, b), -Infinity);
  const sum = logits.reduce((total, logit) => total + Math.exp(logit - largest), 0);
  return Float64Array.from(logits, (logit) => logit - largest - Math.log(sum));
}

/**
 * ln of the mean of the views' softmax outputs (Krizhevsky, Sutskever and Hinton 2012, section 4.1), a class each: they
 * serve as logits, whose softmax is that mean. Sums are taken of logarithms, so that no probability becomes 0.
 */
export function averageViews(logits: readonly Float32Array[]): Float32Array {
  const views = logits.map(logSoftmax);
  return Float32Array.from(logits[0]!, (_, i) => {
    const largest = views.reduce((most, view) => Math.max(most, view[i]!), -Infinity);
    const sum = views.reduce((total, view) => total + Math.exp(view[i]! - largest), 0);
    return largest + Math.log(sum / views.length);
  });
}
