/** What the report computes from predictions. */

/** What a model said of the images of a data set: a value an image, in the same order in all. */
export interface Predictions {
  /** In the data set. */
  readonly indices: readonly number[];
  /** Class indices. */
  readonly labels: readonly number[];
  readonly predicted: readonly number[];
  /** Softmax of the predicted class. */
  readonly confidences: readonly number[];
  /** Softmax of the labelled class. */
  readonly likelihoods: readonly number[];
}

export interface Interval {
  readonly low: number;
  readonly high: number;
}

/** Of the normal distribution: 95 % lie within so many standard deviations. */
const z = 1.959964;

/** The 95 % interval of a share that was seen `successes` times of `total` (Wilson 1927). */
export function wilsonInterval(successes: number, total: number): Interval {
  if (total === 0) return { low: 0, high: 1 };
  const share = successes / total;
  const scale = 1 + z ** 2 / total;
  const centre = (share + z ** 2 / (2 * total)) / scale;
  const half = (z / scale) * Math.sqrt((share * (1 - share)) / total + z ** 2 / (4 * total ** 2));
  return { low: Math.max(0, centre - half), high: Math.min(1, centre + half) };
}

/** How many are right. */
export function correctCount({ labels, predicted }: Predictions): number {
  return labels.filter((label, i) => label === predicted[i]).length;
}

/** confusion[label][predicted], in images. */
export function confusionMatrix({ labels, predicted }: Predictions, classes: number): number[][] {
  const matrix = Array.from({ length: classes }, () => Array.from({ length: classes }, () => 0));
  for (const [i, label] of labels.entries()) matrix[label]![predicted[i]!]!++;
  return matrix;
}

/** Of one class; undefined is what no image tells of. */
export interface ClassScores {
  /** Of the images that were said to be of this class, how many are. */
  readonly precision: number | undefined;
  /** Of the images of this class, how many were said to be. */
  readonly recall: number | undefined;
  /** Harmonic mean of the two. */
  readonly f1: number | undefined;
  /** Images of the class. */
  readonly images: number;
}

export function classScores(confusion: readonly (readonly number[])[]): ClassScores[] {
  return confusion.map((row, label) => {
    const hits = row[label]!;
    const images = sum(row);
    const said = sum(confusion.map((other) => other[label]!));
    return {
      precision: said === 0 ? undefined : hits / said,
      recall: images === 0 ? undefined : hits / images,
      f1: images + said === 0 ? undefined : (2 * hits) / (images + said),
      images,
    };
  });
}

/** Predictions whose confidence lies in one bin. */
export interface CalibrationBin extends Interval {
  readonly images: number;
  /** Means over them; undefined where there is none. */
  readonly confidence: number | undefined;
  readonly accuracy: number | undefined;
  readonly correct: number;
}

export interface Calibration {
  /** From 0 to 1, of equal width. */
  readonly bins: readonly CalibrationBin[];
  /** Expected calibration error: the mean distance of accuracy and confidence, bins weighed by their images. */
  readonly error: number;
}

/** How far confidences are right, in bins (Guo, Pleiss, Sun and Weinberger 2017, which has 15 of them). */
export function calibration({ labels, predicted, confidences }: Predictions, count = 15): Calibration {
  const own = confidences.map((confidence) => Math.min(count - 1, Math.floor(confidence * count)));
  const bins = Array.from({ length: count }, (_, bin): CalibrationBin => {
    const members = [...own.keys()].filter((i) => own[i] === bin);
    const images = members.length;
    const correct = members.filter((i) => labels[i] === predicted[i]).length;
    return {
      low: bin / count,
      high: (bin + 1) / count,
      images,
      correct,
      confidence: images === 0 ? undefined : sum(members.map((i) => confidences[i]!)) / images,
      accuracy: images === 0 ? undefined : correct / images,
    };
  });
  const off = bins.map(
    ({ images, accuracy = 0, confidence = 0 }) => images * Math.abs(accuracy - confidence),
  );
  return { bins, error: confidences.length === 0 ? 0 : sum(off) / confidences.length };
}

export function sum(values: readonly number[]): number {
  return values.reduce((all, value) => all + value, 0);
}
