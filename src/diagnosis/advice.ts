/** Advice that several diagnoses give. */
import type { Text } from '../language.ts';

/** A rate as it is written in an option. */
function rate(value: number): string {
  return String(Number(value.toPrecision(2)));
}

export const advise = {
  lowerRate: (learningRate: number): Text => ({
    en: `Take a smaller learning rate: --lr ${rate(learningRate / 10)}.`,
    ja: `学習率を下げる: --lr ${rate(learningRate / 10)}。`,
  }),
  higherRate: (learningRate: number): Text => ({
    en: `Take a larger learning rate: --lr ${rate(learningRate * 10)}.`,
    ja: `学習率を上げる: --lr ${rate(learningRate * 10)}。`,
  }),
  findRate: {
    en: 'Look for a rate: alexnet lr-find, with the same options.',
    ja: '同じオプションで alexnet lr-find を実行し、学習率を探す。',
  },
  warmUp: {
    en: 'Let the rate grow at first: --warmup-epochs 0.5.',
    ja: '最初は学習率を徐々に上げる: --warmup-epochs 0.5。',
  },
  heInitialization: {
    en: 'Begin with larger weights: --initialization he.',
    ja: 'もっと大きな重みから始める: --initialization he。',
  },
} as const;
