/** Words that several sections share. */
import { tickText } from '../charts/chart.ts';
import type { Text } from '../language.ts';
import type { Missing } from './material.ts';

export const axes = {
  epochs: { en: 'epochs', ja: 'エポック' },
  loss: { en: 'loss, nats', ja: '損失 (nat)' },
  accuracy: { en: 'accuracy', ja: '正解率' },
  learningRate: { en: 'learning rate', ja: '学習率' },
  throughput: { en: 'images a second', ja: '毎秒の画像数' },
} as const satisfies Record<string, Text>;

/** With three digits. */
export function shortNumber(value: number): string {
  return tickText(Number(value.toPrecision(3)));
}

export const noSteps: Missing = {
  missing: {
    en: 'The run has told of no step yet: it tells of one in every logEvery.',
    ja: 'この実行はまだステップを 1 つも記録していない (記録は logEvery ステップごと)。',
  },
};
