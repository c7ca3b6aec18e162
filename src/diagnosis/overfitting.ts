import { percent } from '../numberText.ts';
import type { Text } from '../language.ts';
import type { TrainingConfig } from '../training/trainingOptions.ts';
import type { Diagnosis, Evidence, Finding } from './diagnosis.ts';

/** Accuracy on training images less that on others. */
export const accuracyGap = 0.15;
/** Where training images were not looked at: losses on others so many times the training loss, and nats more. */
export const lossFactor = 2;
export const lossGap = 0.3;

/** The network knows its training images much better than others. */
export const overfitting: Diagnosis = { name: 'overfitting', find };

function find({ run, images }: Evidence): Finding | undefined {
  const held = run.result ?? run.validations.at(-1);
  if (held === undefined) return undefined;
  const other = run.result ? { en: 'test', ja: 'テスト' } : { en: 'validation', ja: '検証' };
  const found = images ? accuracies(images.accuracy, held.accuracy, other) : losses(run, held.loss, other);
  if (found === undefined) return undefined;
  return {
    title: { en: 'The network overfits its training images', ja: '訓練画像に過学習している' },
    ...found,
    advice: adviceFor(run.config),
  };
}

type Seen = Pick<Finding, 'evidence' | 'values'>;

function accuracies(train: number, test: number, other: Text): Seen | undefined {
  const gap = train - test;
  if (gap < accuracyGap) return undefined;
  const points = (100 * gap).toFixed(1);
  return {
    evidence: {
      en: `Without dropout and augmentation it is right on ${percent(train)} of its training images, and on ${percent(test)} of the ${other.en} images: ${points} points fewer.`,
      ja: `ドロップアウトとデータ拡張なしで、訓練画像の正解率は ${percent(train)}、${other.ja}画像では ${percent(test)}。差は ${points} ポイントある。`,
    },
    values: { trainAccuracy: train, heldOutAccuracy: test, gap, threshold: accuracyGap },
  };
}

function losses({ epochs }: Evidence['run'], test: number, other: Text): Seen | undefined {
  const train = epochs.at(-1)?.loss;
  if (train === undefined || test < lossFactor * train || test - train < lossGap) return undefined;
  return {
    evidence: {
      en: `The training loss of the last epoch is ${train.toFixed(3)}, that of the ${other.en} images ${test.toFixed(3)}.`,
      ja: `最後のエポックの訓練損失は ${train.toFixed(3)}、${other.ja}画像の損失は ${test.toFixed(3)}。`,
    },
    values: { trainLoss: train, heldOutLoss: test },
  };
}

function adviceFor(config: TrainingConfig): Text[] {
  const { network, dropout = 0.5, augment, trainTransforms, weightDecay, validation } = config;
  return [
    { en: 'More images, if there are any to be had.', ja: '手に入るなら、画像を増やす。' },
    ...((augment ?? trainTransforms) === undefined
      ? [
          {
            en: 'Vary the training images: --augment pad-crop,flip.',
            ja: '訓練画像に変化をつける: --augment pad-crop,flip。',
          },
        ]
      : []),
    ...(weightDecay === 0
      ? [{ en: 'Let weights decay: --weight-decay 0.0005.', ja: '重み減衰を使う: --weight-decay 0.0005。' }]
      : []),
    ...(typeof network === 'string' && dropout < 0.5
      ? [{ en: 'More dropout: --dropout 0.5.', ja: 'ドロップアウトを強める: --dropout 0.5。' }]
      : []),
    ...(validation === undefined
      ? [
          {
            en: 'End where it is best on images held back: --validation 0.1 --patience 3.',
            ja: '取り分けた画像で最もよいところで終える: --validation 0.1 --patience 3。',
          },
        ]
      : []),
  ];
}
