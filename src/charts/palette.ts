/**
 * Colours that are told apart with any kind of colour vision: Okabe and Ito's set ("Color Universal Design", 2008), without
 * its black and its yellow, in a darker form for light pages and a lighter one for dark pages.
 */
const series = [
  { light: '#0072b2', dark: '#56b4e9' },
  { light: '#c04e00', dark: '#ff9a52' },
  { light: '#007a5a', dark: '#2fc79a' },
  { light: '#a3487f', dark: '#e39ac6' },
  { light: '#8a6100', dark: '#e6b93c' },
  { light: '#5b5b5b', dark: '#b8b8b8' },
] as const;

export const seriesCount = series.length;

const dashes = ['none', '7 3', '2 3', '9 3 2 3', '4 2', '1 2'] as const;

/** Dashes that tell series apart without colours as well; a colour comes back with others. */
export function seriesDashes(index: number): string {
  return dashes[(index + Math.floor(index / series.length)) % dashes.length]!;
}

/** The colour of the series with this number, from 0, as a CSS value that follows the page's. */
export function seriesColor(index: number): string {
  return `var(--series-${index % series.length})`;
}

/** Its values, #rrggbb, for pages that define the variables themselves. */
export function seriesVariable(index: number): { readonly light: string; readonly dark: string } {
  return series[index % series.length]!;
}

/** The same as #rrggbb, in the form that is read on light and on dark grounds: for where neither is known. */
export function seriesOnAnyPaper(index: number): string {
  return series[index % series.length]!.light;
}

const variables = (mode: 'light' | 'dark'): string =>
  series.map((color, index) => `--series-${index}:${color[mode]}`).join(';');

const light = `--chart-paper:#ffffff;--chart-ink:#1d1d1f;--chart-quiet:#5c5c61;${variables('light')}`;
const dark = `--chart-paper:#17181c;--chart-ink:#ececf0;--chart-quiet:#a9a9b2;${variables('dark')}`;

/** Rules for charts; the same in every chart, so that many in one page do no harm. Paper is always light. */
export const chartStyle = [
  `.chart{${light};color:var(--chart-ink);background:var(--chart-paper);max-width:100%;height:auto}`,
  `@media screen and (prefers-color-scheme:dark){.chart{${dark}}}`,
].join('');

/** Of heat maps: cividis (Nuñez, Anderton and Renslow 2018), which is read alike with any kind of colour vision. */
export const heatScheme = 'cividis';
