import type { JSX } from 'preact';
import { useMemo } from 'preact/hooks';
import type { WatchedLayer, WatchEvent } from '../../../src/training/events.ts';
import { count, percent } from '../../../src/numberText.ts';
import { useText } from '../../app/language.ts';
import { Chart } from '../../parts/Chart.tsx';
import { aligned } from './curves.ts';
import { short } from './words.ts';

/** What the watches of a run tell of its layers: whether each learns, and how many of its units do. */
export function Layers({ watches }: { readonly watches: readonly WatchEvent[] }): JSX.Element | null {
  const text = useText();
  const last = watches.at(-1);
  if (last === undefined) return null;
  const caption = text({
    en: `Layers at step ${count(last.globalStep)}: root mean squares over weights`,
    ja: `ステップ ${count(last.globalStep)} の各層 (重みの二乗平均平方根)`,
  });
  return (
    <section class="stack">
      <h3>{text({ en: 'Gradients and dead units', ja: '勾配と死んだユニット' })}</h3>
      <div class="columns watch-charts">
        <LayerChart
          watches={watches}
          title={text({ en: 'Update by weight, of each layer', ja: '各層の更新量と重みの比' })}
          label={text({ en: 'update ÷ weight', ja: '更新 ÷ 重み' })}
          log
          value={({ ratio }) => (ratio > 0 ? ratio : undefined)}
        />
        <LayerChart
          watches={watches}
          title={text({ en: 'Gradient of each layer', ja: '各層の勾配' })}
          label={text({ en: 'gradient', ja: '勾配' })}
          log
          value={({ gradient }) => (gradient > 0 ? gradient : undefined)}
        />
        <LayerChart
          watches={watches}
          title={text({
            en: 'Units that answer no image of the batch',
            ja: 'バッチのどの画像にも反応しないユニット',
          })}
          label={text({ en: 'share of units', ja: 'ユニットの割合' })}
          value={({ dead }) => dead}
        />
      </div>
      <div class="scroll" tabIndex={0} role="region" aria-label={caption}>
        <table class="runs">
          <caption>{caption}</caption>
          <thead>
            <tr>
              {[
                { en: 'Layer', ja: '層' },
                { en: 'Gradient', ja: '勾配' },
                { en: 'Weight', ja: '重み' },
                { en: 'Update ÷ weight', ja: '更新 ÷ 重み' },
                { en: 'Dead units', ja: '死んだユニット' },
              ].map((title, index) => (
                <th scope="col" key={title.en} class={index === 0 ? undefined : 'number'}>
                  {text(title)}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {last.layers.map(({ name, gradient, weight, ratio, dead }) => (
              <tr key={name}>
                <th scope="row">
                  <code>{name}</code>
                </th>
                <td class="number">{short(gradient)}</td>
                <td class="number">{short(weight)}</td>
                <td class="number">{short(ratio)}</td>
                <td class="number">{dead === undefined ? '–' : percent(dead)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </section>
  );
}

interface LayerChartProps {
  readonly watches: readonly WatchEvent[];
  readonly title: string;
  readonly label: string;
  readonly log?: boolean;
  readonly value: (layer: WatchedLayer) => number | undefined;
}

function LayerChart({ watches, title, label, log, value }: LayerChartProps): JSX.Element | null {
  const text = useText();
  const drawn = useMemo(() => {
    const names = watches.at(-1)!.layers.map(({ name }) => name);
    const curves = names.map((name, color) => ({
      name,
      color,
      points: watches.flatMap(({ globalStep, layers }) => {
        const layer = layers.find((one) => one.name === name);
        const y = layer && value(layer);
        return y === undefined ? [] : [{ x: globalStep, y }];
      }),
    }));
    return aligned(curves.filter(({ points }) => points.length > 0));
  }, [watches]);
  if (drawn.series.length === 0) return null;
  return (
    <Chart
      title={title}
      x={{ label: text({ en: 'steps', ja: 'ステップ' }) }}
      y={{ label, ...(log ? { log } : { domain: [0, 1] }) }}
      xs={drawn.xs}
      series={drawn.series}
      summary={drawn.series
        .map(({ name, values }) => `${name}: ${short(values.findLast((one) => one !== null)!)}`)
        .join('; ')}
    />
  );
}
