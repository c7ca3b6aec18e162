import type { JSX } from 'preact';
import { useMemo } from 'preact/hooks';
import type { Text } from '../../../src/language.ts';
import type { RunEvents } from '../../../src/training/runEvents.ts';
import { useText } from '../../app/language.ts';
import { Chart } from '../../parts/Chart.tsx';
import { aligned, curveOf, type Curve, type CurveKind } from './curves.ts';
import { short, words } from './words.ts';

export interface CurvesProps {
  /** In the order of their colours. */
  readonly ids: readonly string[];
  readonly curves: ReadonlyMap<string, RunEvents>;
}

interface ChartKind {
  readonly title: Text;
  readonly label: Text;
  readonly kind: CurveKind;
  /** Spots of the same colours. */
  readonly besides?: CurveKind;
}

const charts: readonly ChartKind[] = [
  {
    title: {
      en: 'Loss: lines for training, spots for validation',
      ja: '損失 (線は訓練、点は検証)',
    },
    label: { en: 'loss, nats', ja: '損失 (nat)' },
    kind: 'loss',
    besides: 'validationLoss',
  },
  {
    title: { en: 'Validation accuracy', ja: '検証の正解率' },
    label: words.accuracy,
    kind: 'accuracy',
  },
  {
    title: { en: 'Learning rate', ja: '学習率' },
    label: words.learningRate,
    kind: 'learningRate',
  },
  {
    title: { en: 'Images a second', ja: '毎秒の画像数' },
    label: words.imagesPerSecond,
    kind: 'imagesPerSecond',
  },
];

/** The curves of several runs over each other, by epochs. */
export function Curves({ ids, curves }: CurvesProps): JSX.Element {
  return (
    <div class="columns watch-charts">
      {charts.map((chart) => (
        <Overlay key={chart.kind} chart={chart} ids={ids} curves={curves} />
      ))}
    </div>
  );
}

interface OverlayProps extends CurvesProps {
  readonly chart: ChartKind;
}

function Overlay({ chart, ids, curves }: OverlayProps): JSX.Element | null {
  const text = useText();
  const { kind, besides } = chart;
  const drawn = useMemo(
    () => aligned(linesOf(ids, curves, kind, besides, text(words.validation))),
    [text(words.validation), ids.join('\n'), ...ids.map((id) => curves.get(id))],
  );
  if (drawn.series.length === 0) return null;
  return (
    <Chart
      title={text(chart.title)}
      x={{ label: text(words.epochs) }}
      y={{ label: text(chart.label), ...(kind === 'accuracy' && { domain: [0, 1] }) }}
      xs={drawn.xs}
      series={drawn.series}
      summary={drawn.series
        .map(({ name, values }) => {
          const told = values.filter((value) => value !== null);
          return `${name}: ${short(told[0]!)} → ${short(told.at(-1)!)}`;
        })
        .join('; ')}
    />
  );
}

function linesOf(
  ids: readonly string[],
  curves: ReadonlyMap<string, RunEvents>,
  kind: CurveKind,
  besides: CurveKind | undefined,
  validation: string,
): Curve[] {
  return ids
    .flatMap((id, color): Curve[] => {
      const run = curves.get(id);
      if (run === undefined) return [];
      const line: Curve = { name: id, color, points: curveOf(run, kind) };
      return besides === undefined
        ? [line]
        : [line, { name: `${id} · ${validation}`, color, points: curveOf(run, besides), spots: true }];
    })
    .filter(({ points }) => points.length > 0);
}
