import type { Tensor } from './tensor.ts';

/** What a model says of a batch: logits, [N, classes], and the way back to the model for the loss. */
export interface Outputs extends Tensor<Float32Array> {
  /** The gradients of the mean cross-entropy against these labels, smoothed or not; `Loss.backward` calls it. */
  backward(labels: ArrayLike<number>, labelSmoothing?: number): Promise<void>;
}
