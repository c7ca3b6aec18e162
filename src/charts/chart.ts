/** What every chart has: a title that says what to see, a text alternative, a legend; an SVG document of its own. */
import { brokenLines } from '../brokenLines.ts';
import { chartStyle, seriesColor, seriesDashes } from './palette.ts';

export interface ChartText {
  /** What is to be seen, in a sentence. */
  readonly title: string;
  /** The same for who cannot see it: what is drawn, and its main values. */
  readonly description: string;
  /** What else is to be known, in small letters under the chart. */
  readonly note?: string;
}

export interface Axis {
  /** With its unit. */
  readonly label: string;
  /** Default `linear`. */
  readonly type?: 'linear' | 'log';
  /** Least and most value. Default: those of the data. */
  readonly domain?: readonly [number, number];
  /** How the numbers at its ticks are written. Default: as the range asks for. */
  readonly format?: (value: number) => string;
}

export interface LegendEntry {
  readonly name: string;
  /** Number of the series, from 0. */
  readonly series: number;
  /** A line with the series' dashes, a thin and pale one, a round or a square spot, or a plain line in the colour of text. Default line. */
  readonly symbol?: 'line' | 'faint' | 'spot' | 'square' | 'guide';
}

/** How lines are drawn that stand behind others. */
export const faintLine = { width: 1, opacity: 0.5 } as const;

/** An SVG fragment and its size, in pixels. */
export interface Drawing {
  readonly svg: string;
  readonly width: number;
  readonly height: number;
}

const margin = 16;
const titleSize = 16;
const textSize = 12;
const lineHeight = 22;
const noteHeight = 17;

/** The whole chart around a drawing: an SVG document that also stands in a page as it is. */
export function framedChart(
  { title, description, note = '' }: ChartText,
  drawing: Drawing,
  legend: readonly LegendEntry[] = [],
): string {
  const width = drawing.width + 2 * margin;
  const titleLines = brokenLines(title, drawing.width / titleSize, textWidth);
  const rows = legendRows(legend, drawing.width);
  const legendTop = margin + titleLines.length * lineHeight;
  const top = legendTop + rows.length * lineHeight + 8;
  const noteLines = note === '' ? [] : brokenLines(note, drawing.width / textSize, textWidth);
  const noteTop = top + drawing.height + margin;
  const height = top + drawing.height + margin / 2 + noteLines.length * noteHeight;
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" class="chart" role="img" aria-label="${escaped(`${title}. ${description}`)}"`,
    ` viewBox="0 0 ${width} ${height}" width="${width}" height="${height}"`,
    ` font-family="system-ui,'Noto Sans CJK JP','Hiragino Sans',sans-serif" font-size="${textSize}" fill="currentColor">`,
    `<title>${escaped(title)}</title><desc>${escaped(description)}</desc><style>${chartStyle}</style>`,
    `<rect width="${width}" height="${height}" fill="var(--chart-paper)"/>`,
    ...titleLines.map(
      (line, i) =>
        `<text x="${margin}" y="${margin + 14 + i * lineHeight}" font-size="${titleSize}" font-weight="600">${escaped(line)}</text>`,
    ),
    ...rows.flatMap((row, i) => row.map((item) => drawnEntry(item, legendTop + 6 + i * lineHeight))),
    // Plot labels its marks by kind, which says nothing to who cannot see them: the description is for that.
    `<g transform="translate(${margin},${top})" aria-hidden="true">${drawing.svg}</g>`,
    ...noteLines.map(
      (line, i) =>
        `<text x="${margin}" y="${noteTop + i * noteHeight}" fill="var(--chart-quiet)">${escaped(line)}</text>`,
    ),
    '</svg>\n',
  ].join('');
}

interface PlacedEntry {
  readonly entry: LegendEntry;
  readonly x: number;
}

/** Legend entries in rows, none of them wider than `width`. */
function legendRows(legend: readonly LegendEntry[], width: number): PlacedEntry[][] {
  const rows: PlacedEntry[][] = [];
  let x = Infinity;
  for (const entry of legend) {
    const own = 34 + textWidth(entry.name) * textSize + 18;
    if (x + own > width) {
      rows.push([]);
      x = 0;
    }
    rows.at(-1)!.push({ entry, x: margin + x });
    x += own;
  }
  return rows;
}

function drawnEntry({ entry: { name, series, symbol = 'line' }, x }: PlacedEntry, y: number): string {
  const color = seriesColor(series);
  const marks = {
    spot: `<circle cx="${x + 13}" cy="${y + 6}" r="5" fill="${color}"/>`,
    square: `<rect x="${x + 8}" y="${y + 1}" width="10" height="10" fill="${color}"/>`,
    line: `<path d="M${x} ${y + 6}h26" stroke="${color}" stroke-width="2.5" stroke-dasharray="${seriesDashes(series)}"/>`,
    faint: `<path d="M${x} ${y + 6}h26" stroke="${color}" stroke-opacity="${faintLine.opacity}"/>`,
    guide: `<path d="M${x} ${y + 6}h26" stroke="currentColor" stroke-width="2"/>`,
  };
  return `${marks[symbol]}<text x="${x + 34}" y="${y + 10}">${escaped(name)}</text>`;
}

/** Width in ems, near enough: full-width letters take one, others about half. */
export function textWidth(text: string): number {
  return [...text].reduce((sum, letter) => sum + (isWide(letter) ? 1 : 0.56), 0);
}

function isWide(letter: string): boolean {
  const code = letter.codePointAt(0)!;
  return code >= 0x2e80 && code < 0xfff0;
}

/** A value on an axis: `0.001`, `1,500`, `2e-7`. */
export function tickText(value: number): string {
  const size = Math.abs(value);
  if (size !== 0 && (size < 1e-3 || size >= 1e7))
    return Number(value.toPrecision(4)).toExponential().replace('+', '');
  return value.toLocaleString('en', { maximumSignificantDigits: 6 });
}

/** Text for XML and HTML. */
export function escaped(text: string): string {
  return text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;');
}
