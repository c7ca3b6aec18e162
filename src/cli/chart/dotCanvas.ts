/** A drawing of braille dots, two columns and four rows to a character. */

/** From 0 to 1 in both directions, y upwards. */
export interface Place {
  readonly x: number;
  readonly y: number;
}

/** Heights over a place of x, in the same measure. */
export interface Band {
  readonly x: number;
  readonly low: number;
  readonly high: number;
}

export interface Cell {
  readonly column: number;
  readonly row: number;
}

export interface DotCanvas {
  /** Joins two places; what is outside is left out. Returns the cells that it went through. */
  line(from: Place, to: Place, series: number): Cell[];
  /** Sparse dots between two heights, from one place of x to another. */
  shade(from: Band, to: Band, series: number): void;
  /** The braille character of a cell, and the series that drew it last; undefined where there is no dot. */
  at(cell: Cell): { readonly character: string; readonly series: number } | undefined;
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
/** Dots between those of a shade, in both directions. */
const shadeGap = 3;

export function createDotCanvas(columns: number, rows: number): DotCanvas {
  const [width, height] = [columns * dotColumns, rows * dotRows];
  const patterns = new Uint8Array(columns * rows);
  const series = new Uint8Array(columns * rows);
  const set = (x: number, y: number, by: number): Cell => {
    const row = height - 1 - y;
    const cell = { column: Math.floor(x / dotColumns), row: Math.floor(row / dotRows) };
    const at = cell.row * columns + cell.column;
    patterns[at]! |= bits[row % dotRows]![x % dotColumns]!;
    series[at] = by;
    return cell;
  };
  const dotOf = (place: Place): readonly [x: number, y: number] => [
    Math.round(place.x * (width - 1)),
    Math.round(place.y * (height - 1)),
  ];
  return {
    line(from, to, by) {
      const inside = clipped(from, to);
      if (inside === undefined) return [];
      const [[fromX, fromY], [x, y]] = inside.map(dotOf) as [[number, number], [number, number]];
      const steps = Math.max(1, Math.abs(x - fromX), Math.abs(y - fromY));
      return Array.from({ length: steps + 1 }, (_, step) =>
        set(
          Math.round(fromX + ((x - fromX) * step) / steps),
          Math.round(fromY + ((y - fromY) * step) / steps),
          by,
        ),
      );
    },
    shade(from, to, by) {
      const [begin, end] = [from, to].map(({ x }) => Math.round(clamp(x) * (width - 1))) as [number, number];
      for (let x = begin; x <= end; x++) {
        const part = end === begin ? 0 : (x - begin) / (end - begin);
        const [low, high] = (['low', 'high'] as const).map((which) =>
          Math.round(clamp(from[which] + part * (to[which] - from[which])) * (height - 1)),
        ) as [number, number];
        if (x % shadeGap !== 0) continue;
        for (let y = low; y <= high; y++) if ((y + x) % shadeGap === 0) set(x, y, by);
      }
    },
    at({ column, row }) {
      const at = row * columns + column;
      const pattern = patterns[at]!;
      return pattern === 0
        ? undefined
        : { character: String.fromCodePoint(blank + pattern), series: series[at]! };
    },
  };
}

/** The part of a line from (0, 0) to (1, 1), by Liang and Barsky ("A New Concept and Method for Line Clipping", 1984). */
function clipped(from: Place, to: Place): readonly [Place, Place] | undefined {
  let [begin, end] = [0, 1];
  for (const axis of ['x', 'y'] as const) {
    const delta = to[axis] - from[axis];
    if (delta === 0) {
      if (from[axis] < 0 || from[axis] > 1) return undefined;
      continue;
    }
    const cuts = [-from[axis] / delta, (1 - from[axis]) / delta].sort((a, b) => a - b);
    begin = Math.max(begin, cuts[0]!);
    end = Math.min(end, cuts[1]!);
  }
  if (!(begin <= end)) return undefined;
  const at = (part: number): Place => ({
    x: clamp(from.x + (to.x - from.x) * part),
    y: clamp(from.y + (to.y - from.y) * part),
  });
  return [at(begin), at(end)];
}

function clamp(share: number): number {
  return Math.min(1, Math.max(0, share));
}
