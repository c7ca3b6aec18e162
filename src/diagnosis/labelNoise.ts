/**
 * Images whose label is likely wrong, as in "Confident Learning" (Northcutt, Jiang and Chuang 2021): the model holds them
 * for another class at least as surely as it holds that class's own images for it.
 */
import { percent } from '../numberText.ts';
import type { Diagnosis, Evidence, Finding } from './diagnosis.ts';
import type { ExaminedImages } from './examineImages.ts';
import { mean } from './lossCurve.ts';

/** Share of the images that were looked at. */
export const suspectShare = 0.02;
/** Of all wrong predictions: a network that has merely not learnt enough is mostly wrong without being sure. */
export const suspectsOfErrors = 0.5;
/** A network that is wrong on more of the images than this has not learnt enough to contradict anybody. */
export const mostErrors = 0.5;
/** Nor does a guess that is less sure than this. */
const leastConfidence = 0.5;
/** Share of the other images that are right: training fits the rest. */
export const restAccuracy = 0.9;

const shown = 10;

/** An image whose label the model contradicts. */
export interface Suspect {
  /** In the data set's training images. */
  readonly index: number;
  /** Of an image in a file. */
  readonly path?: string;
  readonly label: string;
  readonly predicted: string;
  /** 0..1 */
  readonly probability: number;
}

export const labelNoise: Diagnosis = { name: 'label-noise', find };

function find({ images }: Evidence): Finding | undefined {
  if (images === undefined) return undefined;
  const suspects = suspectsOf(images);
  const { examined, predictions } = images;
  const errors = predictions.filter(({ label, predicted }) => label !== predicted).length;
  const rest = (examined - errors) / (examined - suspects.length);
  const share = suspects.length / examined;
  if (errors > mostErrors * examined || share < suspectShare) return undefined;
  if (suspects.length < suspectsOfErrors * errors || rest < restAccuracy) return undefined;
  const list = suspects
    .slice(0, shown)
    .map(({ index, path, label, predicted }) => `${path ?? index} (${label} → ${predicted})`)
    .join(', ');
  return {
    title: { en: 'Some labels are likely wrong', ja: 'ラベルの誤りがありそうだ' },
    evidence: {
      en: `The network is right on ${percent(rest)} of the rest, and on ${suspects.length} of ${examined} training images (${percent(share)}) it is as sure of another class as it is of that class's own images. The surest, with their label and what the network says: ${list}.`,
      ja: `ほかの訓練画像では ${percent(rest)} 正しいのに、${examined} 枚のうち ${suspects.length} 枚 (${percent(share)}) では、別のクラスの画像と同じくらいの確信で別のクラスだと答える。確信の強い順に (ラベル → 答え): ${list}。`,
    },
    advice: [
      {
        en: 'Look at these images and mend their labels; --json lists all of them.',
        ja: 'これらの画像を見て、ラベルを直す。--json ですべて挙がる。',
      },
      {
        en: 'Do not train for so long that the network learns wrong labels by heart: --validation 0.1 --patience 3.',
        ja: '誤ったラベルを丸暗記するほど長く学習しない: --validation 0.1 --patience 3。',
      },
      {
        en: 'Label smoothing makes wrong labels weigh less: --label-smoothing 0.1.',
        ja: 'ラベル平滑化は誤ったラベルの影響を弱める: --label-smoothing 0.1。',
      },
    ],
    values: { suspects, examined, restAccuracy: rest },
  };
}

/** The surest first. */
export function suspectsOf({ predictions, classes, pathOf }: ExaminedImages): Suspect[] {
  const own = classes.map((_, label) => predictions.filter((one) => one.label === label));
  const sure = own.map((images) =>
    images.length === 0
      ? Infinity
      : Math.max(leastConfidence, mean(images.map(({ likelihood }) => likelihood))),
  );
  return predictions
    .filter(({ label, predicted, confidence }) => label !== predicted && confidence >= sure[predicted]!)
    .toSorted((a, b) => b.confidence - a.confidence)
    .map(({ index, label, predicted, confidence: probability }) => {
      const path = pathOf?.(index);
      const named = { label: classes[label]!, predicted: classes[predicted]!, probability };
      return { index, ...(path !== undefined && { path }), ...named };
    });
}
