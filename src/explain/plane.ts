import type { ImageSize } from '../data/image.ts';

/** One number a position, row by row. */
export interface Plane {
  readonly height: number;
  readonly width: number;
  /** [height, width] */
  readonly values: Float64Array;
}

/** A plane of zeros. */
export function blankPlane({ height, width }: ImageSize): Plane {
  return { height, width, values: new Float64Array(height * width) };
}

/** Two neighbours that an output lies between, and the share of the second. */
interface Between {
  readonly first: number;
  readonly second: number;
  readonly share: number;
}

/** As torch.nn.functional.interpolate(mode='bilinear', align_corners=False) places outputs: pixels are areas. */
function between(from: number, to: number): Between[] {
  return Array.from({ length: to }, (_, at) => {
    const place = Math.max(0, ((at + 0.5) * from) / to - 0.5);
    const first = Math.min(from - 1, Math.floor(place));
    return { first, second: Math.min(from - 1, first + 1), share: place - first };
  });
}

/** A plane at another size, bilinear, as PyTorch's interpolate does it without align_corners. */
export function resizedPlane({ height, width, values }: Plane, size: ImageSize): Plane {
  const out = blankPlane(size);
  const columns = between(width, size.width);
  for (const [y, { first, second, share }] of between(height, size.height).entries()) {
    for (const [x, column] of columns.entries()) {
      const along = (row: number): number =>
        (1 - column.share) * values[row * width + column.first]! +
        column.share * values[row * width + column.second]!;
      out.values[y * size.width + x] = (1 - share) * along(first) + share * along(second);
    }
  }
  return out;
}
