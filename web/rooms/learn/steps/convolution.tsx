import type { JSX } from 'preact';
import { useEffect, useMemo, useRef, useState } from 'preact/hooks';
import { convolution } from '../../../../src/engine/reference/convolution.ts';
import type { Tensor } from '../../../../src/engine/reference/tensor.ts';
import type { Text } from '../../../../src/language.ts';
import { useText } from '../../../app/language.ts';
import { Button } from '../../../parts/Button.tsx';
import { Choice } from '../../../parts/Choice.tsx';
import { PixelCanvas } from '../../../parts/PixelCanvas.tsx';
import type { Lesson } from '../lesson.ts';
import { NumberGrid, shorten } from '../NumberGrid.tsx';
import { PicturePicker, pixelsOfPlanes, squarePlanes, usePicture } from '../picture.tsx';

const side = 32;
const kernel = 3;
/** Places of the filter in each direction, without padding. */
const places = side - kernel + 1;

const ninth = 1 / 9;
const presets = {
  upright: [-1, 0, 1, -2, 0, 2, -1, 0, 1],
  level: [-1, -2, -1, 0, 0, 0, 1, 2, 1],
  blur: [ninth, ninth, ninth, ninth, ninth, ninth, ninth, ninth, ninth],
  sharp: [0, -1, 0, -1, 5, -1, 0, -1, 0],
} as const satisfies Record<string, readonly number[]>;
type Preset = keyof typeof presets | 'own';

const presetNames: Readonly<Record<Preset, Text>> = {
  upright: { en: 'Upright edges', ja: '縦の輪郭' },
  level: { en: 'Level edges', ja: '横の輪郭' },
  blur: { en: 'Blur', ja: 'ぼかし' },
  sharp: { en: 'Sharpen', ja: '鮮鋭化' },
  own: { en: 'Yours', ja: '自分の値' },
};

/** The picture's brightness, [1, 1, side, side], 0 to 1. */
function brightness(planes: Float32Array): Tensor {
  const pixels = side * side;
  const data = Float64Array.from(
    { length: pixels },
    (_, i) => 0.299 * planes[i]! + 0.587 * planes[pixels + i]! + 0.114 * planes[2 * pixels + i]!,
  );
  return { shape: [1, 1, side, side], data };
}

function filtered(input: Tensor, filter: readonly number[]): Float64Array {
  const weight = { shape: [1, 1, kernel, kernel], data: Float64Array.from(filter) };
  const bias = { shape: [1], data: new Float64Array(1) };
  return convolution(input, weight, bias, { stride: 1, padding: 0 }).data;
}

function greys(values: ArrayLike<number>): Float64Array {
  const planes = new Float64Array(3 * values.length);
  for (let c = 0; c < 3; c++) planes.set(Array.from(values), c * values.length);
  return planes;
}

/** Outputs as greys from the least to the most. */
function outputGreys(values: Float64Array): Float64Array {
  const [low, high] = [Math.min(...values), Math.max(...values)];
  const span = high - low || 1;
  return greys(values.map((value) => (value - low) / span));
}

interface Place {
  readonly x: number;
  readonly y: number;
}

/** Where the filter stands at first: what is before it has been computed. */
const begin: Place = { x: 12, y: 12 };

type Seen = ReadonlySet<number>;

const within = (value: number): number => Math.min(places - 1, Math.max(0, value));

function View(): JSX.Element {
  const picture = usePicture();
  const text = useText();
  const [preset, setPreset] = useState<Preset>('upright');
  const [filter, setFilter] = useState<readonly number[]>(presets.upright);
  const [place, setPlace] = useState<Place>(begin);
  const [seen, setSeen] = useState<Seen>(
    () => new Set(Array.from({ length: begin.y * places + begin.x + 1 }, (_, at) => at)),
  );
  const input = useMemo(() => brightness(squarePlanes(picture, side)), [picture]);
  const output = useMemo(() => filtered(input, filter), [input, filter]);
  const inputPixels = useMemo(() => pixelsOfPlanes(greys(input.data), side, side), [input]);
  const move = ({ x, y }: Place): void => {
    const next = { x: within(x), y: within(y) };
    setPlace(next);
    setSeen((before) => new Set(before).add(next.y * places + next.x));
  };
  const choose = (name: Preset): void => {
    setPreset(name);
    if (name !== 'own') setFilter(presets[name]);
  };
  const sum = output[place.y * places + place.x]!;
  return (
    <div class="columns thirds">
      <div class="stack">
        <FilterPlace place={place} onMove={move}>
          <PixelCanvas
            image={inputPixels}
            label={text({
              en: `The picture in greys: ${picture.name}`,
              ja: `濃淡にした画像: ${picture.name}`,
            })}
          />
        </FilterPlace>
        <PicturePicker />
      </div>
      <div class="stack">
        <Choice
          showLabel
          label={text({ en: 'Filter', ja: 'フィルター' })}
          value={preset}
          options={(Object.keys(presetNames) as Preset[]).map((value) => ({
            value,
            label: text(presetNames[value]),
          }))}
          onChange={choose}
        />
        <NumberGrid
          label={text({ en: 'Its 9 weights; change them', ja: '9 つの重み (書き換えられる)' })}
          columns={kernel}
          values={filter.map((value) => Number(value.toFixed(3)))}
          onChange={(values) => {
            setPreset('own');
            setFilter(values);
          }}
        />
        <Products input={input} filter={filter} place={place} sum={sum} />
      </div>
      <Output values={output} seen={seen} onSeen={setSeen} />
    </div>
  );
}

interface OutputProps {
  readonly values: Float64Array;
  /** Pixels that have been computed. */
  readonly seen: Seen;
  readonly onSeen: (change: (before: Seen) => Seen) => void;
}

/** The output picture as far as it has been computed. */
function Output({ values, seen, onSeen }: OutputProps): JSX.Element {
  const text = useText();
  const whole = useMemo(() => pixelsOfPlanes(outputGreys(values), places, places), [values]);
  const pixels = useMemo(() => ({ ...whole, isHidden: (at: number) => !seen.has(at) }), [whole, seen]);
  const run = useRun(onSeen);
  return (
    <div class="stack output">
      <PixelCanvas
        width="min(100%, 20rem)"
        image={pixels}
        label={text({
          en: `The output, ${seen.size} of ${places * places} pixels computed`,
          ja: `出力。${places * places} 画素のうち ${seen.size} を計算済み`,
        })}
      />
      <p class="quiet">
        {text({
          en: `Output ${places} × ${places}: ${seen.size} of ${places * places} pixels. Black is the least sum, white the most.`,
          ja: `出力 ${places} × ${places}: ${places * places} 画素のうち ${seen.size}。黒が最小の和、白が最大の和。`,
        })}
      </p>
      <div class="row">
        <Button primary onClick={run}>
          {text({ en: 'Slide over the picture', ja: '画像全体を滑らせる' })}
        </Button>
        <Button onClick={() => onSeen(() => new Set())}>{text({ en: 'Clear', ja: '消す' })}</Button>
      </div>
    </div>
  );
}

/** Lets the output grow line by line; at once for those who want no motion. */
function useRun(onSeen: OutputProps['onSeen']): () => void {
  const frame = useRef(0);
  useEffect(() => () => cancelAnimationFrame(frame.current), []);
  return () => {
    cancelAnimationFrame(frame.current);
    const atOnce = matchMedia('(prefers-reduced-motion: reduce)').matches;
    const perFrame = atOnce ? places : 1;
    const draw = (line: number): void => {
      const end = Math.min(places, line + perFrame) * places;
      const added = Array.from({ length: end - line * places }, (_, i) => line * places + i);
      onSeen((before) => new Set([...before, ...added]));
      if (line + perFrame < places) frame.current = requestAnimationFrame(() => draw(line + perFrame));
    };
    draw(0);
  };
}

interface FilterPlaceProps {
  readonly place: Place;
  readonly onMove: (place: Place) => void;
  readonly children: JSX.Element;
}

const arrows: Readonly<Record<string, readonly [number, number]>> = {
  ArrowLeft: [-1, 0],
  ArrowRight: [1, 0],
  ArrowUp: [0, -1],
  ArrowDown: [0, 1],
};

/** The picture with the filter's frame on it: moved by pointer or arrow keys. */
function FilterPlace({ place, onMove, children }: FilterPlaceProps): JSX.Element {
  const text = useText();
  const follow = (event: PointerEvent): void => {
    const box = (event.currentTarget as HTMLElement).getBoundingClientRect();
    const at = (offset: number, size: number): number => Math.floor((offset / size) * side) - 1;
    onMove({ x: at(event.clientX - box.left, box.width), y: at(event.clientY - box.top, box.height) });
  };
  const share = (pixels: number): string => `${(100 * pixels) / side}%`;
  return (
    <div
      class="filter-place"
      role="application"
      tabIndex={0}
      aria-label={text({
        en: `Picture with a 3 × 3 filter at line ${place.y + 1}, column ${place.x + 1}. Arrow keys move it.`,
        ja: `3 × 3 のフィルターを重ねた画像。位置は ${place.y + 1} 行 ${place.x + 1} 列。矢印キーで動かす。`,
      })}
      onPointerMove={follow}
      onPointerDown={follow}
      onKeyDown={(event) => {
        const step = arrows[event.key];
        if (step === undefined) return;
        event.preventDefault();
        onMove({ x: place.x + step[0], y: place.y + step[1] });
      }}
    >
      {children}
      <div
        class="frame"
        style={{ left: share(place.x), top: share(place.y), width: share(kernel), height: share(kernel) }}
      />
    </div>
  );
}

interface ProductsProps {
  readonly input: Tensor;
  readonly filter: readonly number[];
  readonly place: Place;
  readonly sum: number;
}

/** The nine products under the filter, and their sum. */
function Products({ input, filter, place, sum }: ProductsProps): JSX.Element {
  const text = useText();
  const pixels = filter.map(
    (_, i) => input.data[(place.y + Math.floor(i / kernel)) * side + place.x + (i % kernel)]!,
  );
  return (
    <div class="stack panel">
      <NumberGrid
        label={text({ en: 'Pixels under it, 0 to 1', ja: 'その下の画素 (0〜1)' })}
        columns={kernel}
        values={pixels}
      />
      <NumberGrid
        label={text({ en: 'Pixel × weight', ja: '画素 × 重み' })}
        columns={kernel}
        values={pixels.map((pixel, i) => pixel * filter[i]!)}
      />
      <p class="sum" aria-live="polite">
        {text({ en: 'Their sum, one output pixel: ', ja: 'その和が出力の 1 画素: ' })}
        <strong data-value={sum}>{shorten(sum, 3)}</strong>
      </p>
    </div>
  );
}

export const convolutionLesson: Lesson = {
  slug: 'convolution',
  title: { en: 'Convolution', ja: '畳み込み' },
  story: [
    {
      en: 'A convolution lays a small grid of weights, the filter, on every place of a picture. At each it multiplies pixels by weights and adds the products up: one pixel of the output. The same weights serve everywhere, so a pattern is found wherever it is.',
      ja: '畳み込みは、重みを並べた小さな格子 (フィルター) を画像のあらゆる場所に重ねる。場所ごとに画素と重みを掛けて足し合わせた値が、出力の 1 画素になる。どこでも同じ重みを使うので、模様がどこにあっても見つかる。',
    },
    {
      en: 'Move the filter over the picture by pointer or arrow keys. Choose another filter, or write your own weights. AlexNet learns its weights: its first layer has 96 filters of 11 × 11 in the paper, 64 in torchvision.',
      ja: 'ポインターか矢印キーでフィルターを動かしてみよう。別のフィルターを選んでも、重みを自分で書いてもよい。AlexNet の重みは学習で決まる。最初の層には 11 × 11 のフィルターが、論文では 96 個、torchvision では 64 個ある。',
    },
  ],
  source: {
    en: 'the article; Krizhevsky, Sutskever and Hinton 2012, section 3.5. The computation is torch.nn.functional.conv2d.',
    ja: '記事。Krizhevsky, Sutskever, Hinton 2012 の 3.5 節。計算は torch.nn.functional.conv2d と同じ。',
  },
  View,
};
