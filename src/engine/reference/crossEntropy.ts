import { matrixShape, zeros } from './tensor.ts';
import type { Tensor } from './tensor.ts';

/**
 * -log softmax(logits)[label] of each image, in nats: torch's cross_entropy with reduction 'none'. With `smoothing`, the
 * target of the label is 1 - smoothing, and every class has smoothing / C more. Logits [N, C].
 */
export function crossEntropy(logits: Tensor, labels: ArrayLike<number>, smoothing = 0): Float64Array {
  const [images, classes] = matrixShape(logits);
  const losses = new Float64Array(images);
  for (let n = 0; n < images; n++) {
    const row = logits.data.subarray(n * classes, (n + 1) * classes);
    const total = logSumExp(row);
    losses[n] = row.reduce(
      (loss, logit, c) => loss + target(c === labels[n], smoothing, classes) * (total - logit),
      0,
    );
  }
  return losses;
}

/** What the softmax should be for a class. */
function target(isLabel: boolean, smoothing: number, classes: number): number {
  return (isLabel ? 1 - smoothing : 0) + smoothing / classes;
}

/** The gradient of the logits, given that of each image's loss: (softmax - target) * upstream. */
export function crossEntropyBackward(
  logits: Tensor,
  labels: ArrayLike<number>,
  upstream: ArrayLike<number>,
  smoothing = 0,
): Tensor {
  const [images, classes] = matrixShape(logits);
  const gradient = zeros(logits.shape);
  for (let n = 0; n < images; n++) {
    const row = logits.data.subarray(n * classes, (n + 1) * classes);
    const total = logSumExp(row);
    for (let c = 0; c < classes; c++) {
      const slope = Math.exp(row[c]! - total) - target(c === labels[n], smoothing, classes);
      gradient.data[n * classes + c] = slope * upstream[n]!;
    }
  }
  return gradient;
}

/** log(sum(exp(values))), about the largest so that nothing overflows. */
function logSumExp(values: Float64Array): number {
  const largest = values.reduce((a, b) => Math.max(a, b), -Infinity);
  return largest + Math.log(values.reduce((sum, value) => sum + Math.exp(value - largest), 0));
}
