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

/** The scale for these values, and where on it each lies: diverging around 0 when some are below it. */
export function colorsFor(values: ArrayLike<number>): (value: number) => Rgb {
  let [least, most] = [Infinity, -Infinity];
  for (let at = 0; at < values.length; at++) {
    least = Math.min(least, values[at]!);
    most = Math.max(most, values[at]!);
  }
  if (least < 0) {
    const reach = Math.max(-least, most);
    return (value) => diverging(0.5 + value / (2 * reach));
  }
  return (value) => cividis(most > 0 ? value / most : 0);
}
