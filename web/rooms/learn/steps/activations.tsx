import type { JSX } from 'preact';
import { useState } from 'preact/hooks';
import { seriesColor } from '../../../../src/charts/palette.ts';
import { useText } from '../../../app/language.ts';
import { Slider } from '../../../parts/Slider.tsx';
import { activationNames, activations, curve } from '../activation.ts';
import type { Lesson } from '../lesson.ts';
import { shorten } from '../NumberGrid.tsx';

const reach = 6;
const xs = Array.from({ length: 241 }, (_, i) => -reach + (2 * reach * i) / 240);
const curves = activations.map((activation) => ({ activation, ...curve(activation, xs) }));

/** Of the drawing. */
const [width, height] = [600, 320];
const [low, high] = [-1.2, 3];
const left = (x: number): number => ((x + reach) / (2 * reach)) * width;
const top = (y: number): number => ((high - y) / (high - low)) * height;

function View(): JSX.Element {
  const text = useText();
  const [x, setX] = useState(0);
  const points = activations.map((activation) => {
    const { values, slopes } = curve(activation, [x]);
    const steepest = Math.max(...curves.find((one) => one.activation === activation)!.slopes);
    return { activation, value: values[0]!, slope: slopes[0]!, steepest };
  });
  return (
    <div class="columns">
      <div class="stack">
        <Curves x={x} onMove={setX} points={points} />
        <Slider
          label={text({ en: 'Input x', ja: '入力 x' })}
          value={x}
          min={-reach}
          max={reach}
          step={0.05}
          shown={shorten(x)}
          onChange={setX}
        />
      </div>
      <div class="scroll panel">
        <table class="facts">
          <caption>{text({ en: `At x = ${shorten(x)}`, ja: `x = ${shorten(x)} のとき` })}</caption>
          <thead>
            <tr>
              <th scope="col">{text({ en: 'function', ja: '関数' })}</th>
              <th scope="col" class="number">
                {text({ en: 'output', ja: '出力' })}
              </th>
              <th scope="col" class="number">
                {text({ en: 'slope', ja: '傾き' })}
              </th>
              <th scope="col" class="number">
                {text({ en: 'largest slope', ja: '最大の傾き' })}
              </th>
            </tr>
          </thead>
          <tbody>
            {points.map(({ activation, value, slope, steepest }, index) => (
              <tr key={activation}>
                <th scope="row">
                  <span class="swatch" style={{ background: seriesColor(index) }} />
                  {activationNames[activation]}
                </th>
                <td class="number">{value.toFixed(3)}</td>
                <td class="number">{slope.toFixed(3)}</td>
                <td class="number" data-steepest={activation}>
                  {shorten(steepest, 3)}
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </div>
  );
}

interface CurvesProps {
  readonly x: number;
  readonly onMove: (x: number) => void;
  readonly points: readonly { readonly value: number; readonly slope: number }[];
}

/** The three curves with a point on each and its tangent; dragging moves the points. */
function Curves({ x, onMove, points }: CurvesProps): JSX.Element {
  const text = useText();
  const follow = (event: PointerEvent): void => {
    if (event.type === 'pointermove' && event.buttons === 0) return;
    const box = (event.currentTarget as Element).getBoundingClientRect();
    const at = ((event.clientX - box.left) / box.width) * 2 * reach - reach;
    onMove(Math.min(reach, Math.max(-reach, Math.round(at * 20) / 20)));
  };
  return (
    <svg
      class="drawing"
      viewBox={`0 0 ${width} ${height}`}
      role="img"
      aria-label={text({
        en: 'Sigmoid rises from 0 to 1 and tanh from −1 to 1, flat on both sides; ReLU is 0 up to 0 and then the input itself.',
        ja: 'sigmoid は 0 から 1、tanh は −1 から 1 へ上がり、両側で平らになる。ReLU は 0 まで 0、そのあとは入力そのもの。',
      })}
      style={{ touchAction: 'pan-y', cursor: 'ew-resize' }}
      onPointerDown={follow}
      onPointerMove={follow}
    >
      {[-1, 0, 1, 2].map((y) => (
        <g key={y}>
          <line x1={0} x2={width} y1={top(y)} y2={top(y)} stroke="var(--line)" />
          <text x={4} y={top(y) - 4}>
            {shorten(y)}
          </text>
        </g>
      ))}
      <line x1={left(0)} x2={left(0)} y1={0} y2={height} stroke="var(--line)" />
      {curves.map(({ activation, values }, index) => (
        <polyline
          key={activation}
          points={xs.map((at, i) => `${left(at)},${top(values[i]!)}`).join(' ')}
          fill="none"
          stroke={seriesColor(index)}
          stroke-width={2.5}
        />
      ))}
      <line x1={left(x)} x2={left(x)} y1={0} y2={height} stroke="var(--quiet)" stroke-dasharray="4 4" />
      {points.map(({ value, slope }, index) => (
        <g key={index} stroke={seriesColor(index)}>
          <line
            x1={left(x - 1)}
            x2={left(x + 1)}
            y1={top(value - slope)}
            y2={top(value + slope)}
            stroke-width={1.5}
            stroke-dasharray="2 3"
          />
          <circle cx={left(x)} cy={top(value)} r={7} fill="var(--paper)" stroke-width={3} />
        </g>
      ))}
    </svg>
  );
}

export const activationsLesson: Lesson = {
  slug: 'activations',
  title: { en: 'Activation functions', ja: '活性化関数' },
  story: [
    {
      en: 'After each layer comes a function that bends its output. Without it, layers on layers would be one linear map. What matters for learning is its slope: on the way back every gradient is multiplied by it.',
      ja: '各層のあとには、出力を曲げる関数が来る。これがなければ、層をいくら重ねても 1 つの線形写像と同じだ。学習で効くのはその傾きで、逆伝播では勾配に毎回これが掛けられる。',
    },
    {
      en: 'Drag the point: the slope of sigmoid never exceeds 0.25, that of tanh is 1 only at 0, and ReLU keeps 1 for every positive input.',
      ja: '点を動かしてみよう。sigmoid の傾きは 0.25 を超えない。tanh の傾きが 1 になるのは 0 の点だけ。ReLU は正の入力ならいつも 1 だ。',
    },
  ],
  source: {
    en: 'the article; Krizhevsky, Sutskever and Hinton 2012, section 3.1.',
    ja: '記事。Krizhevsky, Sutskever, Hinton 2012 の 3.1 節。',
  },
  View,
};
