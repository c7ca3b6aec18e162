/** Several training runs in one page: their results, what differed in their configurations, their curves over each other. */
import { escaped, tickText } from '../charts/chart.ts';
import { lineChart, type ChartPoint, type LineChart } from '../charts/lineChart.ts';
import { alexnetError } from '../errors.ts';
import { writeTextAtomically } from '../formats/atomicFile.ts';
import { userLanguage, type Language, type Text } from '../language.ts';
import { clock, count, percent } from '../numberText.ts';
import { configDifferences, type ConfigDifference } from './configDifferences.ts';
import { chartHtml, pageHtml, tableHtml } from './page.ts';
import { trainingSeconds } from '../training/runEvents.ts';
import { readRun, type RunRecord } from '../training/runRecord.ts';
import { learningRateCurve, trainingCurve } from './stepCurve.ts';
import { wilsonInterval } from './statistics.ts';
import { axes, shortNumber } from './terms.ts';

export interface CompareOptions {
  /** Path of the page. Default `comparison.html`. */
  readonly out?: string | undefined;
  /** Default: that of the locale. */
  readonly language?: Language | undefined;
}

/** Names and, under each, a cell a run. */
export interface ComparisonTable {
  readonly head: readonly string[];
  readonly rows: readonly (readonly string[])[];
}

export interface Comparison {
  /** Path of the page. */
  readonly out: string;
  readonly runs: readonly RunRecord[];
  /** Names of the runs that tell them apart. */
  readonly names: readonly string[];
  readonly differences: readonly ConfigDifference[];
  /** The same as text in the language that was asked for: results, and what differed. */
  readonly results: ComparisonTable;
  readonly options: ComparisonTable;
}

/**
 * Writes a page that overlays runs: loss, accuracy, learning rate and throughput over epochs, with a table of what
 * differed in their configurations. Throws ALEX_COMPARE_RUNS, ALEX_RUN_UNREADABLE, ALEX_FILE_READ, ALEX_FILE_WRITE.
 */
export async function compareRuns(
  folders: readonly string[],
  { out = 'comparison.html', language = userLanguage() }: CompareOptions = {},
): Promise<Comparison> {
  if (folders.length < 2) throw alexnetError('ALEX_COMPARE_RUNS', { count: folders.length });
  const runs = await Promise.all(folders.map(readRun));
  const t = (text: Text): string => text[language];
  const names = namesOf(runs);
  const differences = configDifferences(runs.map(({ config }) => config));
  const head = (first: Text): string[] => [t(first), ...names];
  const results = { head: head({ en: 'result', ja: '結果' }), rows: resultRows(runs, t) };
  const options = {
    head: head({ en: 'option', ja: 'オプション' }),
    rows: differences.map(({ option, values }) => [option, ...values]),
  };
  const comparison = { out, runs, names, differences, results, options };
  await writeTextAtomically(out, await comparisonHtml(comparison, language));
  return comparison;
}

/** The folders' own names where they differ, else their paths. */
function namesOf(runs: readonly RunRecord[]): string[] {
  const names = runs.map(({ name }) => name);
  return new Set(names).size === names.length ? names : runs.map(({ folder }) => folder);
}

type Translate = (text: Text) => string;

function resultRows(runs: readonly RunRecord[], t: Translate): string[][] {
  const row = (name: Text, value: (run: RunRecord) => string | undefined): string[] => [
    t(name),
    ...runs.map((run) => value(run) ?? '–'),
  ];
  const rows = [
    row({ en: 'test accuracy', ja: 'テスト正解率' }, ({ result }) => result && percent(result.accuracy)),
    row({ en: '95% interval', ja: '95% 信頼区間' }, ({ result }) => {
      if (result === undefined) return undefined;
      const { low, high } = wilsonInterval(result.correct, result.total);
      return `${percent(low)} – ${percent(high)}`;
    }),
    row({ en: 'test loss', ja: 'テスト損失' }, ({ result }) => result?.loss.toFixed(4)),
    row({ en: 'best validation', ja: '最良の検証正解率' }, ({ validations }) =>
      validations.length === 0
        ? undefined
        : percent(Math.max(...validations.map(({ accuracy }) => accuracy))),
    ),
    row({ en: 'last training loss', ja: '最後の訓練損失' }, ({ epochs }) => epochs.at(-1)?.loss.toFixed(4)),
    row(
      { en: 'epochs done', ja: '済んだエポック' },
      ({ epochs, config }) => `${epochs.length} / ${config.epochs}`,
    ),
    row({ en: 'training time', ja: '訓練時間' }, (run) =>
      run.epochs.length === 0 ? undefined : clock(trainingSeconds(run)),
    ),
    row({ en: 'parameters', ja: 'パラメータ' }, ({ start }) => start && count(start.parameters)),
    row(
      { en: 'engine', ja: 'エンジン' },
      ({ start }) =>
        start &&
        t({
          en: `${start.target}, ${start.threads} threads`,
          ja: `${start.target}、${start.threads} スレッド`,
        }),
    ),
  ];
  return rows.filter(([, ...cells]) => cells.some((cell) => cell !== '–'));
}

async function comparisonHtml(comparison: Comparison, language: Language): Promise<string> {
  const { runs, names, results, options } = comparison;
  const t = (text: Text): string => text[language];
  const title = t({ en: `${runs.length} runs beside each other`, ja: `${runs.length} 個の実行の比較` });
  const heading = (text: Text): string => `<h2>${escaped(t(text))}</h2>`;
  const charts = await Promise.all(overlays(runs, names, t).map(lineChart));
  const body = [
    `<h1>${escaped(title)}</h1>`,
    `<p class="quiet">${runs.map(({ folder }) => escaped(folder)).join(' · ')}</p>`,
    heading({ en: 'Results', ja: '結果' }),
    tableHtml(t({ en: 'What the runs came to', ja: '各実行の結果' }), results.head, results.rows),
    heading({ en: 'What differed', ja: '設定の違い' }),
    options.rows.length === 0
      ? `<p>${escaped(t({ en: 'Nothing in their configurations.', ja: '設定に違いはない。' }))}</p>`
      : tableHtml(
          t({ en: 'Options that are not the same in all runs', ja: '同じでないオプション' }),
          options.head,
          options.rows,
        ),
    heading({ en: 'Curves', ja: '曲線' }),
    ...charts.map(chartHtml),
  ].join('\n');
  return pageHtml({ language, title, body });
}

interface Curve {
  readonly what: Text;
  readonly axis: Text;
  readonly points: (run: RunRecord) => ChartPoint[];
  /** Of the last points of two runs, which is worth naming. */
  readonly best: 'least' | 'most' | 'none';
  /** Whether it depends on the data and on how labels are used. */
  readonly ofData: boolean;
  readonly domain?: readonly [number, number];
}

const curves: readonly Curve[] = [
  {
    what: { en: 'training loss', ja: '訓練損失' },
    axis: axes.loss,
    points: (run) => trainingCurve(run, ({ loss }) => loss),
    best: 'least',
    ofData: true,
  },
  {
    what: { en: 'validation loss', ja: '検証損失' },
    axis: axes.loss,
    points: ({ validations }) => validations.map(({ epoch, loss }) => ({ x: epoch, y: loss })),
    best: 'least',
    ofData: true,
  },
  {
    what: { en: 'validation accuracy', ja: '検証正解率' },
    axis: axes.accuracy,
    points: ({ validations }) => validations.map(({ epoch, accuracy }) => ({ x: epoch, y: accuracy })),
    best: 'most',
    ofData: true,
    domain: [0, 1],
  },
  {
    what: { en: 'learning rate', ja: '学習率' },
    axis: axes.learningRate,
    points: learningRateCurve,
    best: 'none',
    ofData: false,
  },
  {
    what: { en: 'throughput', ja: '速度' },
    axis: axes.throughput,
    points: (run) => trainingCurve(run, ({ imagesPerSecond }) => imagesPerSecond),
    best: 'most',
    ofData: false,
  },
];

/** The charts for which at least one run has values; a run keeps its colour in all of them. */
export function overlays(runs: readonly RunRecord[], names: readonly string[], t: Translate): LineChart[] {
  return curves.flatMap(({ what, axis, points, best, ofData, domain }) => {
    const lines = runs
      .map((run, series) => ({ name: names[series]!, series, points: points(run) }))
      .filter((line) => line.points.length > 0)
      // A line through one point is not to be seen.
      .map((line) => ({ ...line, spots: line.points.length === 1 }));
    if (lines.length === 0) return [];
    const ends = lines.map((line) => ({ name: line.name, value: line.points.at(-1)!.y }));
    const told = ends.map(({ name, value }) => `${name} ${shortNumber(value)}`).join(', ');
    return [
      {
        title: overlayTitle({ what, best }, ends, !ofData || haveSameData(runs), t),
        description: t({ en: `At the end: ${told}.`, ja: `最後の値: ${told}。` }),
        x: { label: t(axes.epochs) },
        y: { label: t(axis), format: tickText, ...(domain && { domain }) },
        lines,
      },
    ];
  });
}

/** Losses and accuracies of other data, or losses of smoothed labels, are no better or worse. */
function haveSameData(runs: readonly RunRecord[]): boolean {
  const conditions = runs.map(({ config: { dataset, labelSmoothing } }) => `${dataset} ${labelSmoothing}`);
  return new Set(conditions).size === 1;
}

function overlayTitle(
  { what, best }: Pick<Curve, 'what' | 'best'>,
  ends: readonly { readonly name: string; readonly value: number }[],
  comparable: boolean,
  t: Translate,
): string {
  if (best === 'none' || ends.length < 2) return t({ en: capital(what.en), ja: what.ja });
  if (!comparable) {
    return t({
      en: `${capital(what.en)}, on other data or other labels: not to be compared`,
      ja: `${what.ja} (データかラベルの扱いが違うので、大小は比べられない)`,
    });
  }
  const [winner] = ends.toSorted((a, b) => (best === 'least' ? a.value - b.value : b.value - a.value));
  const { name, value } = winner!;
  return t({
    en: `${capital(what.en)}: ${name} has the ${best} at its end, ${shortNumber(value)}`,
    ja: `${what.ja}: 最後の値が最も${best === 'least' ? '小さい' : '大きい'}のは ${name} の ${shortNumber(value)}`,
  });
}

function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
