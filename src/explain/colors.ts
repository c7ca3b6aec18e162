/** Colours of maps that are read alike with any kind of colour vision. */
import { interpolateCividis, interpolateRdBu } from 'd3-scale-chromatic';

export type Rgb = readonly [red: number, green: number, blue: number];

/** A colour for each number from 0 to 1. */
export type ColorScale = (share: number) => Rgb;

const steps = 256;

/** Colours are taken from a table: the package gives each as text. */
function scaleOf(interpolate: (share: number) => string): ColorScale {
  let table: Rgb[] | undefined;
  return (share) => {
    table ??= Array.from({ length: steps }, (_, i) => parsed(interpolate(i / (steps - 1))));
    return table[Math.round(Math.min(1, Math.max(0, share)) * (steps - 1))]!;
  };
}

function parsed(color: string): Rgb {
  const [red, green, blue] = color.match(/\d+/g)!.map(Number) as [number, number, number];
  return [red, green, blue];
}

/** For magnitudes, dark to light: cividis (Nuñez, Anderton and Renslow 2018). */
export const cividis = scaleOf(interpolateCividis);

/** For signed values: blue below 0, white at 0 (a half), red above (ColorBrewer's RdBu, turned around). */
export const diverging = scaleOf((share) => interpolateRdBu(1 - share));

/**
 * A colour for each of these values: from 0 in cividis, or, when some are below 0, diverging around it. `reach` is the
 * magnitude with the last colour; by default the largest there is.
 */
export function colorsFor(values: ArrayLike<number>, reach?: number): (value: number) => Rgb {
  let [least, most] = [0, 0];
  for (let at = 0; at < values.length; at++) {
    least = Math.min(least, values[at]!);
    most = Math.max(most, values[at]!);
  }
  // Of zeros only, any will do.
  const last = reach ?? (Math.max(-least, most) || 1);
  if (least < 0) return (value) => diverging(0.5 + value / (2 * last));
  return (value) => cividis(value / last);
}
