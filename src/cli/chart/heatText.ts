import { heatShares, type HeatMap } from '../../charts/heatMap.ts';
import { onHeat } from '../color.ts';
import { displayWidth, padded, shortened } from '../text.ts';
import type { TextStyle } from './lineText.ts';

/** From the least to the most, where there are no colours. */
const shades = [' ', '░', '▒', '▓', '█'] as const;

function shadeOf(share: number): string {
  return shades[Math.min(shades.length - 1, Math.floor(share * shades.length))]!;
}

/** Of a cell's number, at least, so that names of columns can be told apart. */
const leastCell = 4;

/** Rows and columns of numbers, each on the colour of its value or beside a shade; in parts where there is no room. */
export function heatText(map: HeatMap, { columns, colorDepth }: TextStyle): string {
  const { rows, columns: names, rowLabel, columnLabel, values, format } = map;
  const shares = heatShares(map);
  const texts = values.map((line) => line.map((value) => (value === null ? '' : format(value))));
  const corner = `${rowLabel} \\ ${columnLabel}`;
  const labelWidth = Math.min(
    Math.floor(columns / 2),
    Math.max(...rows.map(displayWidth), displayWidth(corner)),
  );
  const numbers = Math.max(leastCell, ...texts.flat().map(displayWidth));
  const room = columns - labelWidth - 1;
  // A space, a shade where colours do not say it, the number, a space.
  const extra = colorDepth === 1 ? 3 : 2;
  const widest = Math.max(...names.map(displayWidth));
  const cell = Math.max(numbers, Math.min(widest, Math.floor(room / names.length) - extra));
  const perPart = Math.max(1, Math.floor(room / (cell + extra)));
  const parts: string[] = [];
  for (let from = 0; from < names.length; from += perPart) {
    const part = [...names.keys()].slice(from, from + perPart);
    const heads = part.map(
      (column) => `${padded(shortened(names[column]!, cell), cell + extra - 1, 'right')} `,
    );
    const lines = rows.map((row, r) => {
      const cells = part.map((column) => {
        const share = shares[r]![column];
        const text = texts[r]![column]!;
        if (share === undefined || share === null)
          return padded(text, cell + extra - 1, 'right').padEnd(cell + extra);
        return colorDepth === 1
          ? ` ${shadeOf(share)}${padded(text, cell, 'right')} `
          : onHeat(` ${padded(text, cell, 'right')} `, colorDepth, share);
      });
      return `${padded(shortened(row, labelWidth), labelWidth)} ${cells.join('').trimEnd()}`;
    });
    parts.push(
      [`${padded(shortened(corner, labelWidth), labelWidth)} ${heads.join('').trimEnd()}`, ...lines].join(
        '\n',
      ),
    );
  }
  return parts.join('\n\n');
}
