import type { JSX } from 'preact';
import { useState } from 'preact/hooks';
import { crossEntropy, crossEntropyBackward } from '../../../../src/engine/reference/crossEntropy.ts';
import { shapesClasses } from '../../../../src/data/shapes.ts';
import { useText } from '../../../app/language.ts';
import { Bars } from '../../../parts/Bars.tsx';
import { Button } from '../../../parts/Button.tsx';
import { Field } from '../../../parts/Field.tsx';
import { Slider } from '../../../parts/Slider.tsx';
import type { Lesson } from '../lesson.ts';
import { shorten } from '../NumberGrid.tsx';

const classes = shapesClasses;
const even: readonly number[] = classes.map(() => 0);
const reach = 6;

interface Judgement {
  readonly loss: number;
  readonly gradient: readonly number[];
  /** Softmax: the gradient and 1 at the label. */
  readonly probabilities: readonly number[];
}

function judge(logits: readonly number[], label: number): Judgement {
  const row = { shape: [1, classes.length], data: Float64Array.from(logits) };
  const gradient = [...crossEntropyBackward(row, [label], [1]).data];
  return {
    loss: crossEntropy(row, [label])[0]!,
    gradient,
    probabilities: gradient.map((slope, i) => slope + (i === label ? 1 : 0)),
  };
}

function View(): JSX.Element {
  const text = useText();
  const [logits, setLogits] = useState(even);
  const [label, setLabel] = useState(0);
  const { loss, gradient, probabilities } = judge(logits, label);
  const descend = (): void =>
    setLogits(logits.map((logit, i) => Math.min(reach, Math.max(-reach, logit - gradient[i]!))));
  return (
    <div class="columns">
      <div class="stack">
        <Field label={text({ en: 'The right class', ja: '正解のクラス' })}>
          <select value={label} onChange={(event) => setLabel(Number(event.currentTarget.value))}>
            {classes.map((name, i) => (
              <option key={name} value={i}>
                {name}
              </option>
            ))}
          </select>
        </Field>
        <div class="row">
          <Button onClick={() => setLogits(even)}>{text({ en: 'All equal', ja: 'すべて等しく' })}</Button>
          <Button primary onClick={descend}>
            {text({ en: 'One step down the gradient', ja: '勾配を 1 歩下る' })}
          </Button>
        </div>
        <div class="sliders">
          {classes.map((name, i) => (
            <Slider
              key={name}
              label={name}
              value={logits[i]!}
              min={-reach}
              max={reach}
              step={0.1}
              shown={shorten(logits[i]!)}
              onChange={(value) => setLogits(logits.with(i, value))}
            />
          ))}
        </div>
      </div>
      <div class="stack panel">
        <p class="sum" aria-live="polite">
          {text({ en: 'Loss = −ln p(right class) = ', ja: '損失 = −ln p(正解) = ' })}
          <strong data-loss={loss}>{loss.toFixed(3)}</strong>
        </p>
        <Bars
          label={text({ en: 'Softmax: probabilities', ja: 'softmax: 確率' })}
          bars={probabilities.map((value, i) => ({
            name: classes[i]!,
            value,
            shown: value.toFixed(3),
            marked: i === label,
          }))}
        />
        <p class="quiet">
          {text({
            en: `The gradient by a logit is its probability, less 1 for the right class: ${shorten(gradient[label]!, 3)} for ${classes[label]}.`,
            ja: `損失をロジットで微分した勾配は、そのクラスの確率そのもの。正解のクラスだけは 1 を引く。${classes[label]} では ${shorten(gradient[label]!, 3)}。`,
          })}
        </p>
      </div>
    </div>
  );
}

export const softmaxLesson: Lesson = {
  slug: 'softmax',
  title: { en: 'Softmax and cross-entropy', ja: 'softmax と交差エントロピー' },
  story: [
    {
      en: 'The last layer gives a number for each class, the logits. Softmax turns them into probabilities: powers of e, divided by their sum. The loss is −ln of the right class’s probability: 0 when it is certain, without bound when it is denied.',
      ja: '最後の層はクラスごとに 1 つの数 (ロジット) を出す。softmax は e の累乗を取り、和で割って確率にする。損失は正解の確率の −ln だ。確信していれば 0、否定するほどいくらでも大きくなる。',
    },
    {
      en: 'With all logits equal, ten classes have a loss of ln 10 = 2.303: that of a network that knows nothing, and the number that a training begins at. Move the sliders, or let the gradient do it.',
      ja: 'ロジットがすべて等しいと、10 クラスの損失は ln 10 = 2.303。何も知らないネットワークの損失で、訓練はここから始まる。スライダーを動かすか、勾配に任せてみよう。',
    },
  ],
  source: {
    en: 'the article (CrossEntropyLoss); Krizhevsky, Sutskever and Hinton 2012, section 3.5. Computed as torch.nn.functional.cross_entropy.',
    ja: '記事 (CrossEntropyLoss)。Krizhevsky, Sutskever, Hinton 2012 の 3.5 節。計算は torch.nn.functional.cross_entropy と同じ。',
  },
  View,
};
