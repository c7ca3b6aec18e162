import type { Cell, Line } from './terminalLines.ts';

const cellWidth = 8;
const cellHeight = 18;
const fontSize = 13.3;
const margin = 16;
const colors = { screen: '#0d1117', text: '#d0d7de' };

const eighths = '▏▎▍▌▋▊▉█';

/** Draws a terminal's lines; block characters become rectangles, so that no font spoils them. */
export function terminalSvg(lines: readonly Line[], columns: number): string {
  const width = columns * cellWidth + 2 * margin;
  const height = lines.length * cellHeight + 2 * margin;
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}">`,
    `<rect width="${width}" height="${height}" rx="8" fill="${colors.screen}"/>`,
    `<g font-family="ui-monospace, 'DejaVu Sans Mono', Menlo, Consolas, monospace" font-size="${fontSize}" fill="${colors.text}">`,
    ...lines.flatMap((line, row) => drawLine(line, margin + row * cellHeight)),
    '</g>',
    '</svg>',
    '',
  ].join('\n');
}

function drawLine(line: Line, top: number): string[] {
  const shapes = Array.from(line, (cell, column) => drawBlock(cell, margin + column * cellWidth, top));
  return [...shapes.filter((shape) => shape !== ''), ...drawWords(line, top)];
}

function rectangle(x: number, y: number, width: number, height: number, fill: string): string {
  return `<rect x="${x}" y="${y}" width="${width}" height="${height}" fill="${fill}" shape-rendering="crispEdges"/>`;
}

function drawBlock(cell: Cell | undefined, x: number, top: number): string {
  if (cell === undefined) return '';
  const { character, foreground = colors.text, background = colors.screen } = cell;
  if (character === '▀') {
    const half = cellHeight / 2;
    return (
      rectangle(x, top, cellWidth, half, foreground) + rectangle(x, top + half, cellWidth, half, background)
    );
  }
  const eighth = eighths.indexOf(character) + 1;
  if (eighth === 0) return '';
  return rectangle(x, top + 2, (cellWidth * eighth) / 8, cellHeight - 4, foreground);
}

/** Runs of text between blocks and wide gaps, each stretched to its cells whatever the font is. */
function drawWords(line: Line, top: number): string[] {
  const text = Array.from(line, (cell) => plain(cell)).join('');
  return [...text.matchAll(/\S+(?: \S+)*/g)].map(({ 0: words, index }) => {
    const x = margin + index * cellWidth;
    const length = words.length * cellWidth;
    return `<text x="${x}" y="${top + 13}" textLength="${length}" xml:space="preserve">${escape(words)}</text>`;
  });
}

function plain(cell: Cell | undefined): string {
  const character = cell?.character ?? ' ';
  return character === '▀' || eighths.includes(character) ? ' ' : character;
}

function escape(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}
