/** What is said around findings, in the terminal and in reports. */
import type { Text } from '../language.ts';
import { count } from '../numberText.ts';
import type { RunRecord } from '../training/runRecord.ts';

/** What was judged by. */
export function basis({ epochs, watches }: Pick<RunRecord, 'epochs' | 'watches'>, examined: number): Text {
  return {
    en: `epochs ${epochs.length}, watches ${watches.length}, training images looked at ${count(examined)}.`,
    ja: `${epochs.length} エポック、観察 ${watches.length} 回、調べた訓練画像 ${count(examined)} 枚。`,
  };
}

export function withoutImages(problem: Text): Text {
  return {
    en: `Labels, classes and overfitting could not be judged by images: ${problem.en}`,
    ja: `ラベル・クラスの偏り・過学習を画像から判断できなかった: ${problem.ja}`,
  };
}

/** Where there is no finding. */
export function nothingWrong(examined: number): Text {
  return examined > 0
    ? { en: 'Nothing wrong was found.', ja: '問題は見つからなかった。' }
    : {
        en: 'Nothing wrong was found by the events alone.',
        ja: '記録だけからは、問題は見つからなかった。',
      };
}
