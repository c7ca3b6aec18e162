/** The loss of a classifier, as torch.nn.CrossEntropyLoss. */
import { alexnetError } from '../errors.ts';
import type { Outputs } from './outputs.ts';
import type { Tensor } from './tensor.ts';

export interface Loss {
  /** Mean cross-entropy of the batch, in nats. */
  item(): number;
  /**
   * The gradients of all parameters of the model that gave the outputs. Throws ALEX_MODEL_ORDER when the
   * model has gone on to another batch or still holds gradients, ALEX_MODEL_BATCH_RELEASED, ALEX_MODEL_EVALUATING.
   */
  backward(): Promise<void>;
}

/** Compares outputs with labels, one class index an image. Throws ALEX_MODEL_LABELS. */
export type Criterion = (outputs: Outputs, labels: Labels) => Loss;

/** Class indices, as a loader gives them or in a list of one's own. */
export type Labels = Tensor<Uint8Array | Uint16Array> | ArrayLike<number>;

export interface CrossEntropyOptions {
  /** Share of the target that all classes get alike, from 0, less than 1. Default 0. */
  readonly labelSmoothing?: number;
}

/** -log softmax(outputs)[label], the mean over the batch, in float64. Throws ALEX_OPTION_VALUE. */
export function crossEntropyLoss({ labelSmoothing = 0 }: CrossEntropyOptions = {}): Criterion {
  if (!(labelSmoothing >= 0 && labelSmoothing < 1)) {
    const expected = 'a number from 0, less than 1';
    throw alexnetError('ALEX_OPTION_VALUE', { option: 'labelSmoothing', value: labelSmoothing, expected });
  }
  return (outputs, labels) => {
    const indices = 'data' in labels ? labels.data : labels;
    checkLabels(indices, outputs);
    const mean = meanCrossEntropy(outputs, indices, labelSmoothing);
    return { item: () => mean, backward: () => outputs.backward(indices, labelSmoothing) };
  };
}

function meanCrossEntropy(
  outputs: Tensor<Float32Array>,
  labels: ArrayLike<number>,
  smoothing: number,
): number {
  const [images, classes] = outputs.shape;
  let sum = 0;
  for (let image = 0; image < images; image++) {
    const logits = outputs.data.subarray(image * classes, (image + 1) * classes);
    const [total, mean] = [logSumExp(logits), logits.reduce((all, logit) => all + logit, 0) / classes];
    // Smoothing takes the loss of every class, on average, in the place of the label's.
    sum += total - (1 - smoothing) * logits[labels[image]] - smoothing * mean;
  }
  return sum / images;
}

function logSumExp(logits: Float32Array): number {
  const largest = logits.reduce((a, b) => Math.max(a, b), -Infinity);
  let sum = 0;
  for (const logit of logits) sum += Math.exp(logit - largest);
  return largest + Math.log(sum);
}

function checkLabels(labels: ArrayLike<number>, outputs: Tensor): void {
  const [images, classes] = outputs.shape;
  if (labels.length !== images) {
    throw alexnetError('ALEX_MODEL_LABELS', {
      problem: `there are ${labels.length} labels for ${images} images`,
    });
  }
  for (let image = 0; image < images; image++) {
    const label = labels[image];
    if (!Number.isInteger(label) || label < 0 || label >= classes) {
      const problem = `the label of image ${image} is ${label}, and the model has ${classes} classes`;
      throw alexnetError('ALEX_MODEL_LABELS', { problem });
    }
  }
}
