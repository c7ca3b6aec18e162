import { escaped } from '../../charts/chart.ts';
import type { Text } from '../../language.ts';
import { clock, count, percent, rate } from '../../numberText.ts';
import { packageVersion } from '../../packageVersion.ts';
import { isMissing, type Material, type Section } from '../material.ts';
import { trainingSeconds } from '../../training/runEvents.ts';
import { correctCount, wilsonInterval } from '../statistics.ts';

type Fact = readonly [Text, string];

/** The share that were right, with its 95 % interval. */
function share(correct: number, total: number, { t }: Material): string {
  const { low, high } = wilsonInterval(correct, total);
  return t({
    en: `${percent(correct / total)} of ${count(total)} images; 95% interval ${percent(low)} to ${percent(high)}`,
    ja: `${count(total)} 枚の ${percent(correct / total)} (95% 信頼区間 ${percent(low)}〜${percent(high)})`,
  });
}

function accuracyFacts(material: Material): Fact[] {
  const { run, tested, t } = material;
  const { result, start } = run;
  const facts: Fact[] = [];
  if (result) {
    facts.push([
      { en: 'Accuracy, as the run tested it', ja: '正解率 (訓練の終わりに測定)' },
      share(result.correct, result.total, material),
    ]);
    if (result.perClass.length > 5)
      facts.push([{ en: 'Among the first five', ja: '上位 5 つに含まれる割合' }, percent(result.top5)]);
  }
  if (isMissing(tested)) return facts;
  const { labels, likelihoods } = tested.predictions;
  const correct = correctCount(tested.predictions);
  const loss = -likelihoods.reduce((sum, p) => sum + Math.log(Math.max(p, 1e-38)), 0) / labels.length;
  const fewer = start !== undefined && labels.length < start.testImages;
  facts.push([
    { en: 'Accuracy, for this report', ja: '正解率 (このレポートで測定)' },
    share(correct, labels.length, material) +
      (fewer ? t({ en: ' (some of the test images)', ja: ' (テスト画像の一部)' }) : ''),
  ]);
  facts.push([{ en: 'Mean test loss', ja: 'テストの平均損失' }, `${loss.toFixed(4)} nats`]);
  return facts;
}

function timeFacts({ run, t }: Material): Fact[] {
  const { epochs, start, resumes, config } = run;
  const seconds = trainingSeconds(run);
  const facts: Fact[] = [];
  if (epochs.length > 0 && start) {
    const images = start.trainImages * epochs.length;
    facts.push([
      { en: 'Training time', ja: '訓練時間' },
      t({
        en: `${clock(seconds)} for ${epochs.length} of ${config.epochs} epochs, ${rate(images / seconds)}`,
        ja: `${clock(seconds)} (${config.epochs} エポック中 ${epochs.length} エポック、毎秒 ${(images / seconds).toFixed(0)} 枚)`,
      }) + (resumes > 0 ? t({ en: `; resumed ${resumes} times`, ja: `、再開 ${resumes} 回` }) : ''),
    ]);
  }
  if (start) {
    const { engine, target, threads, processor } = start;
    facts.push([
      { en: 'Machine', ja: 'マシン' },
      [processor, `${engine} ${target}`, t({ en: `${threads} threads`, ja: `${threads} スレッド` })]
        .filter((part) => part !== undefined)
        .join(', '),
    ]);
  }
  return facts;
}

function runFacts({ run, model, t }: Material): Fact[] {
  const { start, config } = run;
  const network = typeof config.network === 'string' ? config.network : config.network?.name;
  const facts: Fact[] = [[{ en: 'Run', ja: '実行' }, run.folder]];
  facts.push([
    { en: 'Network', ja: 'ネットワーク' },
    `${start?.network ?? network ?? config.init ?? '?'}` +
      (start
        ? t({
            en: `, ${count(start.parameters)} parameters`,
            ja: `、パラメータ ${count(start.parameters)} 個`,
          })
        : ''),
  ]);
  facts.push([
    { en: 'Data', ja: 'データ' },
    config.dataset +
      (start
        ? t({
            en: `: ${count(start.trainImages)} images to train, ${count(start.validationImages)} to validate, ${count(start.testImages)} to test`,
            ja: `: 訓練 ${count(start.trainImages)} 枚、検証 ${count(start.validationImages)} 枚、テスト ${count(start.testImages)} 枚`,
          })
        : ''),
  ]);
  facts.push([
    { en: 'Recipe', ja: 'レシピ' },
    t({
      en: `${config.recipe}: ${config.optimizer}, learning rate ${config.learningRate}, ${config.schedule} schedule, batch ${config.batchSize}, seed ${config.seed}`,
      ja: `${config.recipe}: ${config.optimizer}、学習率 ${config.learningRate}、スケジュール ${config.schedule}、バッチ ${config.batchSize}、シード ${config.seed}`,
    }),
  ]);
  if (!isMissing(model) && model.unfinished) {
    facts.push([
      { en: 'Weights', ja: '重み' },
      t({
        en: 'of the latest checkpoint: the training is not done',
        ja: '最新のチェックポイントのもの (訓練はまだ終わっていない)',
      }),
    ]);
  }
  return facts;
}

export const summarySection: Section = {
  id: 'summary',
  title: { en: 'Summary', ja: '概要' },
  write: (material) => {
    const { t, run } = material;
    const facts: Fact[] = [
      ...runFacts(material),
      ...accuracyFacts(material),
      ...timeFacts(material),
      [{ en: 'Report by', ja: '作成' }, `alexnet-ts ${packageVersion()}`],
    ];
    const ended = run.failure
      ? `<p><strong>${escaped(t({ en: 'The training ended by an error:', ja: '訓練はエラーで終わった:' }))}</strong> ${escaped(run.failure.message)}</p>`
      : '';
    const notices = [...new Set(run.notices.map(({ message }) => message))].slice(0, 5);
    return (
      `<dl>${facts.map(([name, value]) => `<dt>${escaped(t(name))}</dt><dd>${escaped(value)}</dd>`).join('')}</dl>` +
      ended +
      notices.map((notice) => `<p class="quiet">${escaped(notice)}</p>`).join('')
    );
  },
};
