/** Axes of charts as text: where values lie, and round ones to name. */
import type { Axis } from '../../charts/chart.ts';

export interface Scale {
  readonly domain: readonly [least: number, most: number];
  /** From 0 to 1 within the domain. */
  at(value: number): number;
  /** Round values in the domain, at most about so many. */
  ticks(most: number): number[];
}

/** The scale of an axis, whose domain is that of these values, rounded or not, where it has none of its own. */
export function scaleOf(
  { type, domain }: Axis,
  values: readonly number[],
  ends: 'rounded' | 'exact' = 'rounded',
): Scale {
  const positive = type === 'log';
  const [least, most] =
    domain ?? extent(values.filter((value) => Number.isFinite(value) && (!positive || value > 0)));
  return positive
    ? logScale([least, most])
    : linearScale(domain !== undefined || ends === 'exact' ? [least, most] : rounded(least, most));
}

function extent(values: readonly number[]): readonly [number, number] {
  if (values.length === 0) return [0, 1];
  const [least, most] = values.reduce(
    ([a, b], value) => [Math.min(a, value), Math.max(b, value)],
    [Infinity, -Infinity],
  );
  if (least < most) return [least, most];
  return least === 0 ? [0, 1] : [Math.min(least * 0.9, least * 1.1), Math.max(least * 0.9, least * 1.1)];
}

/** Ticks that a domain is rounded to. */
const usualTicks = 5;

function rounded(least: number, most: number): readonly [number, number] {
  const step = tickStep(least, most, usualTicks);
  return [Math.floor(least / step + 1e-9) * step, Math.ceil(most / step - 1e-9) * step];
}

export function linearScale([from, to]: readonly [number, number]): Scale {
  return {
    domain: [from, to],
    at: (value) => (value - from) / (to - from),
    ticks(most) {
      const step = tickStep(from, to, most);
      const first = Math.ceil(from / step - 1e-9);
      const count = Math.floor(to / step + 1e-9) - first + 1;
      return Array.from({ length: count }, (_, i) => Number(((first + i) * step).toPrecision(9)));
    },
  };
}

/** The least step of 1, 2 or 5 times a power of ten with at most so many ticks. */
function tickStep(from: number, to: number, most: number): number {
  const rough = (to - from) / Math.max(1, most - 1);
  const power = 10 ** Math.floor(Math.log10(rough));
  return [1, 2, 5, 10].map((digit) => digit * power).find((step) => step >= rough * (1 - 1e-9))!;
}

export function logScale([from, to]: readonly [number, number]): Scale {
  const [begin, end] = [Math.log(from), Math.log(to)];
  return {
    domain: [from, to],
    at: (value) => (Math.log(value) - begin) / (end - begin),
    ticks(most) {
      const powers = logTicks(from, to, [1]);
      if (powers.length >= 2) return everyNth(powers, most);
      const finer = [
        [1, 3],
        [1, 2, 5],
      ].map((digits) => logTicks(from, to, digits));
      return finer.find(({ length }) => length >= 2) ?? linearScale([from, to]).ticks(most);
    },
  };
}

/** The digits times powers of ten. */
function logTicks(from: number, to: number, digits: readonly number[]): number[] {
  const ticks: number[] = [];
  for (let power = Math.floor(Math.log10(from)); power <= Math.log10(to); power++) {
    for (const digit of digits) {
      const tick = Number(`${digit}e${power}`);
      if (tick >= from && tick <= to) ticks.push(tick);
    }
  }
  return ticks;
}

function everyNth(ticks: readonly number[], most: number): number[] {
  const n = Math.ceil(ticks.length / most);
  return ticks.filter((_, i) => i % n === 0);
}
