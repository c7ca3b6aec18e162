import type { ResultEvent } from '../training/events.ts';
import { bar, percent, table } from './text.ts';

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

/** Rows are labels, columns what the network said; of many classes, the most frequent mistakes. */
export function confusionTable({ perClass, confusion }: ResultEvent): string {
  const names = perClass.map((line) => line.class);
  if (names.length > mostListed) return mistakesTable(names, confusion);
  const rows = confusion.map((row, label) => [names[label]!, ...row.map(String)]);
  return table(
    [['label \\ said', ...names], ...rows],
    names.map((_, i) => i + 1),
  );
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
