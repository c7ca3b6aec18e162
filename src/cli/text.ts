/** Bars and tables as the commands write them. */
import { stripVTControlCharacters } from 'node:util';
import { brokenLines } from '../brokenLines.ts';

export { bytes, clock, count, percent, rate } from '../numberText.ts';

const eighths = ['', '▏', '▎', '▍', '▌', '▋', '▊', '▉'];

/** A bar of `width` columns, filled to `share` (0..1) in eighths of a column. */
export function bar(share: number, width: number): string {
  const filled = Math.round(Math.min(1, Math.max(0, share)) * width * 8);
  const text = '█'.repeat(Math.floor(filled / 8)) + eighths[filled % 8]!;
  return text.padEnd(width);
}

const wide =
  /[\u1100-\u115f\u2e80-\ud7ff\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6\u{1f300}-\u{1faff}\u{20000}-\u{3fffd}]/u;
const mark = /\p{Mark}/u;

/** Columns of one letter: full-width letters take two, marks on the letter before them none. */
function letterWidth(letter: string): number {
  if (mark.test(letter)) return 0;
  return wide.test(letter) ? 2 : 1;
}

/** Columns that text takes in a terminal; colours take none. */
export function displayWidth(text: string): number {
  return [...stripVTControlCharacters(text)].reduce((sum, letter) => sum + letterWidth(letter), 0);
}

/** Spaces after the text, or before it, to so many columns. */
export function padded(text: string, columns: number, align: 'left' | 'right' = 'left'): string {
  const room = ' '.repeat(Math.max(0, columns - displayWidth(text)));
  return align === 'left' ? text + room : room + text;
}

/** The text's beginning, in at most so many columns; it must have no colours. */
export function cut(text: string, columns: number): string {
  let width = 0;
  const letters = [...text];
  const end = letters.findIndex((letter) => (width += letterWidth(letter)) > columns);
  return end < 0 ? text : letters.slice(0, end).join('');
}

/** The text, or its beginning and an ellipsis where it is too long. */
export function shortened(text: string, columns: number): string {
  return displayWidth(text) <= columns ? text : `${cut(text, columns - 1)}…`;
}

const levels = '▁▂▃▄▅▆▇█';

/** Values as bars of eight heights, from the least to the most; those that are not finite are blank. */
export function sparkline(values: readonly number[]): string {
  const finite = values.filter(Number.isFinite);
  const [least, most] = [Math.min(...finite), Math.max(...finite)];
  const level = (value: number): number =>
    most > least ? Math.round(((value - least) / (most - least)) * (levels.length - 1)) : 0;
  return values.map((value) => (Number.isFinite(value) ? levels[level(value)]! : ' ')).join('');
}

/** Lines of at most so many columns, broken at spaces and between full-width letters. */
export function wrap(text: string, columns: number): string {
  return brokenLines(text, columns, displayWidth).join('\n');
}

/** Columns padded to their widest cell; those in `right` are aligned to the right. */
export function table(rows: readonly (readonly string[])[], right: readonly number[] = []): string {
  const widths: number[] = [];
  for (const row of rows) {
    row.forEach((cell, i) => (widths[i] = Math.max(widths[i] ?? 0, displayWidth(cell))));
  }
  const aligned = (cell: string, i: number): string =>
    padded(cell, widths[i]!, right.includes(i) ? 'right' : 'left');
  return rows.map((row) => row.map(aligned).join('  ').trimEnd()).join('\n');
}
