import type { ResultEvent } from '../training/events.ts';
import { bar, percent, table } from './text.ts';

/** Accuracy of each class, a line each. */
export function classTable({ perClass }: ResultEvent): string {
  const rows = perClass.map((line) => [
    line.class,
    bar(line.accuracy, 20),
    percent(line.accuracy),
    `${line.correct}/${line.total}`,
  ]);
  return table([['class', '', 'accuracy', 'correct'], ...rows], [2, 3]);
}

/** Rows are labels, columns what the network said. */
export function confusionTable({ perClass, confusion }: ResultEvent): string {
  const names = perClass.map((line) => line.class);
  const rows = confusion.map((row, label) => [names[label]!, ...row.map(String)]);
  return table(
    [['label \\ said', ...names], ...rows],
    names.map((_, i) => i + 1),
  );
}
