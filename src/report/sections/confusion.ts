import { heatMap } from '../../charts/heatMap.ts';
import { count, percent } from '../../numberText.ts';
import { isMissing, type Material, type Section, type Tested } from '../material.ts';
import { chartHtml, tableHtml } from '../page.ts';
import { classScores, confusionMatrix, sum, type ClassScores } from '../statistics.ts';

/** Classes that a map has room for. */
const mostMapped = 20;
/** Classes that are told one by one. */
const mostListed = 40;
const listedMistakes = 12;

interface Mistake {
  readonly label: number;
  readonly said: number;
  readonly images: number;
}

function mistakesOf(confusion: readonly (readonly number[])[]): Mistake[] {
  return confusion
    .flatMap((row, label) => row.map((images, said) => ({ label, said, images })))
    .filter(({ label, said, images }) => label !== said && images > 0)
    .sort((a, b) => b.images - a.images);
}

/** The classes that a map shows: all, or those with the least F1. */
function mapped(scores: readonly ClassScores[]): number[] {
  const all = [...scores.keys()];
  if (all.length <= mostMapped) return all;
  return all
    .sort((a, b) => (scores[a]!.f1 ?? 2) - (scores[b]!.f1 ?? 2))
    .slice(0, mostMapped)
    .sort((a, b) => a - b);
}

async function confusionMap(
  confusion: readonly (readonly number[])[],
  scores: readonly ClassScores[],
  { dataset: { classes } }: Tested,
  { t }: Material,
): Promise<string> {
  const shown = mapped(scores);
  const names = shown.map((label) => classes[label]!);
  const worst = mistakesOf(confusion)[0];
  const some = shown.length < classes.length;
  const svg = await heatMap({
    title: worst
      ? t({
          en: `Most often mistaken: ${classes[worst.label]!} for ${classes[worst.said]!}, ${count(worst.images)} images`,
          ja: `最も多い誤り: ${classes[worst.label]!} を ${classes[worst.said]!} とする (${count(worst.images)} 枚)`,
        })
      : t({ en: 'No image was mistaken', ja: '誤りは 1 枚もない' }),
    description: t({
      en: `Shares of the images of each label (rows) by what the network said (columns)${some ? `; the ${shown.length} classes with the least F1` : ''}. The tables below have the numbers.`,
      ja: `ラベル (行) ごとに、ネットワークの答え (列) の割合を示す${some ? `。F1 の低い ${shown.length} クラス` : ''}。数値は下の表にある。`,
    }),
    rows: names,
    columns: names,
    rowLabel: t({ en: 'label', ja: 'ラベル' }),
    columnLabel: t({ en: 'said', ja: '答え' }),
    values: shown.map((label) => {
      const all = sum(confusion[label]!);
      return shown.map((said) => (all === 0 ? null : confusion[label]![said]! / all));
    }),
    domain: [0, 1],
    format: (value) => (value < 0.005 ? '' : (100 * value).toFixed(0)),
  });
  return chartHtml(svg);
}

function scoreTable(
  scores: readonly ClassScores[],
  { dataset: { classes } }: Tested,
  { t }: Material,
): string {
  const text = (value: number | undefined): string => (value === undefined ? '–' : percent(value));
  const order = [...scores.keys()];
  const many = order.length > mostListed;
  if (many) order.sort((a, b) => (scores[a]!.f1 ?? 2) - (scores[b]!.f1 ?? 2));
  const rows = order.slice(0, mostListed).map((label) => {
    const { precision, recall, f1, images } = scores[label]!;
    return [classes[label]!, text(precision), text(recall), text(f1), count(images)];
  });
  const mean = (of: (one: ClassScores) => number | undefined): string => {
    const known = scores.map(of).filter((value) => value !== undefined);
    return text(known.length === 0 ? undefined : sum(known) / known.length);
  };
  const all = [
    t({ en: 'mean of classes', ja: 'クラスの平均' }),
    mean(({ precision }) => precision),
    mean(({ recall }) => recall),
    mean(({ f1 }) => f1),
    count(sum(scores.map(({ images }) => images))),
  ];
  const caption = many
    ? t({ en: `The ${mostListed} classes with the least F1`, ja: `F1 の低い ${mostListed} クラス` })
    : t({
        en: 'Precision: how many of those that were said to be of the class are. Recall: how many of the class were found.',
        ja: '適合率: そのクラスだと答えたうち正しい割合。再現率: そのクラスの画像のうち見つけた割合。',
      });
  const head = [
    t({ en: 'class', ja: 'クラス' }),
    t({ en: 'precision', ja: '適合率' }),
    t({ en: 'recall', ja: '再現率' }),
    'F1',
    t({ en: 'images', ja: '画像' }),
  ];
  return tableHtml(caption, head, [...rows, all]);
}

function mistakeTable(
  confusion: readonly (readonly number[])[],
  { dataset: { classes } }: Tested,
  { t }: Material,
): string {
  const rows = mistakesOf(confusion)
    .slice(0, listedMistakes)
    .map(({ label, said, images }) => [
      classes[label]!,
      classes[said]!,
      count(images),
      percent(images / sum(confusion[label]!)),
    ]);
  if (rows.length === 0) return '';
  return tableHtml(
    t({ en: 'The most frequent mistakes', ja: '最も多い誤り' }),
    [
      t({ en: 'label', ja: 'ラベル' }),
      t({ en: 'said instead', ja: '答え' }),
      t({ en: 'images', ja: '画像' }),
      t({ en: 'of the label', ja: 'ラベルに占める割合' }),
    ],
    rows,
  );
}

export const confusionSection: Section = {
  id: 'confusion',
  title: { en: 'Confusion matrix, precision and recall', ja: '混同行列、適合率と再現率' },
  write: async (material) => {
    const { tested } = material;
    if (isMissing(tested)) return tested;
    const confusion = confusionMatrix(tested.predictions, tested.dataset.classes.length);
    const scores = classScores(confusion);
    return (
      (await confusionMap(confusion, scores, tested, material)) +
      scoreTable(scores, tested, material) +
      mistakeTable(confusion, tested, material)
    );
  },
};
