import { escaped, tickText, type Axis } from '../../charts/chart.ts';

import { lineChart, type ChartLine, type ReferenceLine } from '../../charts/lineChart.ts';
import { count, percent, rate } from '../../numberText.ts';
import type { Material, Section } from '../material.ts';
import { chartHtml } from '../page.ts';
import { epochsAt } from '../../training/runEvents.ts';
import type { RunRecord } from '../../training/runRecord.ts';
import { learningRateCurve, trainingCurve } from '../stepCurve.ts';
import { axes, noSteps, shortNumber } from '../terms.ts';

/** Lines of fewer points than this have spots: of one point, a line is not to be seen. */
const fewPoints = 8;

/** From the beginning of the training to where it has come. */
function epochAxis(run: RunRecord, t: Material['t']): Axis {
  const last = run.steps.at(-1);
  const end = Math.max(run.epochs.at(-1)?.epoch ?? 0, last ? epochsAt(last, run) : 0);
  return { label: t(axes.epochs), domain: [0, end] };
}

export const lossSection: Section = {
  id: 'loss',
  title: { en: 'Loss', ja: '損失' },
  write: async ({ run, t }) => {
    const training = trainingCurve(run, ({ loss }) => loss);
    if (training.length === 0) return noSteps;
    const validation = run.validations.map(({ epoch, loss }) => ({ x: epoch, y: loss }));
    const classes = run.result?.perClass.length;
    const [first, last] = [training[0]!.y, training.at(-1)!.y];
    const lines: ChartLine[] = [
      { name: t({ en: 'training', ja: '訓練' }), points: training, spots: training.length < fewPoints },
      ...(validation.length > 0
        ? [{ name: t({ en: 'validation', ja: '検証' }), points: validation, spots: true }]
        : []),
    ];
    const references: ReferenceLine[] = [];
    const guessing = classes === undefined ? undefined : Math.log(classes);
    if (guessing !== undefined && Math.max(first, last) > guessing / 2) {
      references.push({ axis: 'y', at: guessing, label: t({ en: 'guessing', ja: '当てずっぽう' }) });
    }
    const svg = await lineChart({
      title:
        training.length === 1
          ? t({ en: `The training loss was ${shortNumber(last)}`, ja: `訓練損失は ${shortNumber(last)}` })
          : t({
              en: `The training loss went from ${shortNumber(first)} to ${shortNumber(last)}`,
              ja: `訓練損失は ${shortNumber(first)} から ${shortNumber(last)} になった`,
            }),
      description: t({
        en: `Mean loss of the steps between two log lines, over ${shortNumber(training.at(-1)!.x)} epochs.`,
        ja: `ログ 2 行の間の平均損失。${shortNumber(training.at(-1)!.x)} エポック分。`,
      }),
      x: epochAxis(run, t),
      y: { label: t(axes.loss) },
      lines,
      references,
    });
    return chartHtml(svg);
  },
};

export const accuracySection: Section = {
  id: 'accuracy',
  title: { en: 'Accuracy while training', ja: '訓練中の正解率' },
  write: async ({ run, t }) => {
    const { validations, result } = run;
    if (validations.length === 0) {
      return {
        missing: {
          en: 'The run held back no validation images, so its accuracy is known at the end only. Train with --validation to see it grow.',
          ja: 'この実行は検証用の画像を取り分けていないので、正解率は最後にしか分からない。--validation を付けて訓練すると途中の経過が見える。',
        },
      };
    }
    const best = validations.reduce((a, b) => (b.accuracy > a.accuracy ? b : a));
    const line = (name: string, value: (one: (typeof validations)[number]) => number): ChartLine => ({
      name,
      spots: validations.length < 40,
      points: validations.map((one) => ({ x: one.epoch, y: value(one) })),
    });
    const svg = await lineChart({
      title: t({
        en: `Validation accuracy was best after epoch ${best.epoch}: ${percent(best.accuracy)}`,
        ja: `検証の正解率は第 ${best.epoch} エポックのあとが最高で ${percent(best.accuracy)}`,
      }),
      description: t({
        en: `Accuracy on ${count(best.images)} images that were held back, after ${validations.length} epochs, first ${percent(validations[0]!.accuracy)}, last ${percent(validations.at(-1)!.accuracy)}.`,
        ja: `取り分けた ${count(best.images)} 枚での正解率。測ったのは ${validations.length} 回で、最初は ${percent(validations[0]!.accuracy)}、最後は ${percent(validations.at(-1)!.accuracy)}。`,
      }),
      x: epochAxis(run, t),
      y: { label: t(axes.accuracy), domain: [0, 1] },
      lines: [
        line(t({ en: 'validation', ja: '検証' }), ({ accuracy }) => accuracy),
        line(
          t({ en: 'validation, among the first five', ja: '検証 (上位 5 つに含まれる)' }),
          ({ top5 }) => top5,
        ),
      ],
      references: result ? [{ axis: 'y', at: result.accuracy, label: t({ en: 'test', ja: 'テスト' }) }] : [],
    });
    return chartHtml(svg);
  },
};

export const learningRateSection: Section = {
  id: 'learning-rate',
  title: { en: 'Learning rate', ja: '学習率' },
  write: async ({ run, t }) => {
    if (run.steps.length === 0) return noSteps;
    const points = learningRateCurve(run);
    const rates = run.steps.map(({ learningRate }) => learningRate);
    const least = rates.reduce((found, rate) => Math.min(found, rate));
    const most = rates.reduce((found, rate) => Math.max(found, rate));
    const { schedule } = run.config;
    const svg = await lineChart({
      title:
        least === most
          ? t({
              en: `The learning rate stayed at ${shortNumber(most)}`,
              ja: `学習率は ${shortNumber(most)} のまま`,
            })
          : t({
              en: `The learning rate lay between ${shortNumber(least)} and ${shortNumber(most)} (${schedule})`,
              ja: `学習率は ${shortNumber(least)} から ${shortNumber(most)} の間 (${schedule})`,
            }),
      description: t({
        en: `First ${shortNumber(rates[0]!)}, last ${shortNumber(rates.at(-1)!)}.`,
        ja: `最初は ${shortNumber(rates[0]!)}、最後は ${shortNumber(rates.at(-1)!)}。`,
      }),
      x: epochAxis(run, t),
      y: {
        label: t(axes.learningRate),
        format: tickText,
        ...(least === most && { domain: [0, 2 * most || 1] }),
      },
      lines: [{ name: t(axes.learningRate), points, spots: points.length < fewPoints }],
      references: run.rateChanges.map(({ epoch, step, globalStep }) => ({
        axis: 'x',
        at: epochsAt({ epoch, step: step - 1 }, run),
        label: t({ en: `changed at step ${globalStep}`, ja: `ステップ ${globalStep} で変更` }),
      })),
      height: 240,
    });
    return chartHtml(svg) + changesHtml(run, t);
  },
};

/** What was ordered on the way. */
function changesHtml({ rateChanges }: RunRecord, t: Material['t']): string {
  return rateChanges
    .map(({ before, learningRate, globalStep }) =>
      t({
        en: `The learning rate was changed from ${before} to ${learningRate} at step ${globalStep}, by an order.`,
        ja: `指示により、ステップ ${globalStep} で学習率を ${before} から ${learningRate} に変更した。`,
      }),
    )
    .map((text) => `<p>${escaped(text)}</p>`)
    .join('');
}

export const throughputSection: Section = {
  id: 'throughput',
  title: { en: 'Throughput', ja: '速度' },
  write: async (material) => {
    const { run, t } = material;
    const points = trainingCurve(run, ({ imagesPerSecond }) => imagesPerSecond);
    if (points.length === 0) return noSteps;
    const speeds = points.map(({ y }) => y).sort((a, b) => a - b);
    const middle = speeds[speeds.length >> 1]!;
    const svg = await lineChart({
      title: t({
        en: `Training ran at ${rate(middle)} in the middle of its measurements`,
        ja: `訓練の速度は中央値で毎秒 ${rate(middle).replace(' images/s', '')} 枚`,
      }),
      description: t({
        en: `From ${rate(speeds[0]!)} to ${rate(speeds.at(-1)!)}.`,
        ja: `${rate(speeds[0]!)} から ${rate(speeds.at(-1)!)} まで。`,
      }),
      x: epochAxis(run, t),
      y: { label: t(axes.throughput), domain: [0, 1.1 * speeds.at(-1)!] },
      lines: [{ name: t(axes.throughput), points, spots: points.length < fewPoints }],
      height: 240,
    });
    return chartHtml(svg) + waiting(material);
  },
};

/** The share of its time in which a training had no images to go on with; runs of before it was told say nothing. */
function waiting({ run: { epochs }, t }: Material): string {
  const told = epochs.filter(({ waitShare }) => typeof waitShare === 'number');
  const seconds = told.reduce((sum, epoch) => sum + epoch.seconds, 0);
  if (seconds === 0) return '';
  const share = told.reduce((sum, epoch) => sum + epoch.waitShare * epoch.seconds, 0) / seconds;
  const text = t({
    en: `For ${percent(share)} of its time the training waited for images to be loaded.`,
    ja: `画像の読み込みを待っていた時間の割合は ${percent(share)}。`,
  });
  return `<p>${escaped(text)}</p>`;
}
