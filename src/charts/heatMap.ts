import { framedChart, textWidth, type ChartText } from './chart.ts';
import { heatScheme } from './palette.ts';
import { drawPlot } from './plot.ts';

export interface HeatMap extends ChartText {
  readonly rows: readonly string[];
  readonly columns: readonly string[];
  readonly rowLabel: string;
  readonly columnLabel: string;
  /** values[row][column]; null leaves a cell empty. */
  readonly values: readonly (readonly (number | null)[])[];
  /** Colours follow the logarithm. Default `linear`. */
  readonly type?: 'linear' | 'log';
  /** Values with the first and the last colour. Default: least and most. */
  readonly domain?: readonly [number, number];
  /** How values are written in the cells, which is their legend as well. */
  readonly format: (value: number) => string;
  readonly width?: number;
}

interface Cell {
  readonly row: string;
  readonly column: string;
  readonly value: number;
  readonly share: number;
}

/** The place of each value between those with the first and the last colour, from 0 to 1; null where a cell is empty. */
export function heatShares({
  values,
  type = 'linear',
  domain,
}: Pick<HeatMap, 'values' | 'type' | 'domain'>): (number | null)[][] {
  const scale = type === 'log' ? Math.log : (value: number): number => value;
  const present = values
    .flat()
    .filter((value) => value !== null && (type === 'linear' || value > 0)) as number[];
  const [least, most] = (domain ?? [Math.min(...present), Math.max(...present)]).map(scale) as [
    number,
    number,
  ];
  const share = (value: number): number =>
    Math.min(1, Math.max(0, (scale(value) - least) / (most - least || 1)));
  return values.map((line) => line.map((value) => (value === null ? null : share(value))));
}

/** A table whose cells have a colour by their value, and the value in them: an SVG document. */
export async function heatMap(map: HeatMap): Promise<string> {
  const { rows, columns, rowLabel, columnLabel, values, format, width = 720 } = map;
  const shares = heatShares(map);
  const cells: Cell[] = values.flatMap((line, row) =>
    line.flatMap((value, column) =>
      value === null
        ? []
        : [{ row: rows[row]!, column: columns[column]!, value, share: shares[row]![column]! }],
    ),
  );
  const marginLeft = 40 + 12 * Math.max(...rows.map(textWidth));
  const longest = Math.max(...columns.map(textWidth));
  const turned = longest * 12 > (width - marginLeft) / columns.length - 6;
  const size = { width, height: 26 * rows.length + 46 + (turned ? longest * 12 : 12) };
  const drawing = await drawPlot(size, (plot) => ({
    marginLeft,
    marginRight: 8,
    marginBottom: 34 + (turned ? longest * 12 : 12),
    padding: 0.04,
    x: { label: columnLabel, domain: [...columns], tickRotate: turned ? -90 : 0, tickSize: 0 },
    y: { label: rowLabel, domain: [...rows], tickSize: 0 },
    color: { type: 'linear', scheme: heatScheme, domain: [0, 1] },
    marks: [
      plot.cell(cells, { x: 'column', y: 'row', fill: 'share' }),
      plot.text(cells, {
        x: 'column',
        y: 'row',
        text: (cell: Cell) => format(cell.value),
        fill: (cell: Cell) => (cell.share > 0.55 ? '#000000' : '#ffffff'),
      }),
    ],
  }));
  return framedChart(map, drawing);
}
