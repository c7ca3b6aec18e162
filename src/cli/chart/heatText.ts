import { heatShares, type HeatMap } from '../../charts/heatMap.ts';
import { onHeat } from '../heatColor.ts';
import { displayWidth, padded, shortened, wrap } from '../text.ts';
import { letters, wrapEntries, type TextStyle } from './lineText.ts';

/** From the least to the most, where there are no colours. */
const shades = [' ', '░', '▒', '▓', '█'] as const;

function shadeOf(share: number): string {
  return shades[Math.min(shades.length - 1, Math.floor(share * shades.length))]!;
}

/** Of a cell's number, at least, so that names of columns can be told apart. */
const leastCell = 4;

/**
 * Rows and columns of numbers, each on the colour of its value or beside a shade; in parts where there is no room. Letters
 * stand for names of columns that are too long.
 */
export function heatText(map: HeatMap, { columns, colorDepth }: TextStyle): string {
  const { rows, columns: names, rowLabel, columnLabel, values, format } = map;
  const shares = heatShares(map);
  const texts = values.map((line) => line.map((value) => (value === null ? '' : format(value))));
  const labelWidth = Math.min(Math.floor(columns / 3), Math.max(...rows.map(displayWidth)));
  const room = columns - labelWidth - 1;
  // A space, a shade where colours do not say it, the number, a space.
  const extra = colorDepth === 1 ? 3 : 2;
  const numbers = Math.max(leastCell, ...texts.flat().map(displayWidth));
  const widest = Math.max(numbers, ...names.map(displayWidth));
  const isLettered = names.length * (widest + extra) > room && names.length <= letters.length;
  const heads = isLettered ? [...letters].slice(0, names.length) : names;
  const cell = isLettered ? numbers : Math.min(widest, Math.max(numbers, room - extra));
  const cellOf = (row: number, column: number): string => {
    const share = shares[row]![column] ?? null;
    const text = padded(texts[row]![column]!, cell, 'right');
    if (share === null) return ' '.repeat(cell + extra);
    return colorDepth === 1 ? ` ${shadeOf(share)}${text} ` : onHeat(` ${text} `, colorDepth, share);
  };
  const line = (label: string, cells: readonly string[]): string =>
    `${padded(shortened(label, labelWidth), labelWidth)} ${cells.join('')}`.trimEnd();
  const perPart = Math.max(1, Math.floor(room / (cell + extra)));
  const parts: string[] = [];
  for (let from = 0; from < names.length; from += perPart) {
    const part = [...names.keys()].slice(from, from + perPart);
    const titles = part.map((i) => `${padded(shortened(heads[i]!, cell), cell + extra - 1, 'right')} `);
    const lines = rows.map((name, row) =>
      line(
        name,
        part.map((column) => cellOf(row, column)),
      ),
    );
    parts.push([line('', titles), ...lines].join('\n'));
  }
  const legend = isLettered
    ? [
        wrapEntries(
          names.map((name, i) => `${letters[i]!} ${name}`),
          columns,
        ),
      ]
    : [];
  return [wrap(`↓ ${rowLabel}   → ${columnLabel}`, columns), ...legend, parts.join('\n\n')].join('\n');
}
