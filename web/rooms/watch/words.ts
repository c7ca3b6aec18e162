/** Words and numbers that several parts of the room share. */
import type { RunState } from '../../../src/serve/protocol.ts';
import type { Text } from '../../../src/language.ts';

export const states: Readonly<Record<RunState, Text>> = {
  waiting: { en: 'starting', ja: '開始待ち' },
  running: { en: 'running', ja: '実行中' },
  ended: { en: 'ended', ja: '完了' },
  failed: { en: 'failed', ja: '失敗' },
  interrupted: { en: 'interrupted', ja: '中断' },
};

export const words = {
  run: { en: 'Run', ja: '実行' },
  state: { en: 'State', ja: '状態' },
  network: { en: 'Network', ja: 'ネットワーク' },
  data: { en: 'Data', ja: 'データ' },
  steps: { en: 'Steps', ja: 'ステップ' },
  loss: { en: 'Loss', ja: '損失' },
  accuracy: { en: 'Accuracy', ja: '正解率' },
  epochs: { en: 'epochs', ja: 'エポック' },
  learningRate: { en: 'learning rate', ja: '学習率' },
  imagesPerSecond: { en: 'images a second', ja: '毎秒の画像数' },
  test: { en: 'test', ja: 'テスト' },
  validation: { en: 'validation', ja: '検証' },
  cancel: { en: 'Cancel', ja: 'やめる' },
} as const satisfies Record<string, Text>;

/** With three digits, or as 1.2e-5. */
export function short(value: number): string {
  if (value !== 0 && Math.abs(value) < 1e-3) return value.toExponential(2).replace(/\.?0+e/, 'e');
  return String(Number(value.toPrecision(3)));
}
