/** A logarithmic axis. */
export interface Scale {
  /** The positive values at its ends. */
  readonly domain: readonly [number, number];
  /** The place of a value, in the units of the range. */
  at(value: number): number;
}

export function logScale(domain: readonly [number, number], [begin, end]: readonly [number, number]): Scale {
  const [from, to] = domain.map(Math.log) as [number, number];
  return { domain, at: (value) => begin + ((Math.log(value) - from) / (to - from)) * (end - begin) };
}

/** Round values on the axis: the digits times powers of ten. */
export function logTicks({ domain: [from, to] }: Scale, digits: readonly number[]): number[] {
  const ticks: number[] = [];
  for (let power = Math.floor(Math.log10(from)); power <= Math.log10(to); power++) {
    for (const digit of digits) {
      const tick = Number(`${digit}e${power}`);
      if (tick >= from && tick <= to) ticks.push(tick);
    }
  }
  return ticks;
}
