import type { JSX } from 'preact';
import { useEffect, useState } from 'preact/hooks';
import type { InitializationScheme } from '../../../../src/network/initialise.ts';
import type { Text } from '../../../../src/language.ts';
import { seriesColor } from '../../../../src/charts/palette.ts';
import { useText } from '../../../app/language.ts';
import { Chart } from '../../../parts/Chart.tsx';
import { Choice } from '../../../parts/Choice.tsx';
import { Slider } from '../../../parts/Slider.tsx';
import { activationNames, activations } from '../activation.ts';
import { gradientsByLayer, hiddenUnits } from '../deepNetwork.ts';
import type { Lesson } from '../lesson.ts';

const schemes = ['torchvision', 'xavier', 'he'] as const satisfies readonly InitializationScheme[];
type Scheme = (typeof schemes)[number];
const schemeNames: Readonly<Record<Scheme, Text>> = {
  torchvision: { en: "PyTorch's default", ja: 'PyTorch の既定' },
  xavier: { en: 'Xavier', ja: 'Xavier' },
  he: { en: 'He', ja: 'He' },
};

const deepest = 16;

function View(): JSX.Element {
  const text = useText();
  const [depth, setDepth] = useState(8);
  const [scheme, setScheme] = useState<Scheme>('torchvision');
  const [gradients, setGradients] = useState<readonly number[][]>([]);
  useEffect(() => {
    let outdated = false;
    void Promise.all(activations.map((one) => gradientsByLayer(one, depth, scheme))).then(
      (found) => outdated || setGradients(found),
    );
    return () => {
      outdated = true;
    };
  }, [depth, scheme]);
  const depths = Array.from({ length: gradients[0]?.length ?? 0 }, (_, i) => i + 1);
  return (
    <div class="columns">
      <div class="stack">
        <Slider
          label={text({ en: 'Layers', ja: '層の数' })}
          value={depth}
          min={1}
          max={deepest}
          step={1}
          onChange={setDepth}
        />
        <Choice
          showLabel
          label={text({ en: 'Initial weights', ja: '初期値' })}
          value={scheme}
          options={schemes.map((value) => ({ value, label: text(schemeNames[value]) }))}
          onChange={setScheme}
        />
        <GradientTable gradients={gradients} />
      </div>
      {gradients.length > 0 && (
        <Chart
          title={text({
            en: 'What comes back to each layer',
            ja: '各層に戻ってくる勾配',
          })}
          x={{ label: text({ en: 'layer, from the input', ja: '層 (入力側から)' }) }}
          y={{ label: text({ en: 'gradient, root mean square', ja: '勾配の二乗平均平方根' }), log: true }}
          xs={depths}
          series={gradients.map((one, index) => ({
            name: activationNames[activations[index]!],
            values: one.map((value) => (value > 0 ? value : null)),
          }))}
          height={320}
          summary={activations
            .map((one, index) =>
              text({
                en: `${activationNames[one]}: ${gradients[index]!.map((value) => value.toExponential(1)).join(', ')}.`,
                ja: `${activationNames[one]}: ${gradients[index]!.map((value) => value.toExponential(1)).join('、')}。`,
              }),
            )
            .join(' ')}
        />
      )}
    </div>
  );
}

function ratio(value: number): string {
  return value < 0.001 ? value.toExponential(1) : value.toPrecision(2);
}

/** Of each activation function, by layer. */
function GradientTable({ gradients }: { readonly gradients: readonly number[][] }): JSX.Element {
  const text = useText();
  return (
    <div class="scroll panel" aria-live="polite">
      <table class="facts" data-depth={gradients[0]?.length}>
        <caption>{text({ en: 'Gradient by the weights', ja: '重みの勾配' })}</caption>
        <thead>
          <tr>
            <th scope="col">{text({ en: 'function', ja: '関数' })}</th>
            <th scope="col" class="number">
              {text({ en: 'first layer', ja: '最初の層' })}
            </th>
            <th scope="col" class="number">
              {text({ en: 'last layer', ja: '最後の層' })}
            </th>
            <th scope="col" class="number">
              {text({ en: 'first / last', ja: '最初 / 最後' })}
            </th>
          </tr>
        </thead>
        <tbody>
          {gradients.map((one, index) => (
            <tr key={index}>
              <th scope="row">
                <span class="swatch" style={{ background: seriesColor(index) }} />
                {activationNames[activations[index]!]}
              </th>
              <td class="number" data-first={activations[index]}>
                {one[0]!.toExponential(1)}
              </td>
              <td class="number">{one.at(-1)!.toExponential(1)}</td>
              <td class="number">{ratio(one[0]! / one.at(-1)!)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

export const vanishingGradientLesson: Lesson = {
  slug: 'vanishing-gradient',
  title: { en: 'The vanishing gradient', ja: '勾配消失' },
  story: [
    {
      en: 'Learning goes backwards: the gradient of the loss passes from the last layer to the first, and each layer on its way multiplies it by its weights and by the slope of its activation. With slopes of 0.25 at most, little is left for the first layers, and they hardly learn.',
      ja: '学習は後ろ向きに進む。損失の勾配は最後の層から最初の層へ伝わり、途中の層ごとに重みと活性化関数の傾きが掛けられる。傾きが大きくても 0.25 なら、最初のほうの層にはほとんど届かず、学習が進まない。',
    },
    {
      en: `Add layers, ${hiddenUnits} units each, and watch the first one. The scale is in powers of ten. Then try other initial weights: He's are made for ReLU, Xavier's for tanh.`,
      ja: `層を増やし (1 層 ${hiddenUnits} ユニット)、最初の層を見てみよう。目盛りは 10 の累乗だ。初期値も変えてみよう。He は ReLU のため、Xavier は tanh のために作られた。`,
    },
  ],
  source: {
    en: 'the article; Glorot and Bengio 2010; He, Zhang, Ren and Sun 2015. Ten drawn pictures go through the reference engine and back, in float64.',
    ja: '記事。Glorot, Bengio 2010。He, Zhang, Ren, Sun 2015。描いた画像 10 枚を基準エンジンで順伝播・逆伝播させている (float64)。',
  },
  View,
};
