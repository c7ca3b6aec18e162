/** Bars and tables as the commands write them. */

export { bytes, clock, count, percent, rate } from '../numberText.ts';

const eighths = ['', '▏', '▎', '▍', '▌', '▋', '▊', '▉'];

/** A bar of `width` columns, filled to `share` (0..1) in eighths of a column. */
export function bar(share: number, width: number): string {
  const filled = Math.round(Math.min(1, Math.max(0, share)) * width * 8);
  const text = '█'.repeat(Math.floor(filled / 8)) + eighths[filled % 8]!;
  return text.padEnd(width);
}

/** Columns that text takes in a terminal: full-width letters take two. */
export function displayWidth(text: string): number {
  return [...text].reduce((sum, letter) => sum + (fullWidth.test(letter) ? 2 : 1), 0);
}

const fullWidth = /[\u2e80-\uffef]/u;

/** Lines of at most so many columns, broken at spaces and between full-width letters. */
export function wrap(text: string, columns: number): string {
  const lines = [''];
  let width = 0;
  for (const piece of text.split(/(?<=\s)|(?<=[\u2e80-\uffef])(?![、。，．）」])/u)) {
    const own = displayWidth(piece.trimEnd());
    if (width + own > columns) {
      lines.push('');
      width = 0;
    }
    lines[lines.length - 1] += piece;
    width += own + (piece.length - piece.trimEnd().length);
  }
  return lines.map((line) => line.trimEnd()).join('\n');
}

/** Columns padded to their widest cell; those in `right` are aligned to the right. */
export function table(rows: readonly (readonly string[])[], right: readonly number[] = []): string {
  const widths: number[] = [];
  for (const row of rows) {
    row.forEach((cell, i) => (widths[i] = Math.max(widths[i] ?? 0, displayWidth(cell))));
  }
  const aligned = (cell: string, i: number): string => {
    const room = ' '.repeat(widths[i]! - displayWidth(cell));
    return right.includes(i) ? room + cell : cell + room;
  };
  return rows.map((row) => row.map(aligned).join('  ').trimEnd()).join('\n');
}
