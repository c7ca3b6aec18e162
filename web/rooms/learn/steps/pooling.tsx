import type { JSX } from 'preact';
import { useMemo, useState } from 'preact/hooks';
import { averagePool } from '../../../../src/engine/reference/averagePool.ts';
import { maxPool } from '../../../../src/engine/reference/maxPool.ts';
import { poolingWindows } from '../../../../src/network/windows.ts';
import { useText } from '../../../app/language.ts';
import { Button } from '../../../parts/Button.tsx';
import { Choice } from '../../../parts/Choice.tsx';
import type { Lesson } from '../lesson.ts';
import { NumberGrid, shorten } from '../NumberGrid.tsx';

const kinds = ['max', 'average'] as const;
type Kind = (typeof kinds)[number];
const windowNames = ['apart', 'overlapping'] as const;
type WindowName = (typeof windowNames)[number];
const sizes = { apart: { kernelSize: 2, stride: 2 }, overlapping: { kernelSize: 3, stride: 2 } } as const;

const side = 7;

/** Pools a square picture of one channel with torch.nn's windows. */
function pooled(values: readonly number[], across: number, kind: Kind, name: WindowName): number[] {
  const input = { shape: [1, 1, across, across], data: Float64Array.from(values) };
  const spec = { type: 'maxPool', name: 'pool', ...sizes[name] } as const;
  const line = poolingWindows(across, spec);
  const windows = { rows: line, columns: line };
  return [...(kind === 'max' ? maxPool(input, windows).output : averagePool(input, windows)).data];
}

/** The article's window, 4 4 above 8 10, in its corner. */
const first: readonly number[] = [
  [4, 4, 1, 0, 2, 1, 0],
  [8, 10, 2, 1, 0, 3, 1],
  [1, 2, 7, 6, 1, 0, 2],
  [0, 1, 6, 9, 2, 1, 0],
  [2, 0, 1, 2, 5, 4, 1],
  [1, 3, 0, 1, 4, 8, 2],
  [0, 1, 2, 0, 1, 2, 3],
].flat();

function moved(values: readonly number[]): number[] {
  return values.map((_, at) => (at % side === 0 ? values[at + side - 1]! : values[at - 1]!));
}

function View(): JSX.Element {
  const text = useText();
  const [window, setWindow] = useState<readonly number[]>([4, 4, 8, 10]);
  const both = kinds.map((kind) => pooled(window, 2, kind, 'apart')[0]!);
  return (
    <div class="stack">
      <div class="row panel">
        <NumberGrid
          label={text({ en: "The article's window", ja: '記事の窓' })}
          columns={2}
          values={window}
          onChange={setWindow}
        />
        <p class="sum" aria-live="polite">
          {text({ en: 'Max pooling: ', ja: '最大プーリング: ' })}
          <strong data-pooled="max">{shorten(both[0]!)}</strong>
          <br />
          {text({ en: 'Average pooling: ', ja: '平均プーリング: ' })}
          <strong data-pooled="average">{shorten(both[1]!)}</strong>
        </p>
      </div>
      <Plane />
    </div>
  );
}

/** A larger picture, pooled with windows apart or overlapping. */
function Plane(): JSX.Element {
  const text = useText();
  const [values, setValues] = useState(first);
  const [kind, setKind] = useState<Kind>('max');
  const [name, setName] = useState<WindowName>('overlapping');
  const [same, setSame] = useState<number>();
  const output = useMemo(() => pooled(values, side, kind, name), [values, kind, name]);
  const across = Math.sqrt(output.length);
  const [at, setAt] = useState(0);
  const { kernelSize, stride } = sizes[name];
  const covers = (pixel: number): boolean => {
    const [y, x] = [Math.floor(pixel / side), pixel % side];
    const [top, left] = [Math.floor(at / across) * stride, (at % across) * stride];
    return y >= top && y < top + kernelSize && x >= left && x < left + kernelSize;
  };
  const move = (): void => {
    const next = moved(values);
    const after = pooled(next, side, kind, name);
    setSame(after.filter((value, i) => value === output[i]).length);
    setValues(next);
  };
  /** What was said of the outputs is not of those that come now. */
  const changing =
    <T,>(change: (value: T) => void) =>
    (value: T): void => {
      setSame(undefined);
      change(value);
    };
  return (
    <div class="columns">
      <div class="stack">
        <NumberGrid
          label={text({ en: `Input ${side} × ${side}`, ja: `入力 ${side} × ${side}` })}
          columns={side}
          values={values}
          marked={covers}
        />
      </div>
      <div class="stack">
        <PoolChoices kind={kind} onKind={changing(setKind)} name={name} onName={changing(setName)} />
        <div>
          <p class="field-label">
            {text({
              en: `Output ${across} × ${across}; choose one to see its window`,
              ja: `出力 ${across} × ${across}。選ぶとその窓が見える`,
            })}
          </p>
          <div class="output-buttons" style={{ gridTemplateColumns: `repeat(${across}, 4.5em)` }}>
            {output.map((value, index) => (
              <Button key={index} pressed={index === at} onClick={() => setAt(index)}>
                {shorten(value)}
              </Button>
            ))}
          </div>
        </div>
        <div class="row">
          <Button onClick={move}>
            {text({ en: 'Move the picture by a pixel', ja: '画像を 1 画素ずらす' })}
          </Button>
          <p role="status">
            {same !== undefined &&
              text({
                en: `${same} of ${output.length} outputs are as before.`,
                ja: `${output.length} 個の出力のうち ${same} 個は前と同じ。`,
              })}
          </p>
        </div>
      </div>
    </div>
  );
}

interface PoolChoicesProps {
  readonly kind: Kind;
  readonly onKind: (kind: Kind) => void;
  readonly name: WindowName;
  readonly onName: (name: WindowName) => void;
}

function PoolChoices({ kind, onKind, name, onName }: PoolChoicesProps): JSX.Element {
  const text = useText();
  return (
    <>
      <Choice
        showLabel
        label={text({ en: 'Value', ja: '取る値' })}
        value={kind}
        options={[
          { value: 'max', label: text({ en: 'Largest', ja: '最大' }) },
          { value: 'average', label: text({ en: 'Mean', ja: '平均' }) },
        ]}
        onChange={onKind}
      />
      <Choice
        showLabel
        label={text({ en: 'Windows', ja: '窓' })}
        value={name}
        options={[
          { value: 'apart', label: text({ en: '2 × 2, stride 2', ja: '2 × 2、ストライド 2' }) },
          {
            value: 'overlapping',
            label: text({ en: '3 × 3, stride 2 (overlapping)', ja: '3 × 3、ストライド 2 (重なる)' }),
          },
        ]}
        onChange={onName}
      />
    </>
  );
}

export const poolingLesson: Lesson = {
  slug: 'pooling',
  title: { en: 'Pooling', ja: 'プーリング' },
  story: [
    {
      en: 'Pooling makes a picture smaller: of each window it keeps one value, the largest or the mean. What a filter has found stays, its exact place is forgotten, and the layers after it have less to compute.',
      ja: 'プーリングは画像を小さくする。窓ごとに 1 つの値、最大か平均を残す。フィルターが見つけたものは残り、正確な位置は忘れられ、あとの層の計算が減る。',
    },
    {
      en: 'Change the numbers of the window. Then compare windows that lie apart with those of AlexNet, 3 × 3 at stride 2, which overlap; the paper found 0.4 points less error with them.',
      ja: '窓の数を変えてみよう。次に、離れた窓と、AlexNet の重なる窓 (3 × 3、ストライド 2) を比べる。論文では、重ねると誤差が 0.4 ポイント減った。',
    },
  ],
  source: {
    en: 'the article; Krizhevsky, Sutskever and Hinton 2012, section 3.4.',
    ja: '記事。Krizhevsky, Sutskever, Hinton 2012 の 3.4 節。',
  },
  View,
};
