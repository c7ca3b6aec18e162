import type { JSX } from 'preact';
import { useState } from 'preact/hooks';
import { windowCount } from '../../../../src/network/windows.ts';
import type { Text } from '../../../../src/language.ts';
import { useText } from '../../../app/language.ts';
import { Button } from '../../../parts/Button.tsx';
import { Message } from '../../../parts/Message.tsx';
import { Slider } from '../../../parts/Slider.tsx';
import type { Lesson } from '../lesson.ts';

interface Geometry {
  readonly size: number;
  readonly kernelSize: number;
  readonly stride: number;
  readonly padding: number;
}

/** AlexNet's, as torchvision has it. */
const known: readonly { readonly name: Text; readonly geometry: Geometry }[] = [
  {
    name: { en: 'conv1: 11 × 11, stride 4', ja: 'conv1: 11 × 11、ストライド 4' },
    geometry: { size: 224, kernelSize: 11, stride: 4, padding: 2 },
  },
  {
    name: { en: 'conv2: 5 × 5', ja: 'conv2: 5 × 5' },
    geometry: { size: 27, kernelSize: 5, stride: 1, padding: 2 },
  },
  {
    name: { en: 'pooling: 3 × 3, stride 2', ja: 'プーリング: 3 × 3、ストライド 2' },
    geometry: { size: 13, kernelSize: 3, stride: 2, padding: 0 },
  },
];

function View(): JSX.Element {
  const text = useText();
  const [geometry, setGeometry] = useState<Geometry>({ size: 9, kernelSize: 3, stride: 2, padding: 1 });
  const { size, kernelSize, stride, padding } = geometry;
  const set = (change: Partial<Geometry>): void => setGeometry({ ...geometry, ...change });
  const fits = kernelSize <= size + 2 * padding;
  const count = fits ? windowCount(size, geometry) : 0;
  return (
    <div class="columns">
      <div class="stack">
        <Slider
          label={text({ en: 'Input size n', ja: '入力の大きさ n' })}
          value={size}
          min={3}
          max={224}
          step={1}
          onChange={(value) => set({ size: value })}
        />
        <Slider
          label={text({ en: 'Filter k', ja: 'フィルター k' })}
          value={kernelSize}
          min={1}
          max={11}
          step={1}
          onChange={(value) => set({ kernelSize: value })}
        />
        <Slider
          label={text({ en: 'Stride s', ja: 'ストライド s' })}
          value={stride}
          min={1}
          max={5}
          step={1}
          onChange={(value) => set({ stride: value })}
        />
        <Slider
          label={text({ en: 'Padding p', ja: 'パディング p' })}
          value={padding}
          min={0}
          max={5}
          step={1}
          onChange={(value) => set({ padding: value })}
        />
        <div class="row">
          {known.map(({ name, geometry: one }) => (
            <Button key={name.en} onClick={() => setGeometry(one)}>
              {text(name)}
            </Button>
          ))}
        </div>
      </div>
      <div class="stack panel">
        {fits ? (
          <>
            <p class="sum" aria-live="polite">
              ⌊(n + 2p − k) / s⌋ + 1 = ⌊({size} + {2 * padding} − {kernelSize}) / {stride}⌋ + 1 ={' '}
              <strong data-value={count}>{count}</strong>
            </p>
            <Windows geometry={geometry} count={count} />
            <p class="quiet">
              {text({
                en: `One line of the input from above: dark its ${size} pixels, light the padding of ${padding} on each side; under it the ${count} places of the filter.`,
                ja: `入力の 1 行。濃い部分が ${size} 画素、淡い部分が両側のパディング ${padding}。下の帯がフィルターの ${count} か所。`,
              })}
            </p>
          </>
        ) : (
          <Message kind="note">
            {text({
              en: 'The filter is larger than the padded input: there is no place for it. Make it smaller, or add padding.',
              ja: 'フィルターがパディング込みの入力より大きく、置く場所がない。小さくするか、パディングを増やそう。',
            })}
          </Message>
        )}
      </div>
    </div>
  );
}

const lane = 7;

function Windows({ geometry, count }: { readonly geometry: Geometry; readonly count: number }): JSX.Element {
  const { size, kernelSize, stride, padding } = geometry;
  const text = useText();
  const whole = size + 2 * padding;
  const unit = 600 / whole;
  // Windows that overlap lie under each other.
  const lanes = Math.min(count, Math.ceil(kernelSize / stride) + 1);
  return (
    <svg
      class="drawing"
      viewBox={`0 0 600 ${34 + lanes * lane}`}
      role="img"
      aria-label={text({
        en: `${count} windows of ${kernelSize} pixels, ${stride} apart, over ${whole} pixels`,
        ja: `${whole} 画素の上に、幅 ${kernelSize} の窓が ${stride} おきに ${count} 個`,
      })}
    >
      {Array.from({ length: whole }, (_, at) => (
        <rect
          key={at}
          x={at * unit}
          y={2}
          width={unit * (whole > 80 ? 1 : 0.9)}
          height={22}
          fill={at < padding || at >= padding + size ? 'var(--line)' : 'var(--series-0)'}
        />
      ))}
      {Array.from({ length: count }, (_, at) => (
        <rect
          key={`w${at}`}
          x={at * stride * unit + 1}
          y={30 + (at % lanes) * lane}
          width={Math.max(1, kernelSize * unit - 2)}
          height={lane - 2}
          fill="var(--series-1)"
        />
      ))}
    </svg>
  );
}

export const outputSizeLesson: Lesson = {
  slug: 'size',
  title: { en: 'Stride, padding, output size', ja: 'ストライドとパディング' },
  story: [
    {
      en: 'The stride says how many pixels the filter moves at a time, padding how many zeros are put around the picture. Together they decide how large the output is.',
      ja: 'ストライドはフィルターを一度に何画素動かすか、パディングは画像の周りに 0 を何画素足すかを表す。この 2 つで出力の大きさが決まる。',
    },
    {
      en: 'Make the output as large as the input: with stride 1 it takes p = (k − 1) / 2. Then look at AlexNet: 224 pixels become 55 in its first layer.',
      ja: '出力を入力と同じ大きさにしてみよう。ストライド 1 なら p = (k − 1) / 2 でそうなる。次に AlexNet を見る。最初の層で 224 画素が 55 になる。',
    },
  ],
  source: {
    en: 'the article; Krizhevsky, Sutskever and Hinton 2012, section 3.5; torch.nn.Conv2d for the formula.',
    ja: '記事。Krizhevsky, Sutskever, Hinton 2012 の 3.5 節。式は torch.nn.Conv2d の説明による。',
  },
  View,
};
