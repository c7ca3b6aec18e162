/** A curve of braille dots, two columns and four rows to a character. */
export interface DotPlot {
  readonly columns: number;
  readonly rows: number;
  /** From 0 to 1 in both directions, y upwards; what is outside is left out. */
  readonly points: readonly { readonly x: number; readonly y: number }[];
}

const dotColumns = 2;
const dotRows = 4;
/** The bit of each dot in a character, by its row and column (Unicode, Braille Patterns). */
const bits = [
  [0x01, 0x08],
  [0x02, 0x10],
  [0x04, 0x20],
  [0x40, 0x80],
] as const;
const blank = 0x2800;

/** The lines of the plot, from the top. Points are joined by straight lines. */
export function dotPlot({ columns, rows, points }: DotPlot): string[] {
  const [width, height] = [columns * dotColumns, rows * dotRows];
  const cells = Array.from({ length: rows }, () => new Uint8Array(columns));
  const set = (x: number, y: number): void => {
    if (x < 0 || y < 0 || x >= width || y >= height) return;
    const row = height - 1 - y;
    cells[Math.floor(row / dotRows)]![Math.floor(x / dotColumns)]! |= bits[row % dotRows]![x % dotColumns]!;
  };
  const dots = points.map(({ x, y }) => [Math.round(x * (width - 1)), Math.round(y * (height - 1))] as const);
  dots.forEach(([x, y], i) => {
    const [fromX, fromY] = dots[Math.max(0, i - 1)]!;
    const steps = Math.max(1, Math.abs(x - fromX), Math.abs(y - fromY));
    for (let step = 0; step <= steps; step++) {
      const part = step / steps;
      set(Math.round(fromX + (x - fromX) * part), Math.round(fromY + (y - fromY) * part));
    }
  });
  return cells.map((row) => String.fromCodePoint(...[...row].map((cell) => blank + cell)));
}
