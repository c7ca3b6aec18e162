/** Colours in a terminal, in as many as it has. */
import { seriesOnAnyPaper } from '../charts/palette.ts';
import type { Rgb } from '../explain/colors.ts';

/** Bits of a terminal's colours, as Node counts them: 1 is none, 4 is the 16 of ANSI, 8 is xterm's 256. */
export type ColorDepth = 1 | 4 | 8 | 24;

/** xterm's first 16 colours, in the order of their codes. */
const ansiColors: readonly Rgb[] = [
  [0, 0, 0],
  [205, 0, 0],
  [0, 205, 0],
  [205, 205, 0],
  [0, 0, 238],
  [205, 0, 205],
  [0, 205, 205],
  [229, 229, 229],
  [127, 127, 127],
  [255, 0, 0],
  [0, 255, 0],
  [255, 255, 0],
  [92, 92, 255],
  [255, 0, 255],
  [0, 255, 255],
  [255, 255, 255],
];

const cubeLevels = [0, 95, 135, 175, 215, 255];

/** Those that follow: a cube of six levels, and greys. */
const extendedColors: readonly Rgb[] = [
  ...cubeLevels.flatMap((red) =>
    cubeLevels.flatMap((green) => cubeLevels.map((blue) => [red, green, blue] as const)),
  ),
  ...Array.from({ length: 24 }, (_, i) => [8 + 10 * i, 8 + 10 * i, 8 + 10 * i] as const),
];

function nearest(colors: readonly Rgb[], [red, green, blue]: Rgb): number {
  const distances = colors.map(([r, g, b]) => (r - red) ** 2 + (g - green) ** 2 + (b - blue) ** 2);
  return distances.indexOf(Math.min(...distances));
}

/** Parameters of SGR (ECMA-48) for a colour of letters, or of what is behind them. */
function parameters(color: Rgb, depth: ColorDepth, behind: boolean): string {
  if (depth === 24) return `${behind ? 48 : 38};2;${color.join(';')}`;
  if (depth === 8) return `${behind ? 48 : 38};5;${ansiColors.length + nearest(extendedColors, color)}`;
  const index = nearest(ansiColors, color);
  return String((index < 8 ? 30 + index : 82 + index) + (behind ? 10 : 0));
}

/** Text in a colour, on another if that is given; as it is where there are no colours. */
export function painted(text: string, depth: ColorDepth, ink: Rgb, paper?: Rgb): string {
  if (depth === 1 || text === '') return text;
  const behind = paper === undefined ? '' : `;${parameters(paper, depth, true)}`;
  return `\x1b[${parameters(ink, depth, false)}${behind}m${text}\x1b[0m`;
}

/** Sixteen colours have no six that are near the palette's and apart from each other: these are. */
const ansiSeries = [94, 33, 32, 35, 31, 90] as const;

/** Text in the colour of a series of a chart. */
export function inSeriesColor(text: string, depth: ColorDepth, series: number): string {
  if (depth === 4) return `\x1b[${ansiSeries[series % ansiSeries.length]!}m${text}\x1b[0m`;
  return painted(text, depth, rgbOf(seriesOnAnyPaper(series)));
}

/** `#rrggbb` */
function rgbOf(hex: string): Rgb {
  return [1, 3, 5].map((at) => parseInt(hex.slice(at, at + 2), 16)) as unknown as Rgb;
}
