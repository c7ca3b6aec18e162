import { shortNumber, type Bar, type BarChart } from '../../charts/barChart.ts';
import { inSeriesColor } from '../color.ts';
import { bar as barOf, displayWidth, padded, shortened } from '../text.ts';
import type { TextStyle } from './lineText.ts';
import { scaleOf, type Scale } from './scale.ts';

const leastBarColumns = 10;

/** A line a bar: its name, the bar in eighths of a column, `├─┤` over its spread, and the values. */
export function barText(
  { bars, value, format = shortNumber }: BarChart,
  { columns, colorDepth }: TextStyle,
): string {
  const series = [...new Set(bars.map((bar) => bar.series ?? ''))];
  const spreads = bars.map(spreadOf);
  const scale = scaleOf(value, [
    ...(value.type === 'log' ? [] : [0]),
    ...bars.flatMap((bar, i) => [bar.value, ...(spreads[i] ?? [])]),
  ]);
  const texts = bars.map((bar, i) => {
    const spread = spreads[i];
    return format(bar.value) + (spread === undefined ? '' : ` (${format(spread[0])}–${format(spread[1])})`);
  });
  const labelWidth = Math.max(...bars.map(({ label }) => displayWidth(label)));
  const names = bars.map(({ label, series: own }) =>
    series.length > 1 ? `${padded(label, labelWidth)}  ${own ?? ''}` : label,
  );
  const textWidth = Math.max(...texts.map(displayWidth));
  const most = Math.max(8, columns - textWidth - leastBarColumns - 3);
  const nameWidth = Math.min(most, Math.max(...names.map(displayWidth)));
  const width = Math.max(leastBarColumns, columns - nameWidth - textWidth - 3);
  const lines = bars.map((bar, i) => {
    const drawn = drawnBar(bar.value, spreads[i], scale, width);
    const colored = inSeriesColor(drawn, colorDepth, series.indexOf(bar.series ?? ''));
    // Where bars go both ways, they have no common left end.
    const edge = scale.domain[0] < 0 ? ' ' : '│';
    return `${padded(shortened(names[i]!, nameWidth), nameWidth)} ${edge}${colored} ${texts[i]!}`;
  });
  return [`${' '.repeat(nameWidth)} ${value.label} →`, ...lines].join('\n');
}

/** That which is given, or else the least and the most of the measurements. */
function spreadOf({ value, low, high, values = [] }: Bar): readonly [number, number] | undefined {
  if (low === undefined && high === undefined) {
    return values.length > 1 ? [Math.min(...values), Math.max(...values)] : undefined;
  }
  return [low ?? value, high ?? value];
}

function drawnBar(
  value: number,
  spread: readonly [number, number] | undefined,
  scale: Scale,
  width: number,
): string {
  // On a logarithmic axis there is no 0: bars begin where the axis does.
  const zero = Math.max(0, Math.min(1, scale.domain[0] > 0 ? 0 : scale.at(0)));
  const at = scale.at(value);
  const cells = [...(at >= zero ? rightwards(zero, at, width) : leftwards(at, zero, width))];
  if (spread !== undefined) {
    const [low, high] = spread.map((end) =>
      Math.min(width - 1, Math.max(0, Math.floor(scale.at(end) * width))),
    );
    if (high! > low!) {
      for (let column = low! + 1; column < high!; column++) cells[column] = '─';
      cells[low!] = '├';
      cells[high!] = '┤';
    }
  }
  return cells.join('');
}

/** From a whole column on. */
function rightwards(from: number, to: number, width: number): string {
  const begin = Math.round(from * width);
  const room = width - begin;
  return ' '.repeat(begin) + (room === 0 ? '' : barOf((to * width - begin) / room, room));
}

/** Unicode has eighths at the left of a column only: here it is halves. */
function leftwards(from: number, to: number, width: number): string {
  const end = Math.round(to * width);
  const halves = Math.min(2 * end, Math.max(0, Math.round(2 * (end - from * width))));
  return padded(`${halves % 2 === 1 ? '▐' : ''}${'█'.repeat(Math.floor(halves / 2))}`, end, 'right').padEnd(
    width,
  );
}
