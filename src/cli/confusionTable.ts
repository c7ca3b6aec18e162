import type { ResultEvent } from '../training/events.ts';
import { onHeat } from './heatColor.ts';
import type { Terminal } from './terminal.ts';
import { bar, displayWidth, padded, percent, shortened, table } from './text.ts';

/** Classes that are told one by one. */
const mostListed = 20;
/** Of more than those, how many of the worst, and how many mistakes. */
const listedOfMany = 10;

/** Accuracy of each class, a line each; of many classes, those with the least. */
export function classTable({ perClass }: ResultEvent): string {
  const many = perClass.length > mostListed;
  const tested = perClass.filter((line) => line.total > 0);
  const listed = many ? tested.toSorted((a, b) => a.accuracy - b.accuracy).slice(0, listedOfMany) : perClass;
  const rows = listed.map((line) => [
    line.class,
    bar(line.accuracy, 20),
    percent(line.accuracy),
    `${line.correct}/${line.total}`,
  ]);
  const title = many ? `least accurate of ${perClass.length}` : 'class';
  return table([[title, '', 'accuracy', 'correct'], ...rows], [2, 3]);
}

/**
 * Rows are labels, columns what the network said; of many classes, the most frequent mistakes. Where there are colours, a
 * cell's is its share of the label's images. Names of columns are shortened to what the terminal has room for.
 */
export function confusionTable(
  { perClass, confusion }: ResultEvent,
  { colorDepth, shown, columns }: Pick<Terminal, 'colorDepth' | 'shown' | 'columns'>,
): string {
  const names = perClass.map((line) => line.class);
  if (names.length > mostListed) return mistakesTable(names, confusion);
  const corner = 'label \\ said';
  const labelWidth = Math.max(...[corner, ...names].map(displayWidth));
  const digits = Math.max(...confusion.flat().map((images) => String(images).length));
  const room = shown ? Math.floor((columns - labelWidth - 1) / names.length) - 2 : Infinity;
  const width = Math.max(digits, Math.min(room, Math.max(...names.map(displayWidth))));
  const heads = names.map((name) => ` ${padded(shortened(name, width), width, 'right')} `);
  const rows = confusion.map((row, label) => {
    const cells = row.map((images) => {
      const text = ` ${String(images).padStart(width)} `;
      return images === 0 ? text : onHeat(text, colorDepth, images / perClass[label]!.total);
    });
    return `${padded(names[label]!, labelWidth)} ${cells.join('')}`;
  });
  return [`${padded(corner, labelWidth)} ${heads.join('')}`, ...rows].map((row) => row.trimEnd()).join('\n');
}

function mistakesTable(names: readonly string[], confusion: ResultEvent['confusion']): string {
  const mistakes = confusion.flatMap((row, label) =>
    row.flatMap((images, said) => (said === label || images === 0 ? [] : [{ label, said, images }])),
  );
  const rows = mistakes
    .toSorted((a, b) => b.images - a.images)
    .slice(0, listedOfMany)
    .map(({ label, said, images }) => [names[label]!, names[said]!, String(images)]);
  return table([['label', 'said most often instead', 'images'], ...rows], [2]);
}
