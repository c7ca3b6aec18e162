import type { JSX } from 'preact';
import { useMemo, useState } from 'preact/hooks';
import { percent } from '../../../src/numberText.ts';
import { useText } from '../../app/language.ts';
import { Chart } from '../../parts/Chart.tsx';
import { Choice } from '../../parts/Choice.tsx';
import { PixelCanvas } from '../../parts/PixelCanvas.tsx';
import { shownLoss, smoothed, type Curve, type FiltersEvent, type Story } from './story.ts';

/** What a run has told so far, to look at: loss, accuracy on held-out images, filters. */
export function Curves({ story }: { readonly story: Story }): JSX.Element {
  return (
    <div class="columns">
      <LossChart loss={story.loss} />
      <AccuracyChart accuracy={story.accuracy} />
      {story.filters !== undefined && <Filters filters={story.filters} />}
    </div>
  );
}

const scales = ['linear', 'log'] as const;

function LossChart({ loss }: { readonly loss: Curve }): JSX.Element {
  const text = useText();
  const [scale, setScale] = useState<(typeof scales)[number]>('linear');
  const title = text({ en: 'Loss', ja: '損失' });
  const ofBatch = text({ en: 'of each batch', ja: '各バッチ' });
  const smooth = text({ en: 'smoothed', ja: '平滑化' });
  const means = useMemo(() => smoothed(loss.ys), [loss]);
  const series = useMemo(
    () => [
      { name: ofBatch, values: loss.ys, color: 5 },
      { name: smooth, values: means, color: 0 },
    ],
    [means, ofBatch],
  );
  const last = means.at(-1);
  const told =
    last === undefined
      ? text({ en: 'Nothing yet.', ja: 'まだない。' })
      : text({
          en: `From ${shownLoss(means[0]!)} to ${shownLoss(last)} after ${loss.xs.at(-1)} steps.`,
          ja: `${shownLoss(means[0]!)} から始まり、${loss.xs.at(-1)} ステップで ${shownLoss(last)}。`,
        });
  const names = {
    linear: text({ en: 'Linear', ja: '線形' }),
    log: text({ en: 'Logarithmic', ja: '対数' }),
  };
  return (
    <div class="stack tight">
      <Chart
        title={title}
        x={{ label: text({ en: 'step', ja: 'ステップ' }), whole: true }}
        y={{ label: title, log: scale === 'log' }}
        xs={loss.xs}
        series={series}
        summary={told}
      />
      <Choice
        label={text({ en: 'Scale of the loss', ja: '損失の目盛り' })}
        value={scale}
        options={scales.map((value) => ({ value, label: names[value] }))}
        onChange={setScale}
      />
    </div>
  );
}

function AccuracyChart({ accuracy }: { readonly accuracy: Curve }): JSX.Element {
  const text = useText();
  const title = text({ en: 'Held-out images right', ja: '検証画像の正解率' });
  const { xs, ys } = accuracy;
  const last = ys.at(-1);
  const series = useMemo(
    () => [{ name: title, values: ys.map((share) => 100 * share) }],
    [xs.length, last, title],
  );
  const told =
    last === undefined
      ? text({ en: 'Nothing yet.', ja: 'まだない。' })
      : text({
          en: `${percent(last)} after epoch ${xs.at(-1)}.`,
          ja: `エポック ${xs.at(-1)} の後で ${percent(last)}。`,
        });
  return (
    <Chart
      title={title}
      x={{ label: text({ en: 'epoch', ja: 'エポック' }), whole: true }}
      y={{ label: '%', domain: [0, 100] }}
      xs={xs}
      series={series}
      summary={told}
    />
  );
}

function Filters({ filters }: { readonly filters: FiltersEvent }): JSX.Element {
  const text = useText();
  return (
    <figure class="stack tight">
      <figcaption class="field-label">
        {text({ en: 'First-layer filters', ja: '最初の層のフィルター' })}
      </figcaption>
      <PixelCanvas
        image={filters.sheet}
        width="min(100%, 18rem)"
        label={text({ en: 'Filters of the first layer', ja: '最初の層のフィルター' })}
      />
      <small>{text({ en: 'The edges and colours that it looks for', ja: 'ネットワークが探す縁や色' })}</small>
    </figure>
  );
}
