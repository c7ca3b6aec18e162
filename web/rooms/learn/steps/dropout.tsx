import type { JSX } from 'preact';
import { useMemo, useState } from 'preact/hooks';
import { dropout, dropoutMask } from '../../../../src/engine/reference/dropout.ts';
import type { Tensor } from '../../../../src/engine/reference/tensor.ts';
import { useText } from '../../../app/language.ts';
import { Bars } from '../../../parts/Bars.tsx';
import { Button } from '../../../parts/Button.tsx';
import { Choice } from '../../../parts/Choice.tsx';
import { Slider } from '../../../parts/Slider.tsx';
import type { Lesson } from '../lesson.ts';

/** What a layer puts out before dropout. */
const units: Tensor = { shape: [1, 12], data: Float64Array.of(1, 2, 0.5, 3, 1.5, 0, 2.5, 1, 4, 0.5, 2, 3) };
const seed = 0;

function dropped(step: number, probability: number): Float64Array {
  return dropout(units, dropoutMask(units.shape, { seed, step, layer: 0, probability })).data;
}

/** The mean of each unit over the first `masks` masks. */
function means(masks: number, probability: number): number[] {
  const sums = new Float64Array(units.data.length);
  for (let step = 0; step < masks; step++) {
    for (const [at, value] of dropped(step, probability).entries()) sums[at]! += value;
  }
  return Array.from(sums, (sum) => sum / masks);
}

function View(): JSX.Element {
  const text = useText();
  const [mode, setMode] = useState<'train' | 'test'>('train');
  const [probability, setProbability] = useState(0.5);
  const [masks, setMasks] = useState(1);
  const output = mode === 'train' ? dropped(masks - 1, probability) : units.data;
  const mean = useMemo(() => means(masks, probability), [masks, probability]);
  return (
    <div class="columns">
      <div class="stack">
        <div class="row">
          <Choice
            showLabel
            label={text({ en: 'Dropout', ja: 'ドロップアウト' })}
            value={mode}
            options={[
              { value: 'train', label: text({ en: 'On (training)', ja: 'オン (訓練)' }) },
              { value: 'test', label: text({ en: 'Off (testing)', ja: 'オフ (テスト)' }) },
            ]}
            onChange={setMode}
          />
        </div>
        <Slider
          label={text({ en: 'Probability p of dropping', ja: '落とす確率 p' })}
          value={probability}
          min={0}
          max={0.9}
          step={0.05}
          shown={probability.toFixed(2)}
          onChange={setProbability}
        />
        <div class="row">
          <Button primary onClick={() => setMasks(masks + 1)}>
            {text({ en: 'Next mask', ja: '次のマスク' })}
          </Button>
          <Button onClick={() => setMasks(masks + 500)}>{text({ en: '500 more', ja: 'さらに 500' })}</Button>
          <Button onClick={() => setMasks(1)}>{text({ en: 'Begin again', ja: '最初から' })}</Button>
        </div>
        <ul class="units" aria-label={text({ en: 'Outputs of 12 units', ja: '12 ユニットの出力' })}>
          {[...output].map((value, at) => {
            const isDropped = mode === 'train' && value === 0 && units.data[at] !== 0;
            return (
              <li key={at} class={isDropped ? 'dropped' : undefined}>
                {isDropped ? '0' : value.toFixed(2)}
              </li>
            );
          })}
        </ul>
        <p class="quiet">
          {text({
            en: `What is kept is multiplied by 1 / (1 − p) = ${(1 / (1 - probability)).toFixed(2)}; AlexNet's paper instead halves all outputs when testing, which comes to the same.`,
            ja: `残った値は 1 / (1 − p) = ${(1 / (1 - probability)).toFixed(2)} 倍になる。AlexNet の論文では代わりにテスト時に出力を半分にするが、結果は同じことだ。`,
          })}
        </p>
      </div>
      <div class="panel">
        <Bars
          label={text({
            en: `Mean over ${masks} masks, beside the value without dropout`,
            ja: `マスク ${masks} 個の平均と、ドロップアウトなしの値`,
          })}
          most={8}
          bars={mean.map((value, at) => ({
            name: `${at + 1}`,
            value,
            shown: `${value.toFixed(2)} / ${units.data[at]!.toFixed(2)}`,
          }))}
        />
      </div>
    </div>
  );
}

export const dropoutLesson: Lesson = {
  slug: 'dropout',
  title: { en: 'Dropout', ja: 'ドロップアウト' },
  story: [
    {
      en: 'While training, dropout sets each unit to 0 with probability p, anew in every step. No unit can rely on certain others, so the network learns features that are useful by themselves, and overfits less.',
      ja: '訓練中、ドロップアウトは各ユニットを確率 p で 0 にする。どれを落とすかは毎回変わる。ほかの特定のユニットに頼れないので、単独でも役立つ特徴が学習され、過学習が減る。',
    },
    {
      en: 'Draw masks one by one, then many: the mean of every unit comes close to its value without dropout. So nothing has to change when it is switched off to test.',
      ja: 'マスクを 1 つずつ、それからまとめて引いてみよう。どのユニットの平均も、ドロップアウトなしの値に近づく。だからテストで切っても、ほかに何も変えなくてよい。',
    },
  ],
  source: {
    en: 'the article; Krizhevsky, Sutskever and Hinton 2012, section 4.2 (p = 0.5 in the first two fully connected layers). The masks are those of the engine.',
    ja: '記事。Krizhevsky, Sutskever, Hinton 2012 の 4.2 節 (最初の 2 つの全結合層で p = 0.5)。マスクはエンジンと同じもの。',
  },
  View,
};
