import { matrixShape, zeros } from './tensor.ts';
import type { Tensor } from './tensor.ts';

/** -log softmax(logits)[label] of each image, in nats: torch's cross_entropy with reduction 'none'. Logits [N, C]. */
export function crossEntropy(logits: Tensor, labels: ArrayLike<number>): Float64Array {
  const [images, classes] = matrixShape(logits);
  const losses = new Float64Array(images);
  for (let n = 0; n < images; n++) {
    const row = logits.data.subarray(n * classes, (n + 1) * classes);
    losses[n] = logSumExp(row) - row[labels[n]!]!;
  }
  return losses;
}

/** The gradient of the logits, given that of each image's loss: (softmax - one-hot) * upstream. */
export function crossEntropyBackward(
  logits: Tensor,
  labels: ArrayLike<number>,
  upstream: ArrayLike<number>,
): Tensor {
  const [images, classes] = matrixShape(logits);
  const gradient = zeros(logits.shape);
  for (let n = 0; n < images; n++) {
    const row = logits.data.subarray(n * classes, (n + 1) * classes);
    const total = logSumExp(row);
    for (let c = 0; c < classes; c++) {
      const target = c === labels[n] ? 1 : 0;
      gradient.data[n * classes + c] = (Math.exp(row[c]! - total) - target) * upstream[n]!;
    }
  }
  return gradient;
}

/** log(sum(exp(values))), about the largest so that nothing overflows. */
function logSumExp(values: Float64Array): number {
  const largest = values.reduce((a, b) => Math.max(a, b), -Infinity);
  return largest + Math.log(values.reduce((sum, value) => sum + Math.exp(value - largest), 0));
}
