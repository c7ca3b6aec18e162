import { escaped } from '../../charts/chart.ts';
import { lineChart, type ChartPoint } from '../../charts/lineChart.ts';
import { heatMap } from '../../charts/heatMap.ts';
import { percent } from '../../numberText.ts';
import type { WatchEvent, WatchedLayer } from '../../training/events.ts';
import type { Material, Section } from '../material.ts';
import { chartHtml } from '../page.ts';

/** Columns that a map has room for. */
const mostColumns = 12;

/** So many of the events, evenly spread, with the first and the last. */
function spread<T>(values: readonly T[], most: number): T[] {
  if (values.length <= most) return [...values];
  return Array.from({ length: most }, (_, i) => values[Math.round((i * (values.length - 1)) / (most - 1))]!);
}

interface LayerMap extends Pick<
  Parameters<typeof heatMap>[0],
  'title' | 'description' | 'type' | 'format' | 'domain'
> {
  readonly of: (layer: WatchedLayer) => number | undefined;
}

async function layerMap(watches: readonly WatchEvent[], map: LayerMap, { t }: Material): Promise<string> {
  const { of, ...chart } = map;
  const names = watches
    .at(-1)!
    .layers.filter((layer) => of(layer) !== undefined && (chart.type !== 'log' || of(layer)! > 0))
    .map(({ name }) => name);
  if (names.length === 0) return '';
  const columns = spread(watches, mostColumns);
  const value = ({ layers }: WatchEvent, name: string): number | null => {
    const layer = layers.find((one) => one.name === name);
    return (layer && of(layer)) ?? null;
  };
  return chartHtml(
    await heatMap({
      ...chart,
      rows: names,
      columns: columns.map(({ globalStep }) => String(globalStep)),
      rowLabel: t({ en: 'layer', ja: '層' }),
      columnLabel: t({ en: 'step', ja: 'ステップ' }),
      values: names.map((name) => columns.map((watch) => value(watch, name))),
    }),
  );
}

/** The rule of thumb that updates are about a thousandth of the weights. */
const usualRatio = 1e-3;

async function ratioChart(watches: readonly WatchEvent[], { t }: Material): Promise<string> {
  const last = watches.at(-1)!.layers.filter(({ ratio }) => ratio > 0);
  const sorted = last.toSorted((a, b) => a.ratio - b.ratio);
  const [least, most] = [sorted[0]!, sorted.at(-1)!];
  const chosen = [...new Set(spread(last, 6))];
  const points = (name: string): ChartPoint[] =>
    watches.flatMap(({ globalStep, layers }) => {
      const ratio = layers.find((layer) => layer.name === name)?.ratio;
      return ratio !== undefined && ratio > 0 ? [{ x: globalStep, y: ratio }] : [];
    });
  const digits = (value: number): string => value.toExponential(1);
  const svg = await lineChart({
    title: t({
      en: `At the end an update changes ${least.name} by ${digits(least.ratio)} of its weights, ${most.name} by ${digits(most.ratio)}`,
      ja: `最後の更新で変わる割合は ${least.name} の重みの ${digits(least.ratio)}、${most.name} の ${digits(most.ratio)}`,
    }),
    description: t({
      en: `Root mean square of an update over that of the weights, of ${chosen.length} layers.`,
      ja: `更新量の二乗平均平方根を重みのそれで割った値 (${chosen.length} 層)。`,
    }),
    x: { label: t({ en: 'step', ja: 'ステップ' }) },
    y: { label: t({ en: 'update / weight', ja: '更新 / 重み' }), type: 'log' },
    lines: chosen.map(({ name }) => ({ name, points: points(name), spots: watches.length < mostColumns })),
    references: [{ axis: 'y', at: usualRatio, label: t({ en: 'rule of thumb: 0.001', ja: '目安: 0.001' }) }],
  });
  return chartHtml(svg);
}

export const learningSection: Section = {
  id: 'learning',
  title: { en: 'Gradients, updates and dead units', ja: '勾配、更新、死んだユニット' },
  write: async (material) => {
    const { run, t } = material;
    const watches = run.watches.filter(({ layers }) => layers.length > 0);
    if (watches.length === 0) {
      return {
        missing: {
          en: "The run's events tell nothing of gradients and updates, so there is nothing to draw.",
          ja: 'この実行のイベントには勾配と更新の記録がないので、描くものがない。',
        },
      };
    }
    const gradients = await layerMap(
      watches,
      {
        title: t({ en: 'Gradients of every layer through training', ja: '訓練中の各層の勾配' }),
        description: t({
          en: 'Root mean square of the gradient of the weights of each layer; colours follow the logarithm.',
          ja: '各層の重みの勾配の二乗平均平方根。色は対数に従う。',
        }),
        type: 'log',
        format: (value) => value.toExponential(0),
        of: ({ gradient }) => gradient,
      },
      material,
    );
    const hasRatios = watches.at(-1)!.layers.some(({ ratio }) => ratio > 0);
    const ratios = hasRatios ? await ratioChart(watches, material) : '';
    const deadAtEnd = watches.at(-1)!.layers.flatMap(({ dead }) => (dead === undefined ? [] : [dead]));
    if (deadAtEnd.length === 0) return gradients + ratios;
    const worst = Math.max(...deadAtEnd);
    const dead = await layerMap(
      watches,
      {
        title: t({
          en: `At the end at most ${percent(worst)} of a layer's units are 0 for every image of a batch`,
          ja: `最後の時点で、バッチのどの画像にも 0 を返すユニットは多い層で ${percent(worst)}`,
        }),
        description: t({
          en: 'Share of the units after each ReLU that are 0 for all images of a batch.',
          ja: '各 ReLU のあとで、バッチのすべての画像に対して 0 になるユニットの割合。',
        }),
        domain: [0, 1],
        format: (value) => percent(value),
        of: (layer) => layer.dead,
      },
      material,
    );
    const note = t({
      en: 'A unit that is 0 for a whole batch gets no gradient from it. Some rest in every network; when most do, the learning rate was probably too high.',
      ja: 'バッチ全体で 0 のユニットには、そのバッチから勾配が届かない。どのネットワークにも少しはあるが、大半がそうなら学習率が高すぎた可能性が高い。',
    });
    return `${gradients}${ratios}${dead}<p>${escaped(note)}</p>`;
  },
};
