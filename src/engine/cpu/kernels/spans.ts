/** Windows of pooling as loops: runs of windows that are alike, the same number of pixels apart. */
import type { Window } from '../../../network/windows.ts';
import type { Pointer, VectorAssembler } from '../assembler/vector.ts';
import { panelColumns } from './tile.ts';

const pixelBytes = panelColumns * 4;

/** `count` windows of `taps` pixels, the first beginning at pixel `first`, the others `step` pixels on each. */
export interface Span {
  readonly first: number;
  readonly taps: number;
  readonly divisor: number;
  readonly step: number;
  readonly count: number;
}

/** As few runs as follow from taking each as long as it goes. */
export function spansOf(windows: readonly Window[]): Span[] {
  const spans: Span[] = [];
  for (const { begin, end, divisor } of windows) {
    const last = spans.at(-1);
    const step = last && begin - (last.first + (last.count - 1) * last.step);
    const alike = last?.taps === end - begin && last.divisor === divisor;
    if (last && alike && (last.count === 1 || step === last.step)) {
      spans[spans.length - 1] = { ...last, step: step!, count: last.count + 1 };
    } else {
      spans.push({ first: begin, taps: end - begin, divisor, step: 0, count: 1 });
    }
  }
  return spans;
}

/** Short, and different for different spans. */
export function spansName(spans: readonly Span[]): string {
  return spans
    .map(({ first, taps, divisor, step, count }) => [first, taps, divisor, step, count].join('.'))
    .join('_');
}

/** A tensor with a pixel for each pixel of the windowed image, or for each window. */
export interface WindowOperand {
  readonly pointer: Pointer;
  readonly lineBytes: number;
  readonly per: 'pixel' | 'window';
}

/**
 * Emits loops over all windows, with every operand at its window's first pixel or at the window's own when `body` runs.
 * Operands stand at their first pixel before, anywhere after.
 */
export function overWindows(
  a: VectorAssembler,
  { rows, columns }: { readonly rows: readonly Span[]; readonly columns: readonly Span[] },
  operands: readonly WindowOperand[],
  body: (row: Span, column: Span) => void,
): void {
  let line = 0;
  for (const row of rows) {
    const skip = row.first - line;
    for (const operand of operands)
      if (operand.per === 'pixel') a.advance(operand.pointer, skip * operand.lineBytes);
    a.repeat(row.count, () => {
      const moved = overColumns(a, columns, operands, (column) => body(row, column));
      for (const { pointer, lineBytes, per } of operands) {
        a.advance(pointer, (per === 'pixel' ? row.step : 1) * lineBytes - moved[per] * pixelBytes);
      }
    });
    line = row.first + row.count * row.step;
  }
}

/** Returns the pixels that operands of either kind were moved on by. */
function overColumns(
  a: VectorAssembler,
  columns: readonly Span[],
  operands: readonly WindowOperand[],
  body: (column: Span) => void,
): Record<WindowOperand['per'], number> {
  let [pixel, windows] = [0, 0];
  const advance = (per: WindowOperand['per'], pixels: number): void => {
    for (const operand of operands) if (operand.per === per) a.advance(operand.pointer, pixels * pixelBytes);
  };
  for (const column of columns) {
    advance('pixel', column.first - pixel);
    a.repeat(column.count, () => {
      body(column);
      advance('pixel', column.step);
      advance('window', 1);
    });
    pixel = column.first + column.count * column.step;
    windows += column.count;
  }
  return { pixel, window: windows };
}

/**
 * Calls `visit` for each pixel of a window with the byte offsets in the operands; large windows are gone through by
 * loops that move the operands, and then none is known to be the first.
 */
export function overTaps(
  a: VectorAssembler,
  { taps: rows }: Span,
  { taps: columns }: Span,
  operands: readonly { readonly pointer: Pointer; readonly lineBytes: number }[],
  visit: (offsets: readonly number[], isFirst: boolean) => void,
): void {
  if (rows * columns <= mostUnrolled) {
    for (let tap = 0; tap < rows * columns; tap++) {
      const [y, x] = [Math.floor(tap / columns), tap % columns];
      visit(
        operands.map(({ lineBytes }) => y * lineBytes + x * pixelBytes),
        tap === 0,
      );
    }
    return;
  }
  a.repeat(rows, () => {
    a.repeat(columns, () => {
      visit(
        operands.map(() => 0),
        false,
      );
      for (const { pointer } of operands) a.advance(pointer, pixelBytes);
    });
    for (const { pointer, lineBytes } of operands) a.advance(pointer, lineBytes - columns * pixelBytes);
  });
  for (const { pointer, lineBytes } of operands) a.advance(pointer, -rows * lineBytes);
}

const mostUnrolled = 49;
