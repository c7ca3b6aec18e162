/**
 * Labels of an axis whose ticks are a step apart: with the digits that tell each from the next, and as 1.5e-5 where all are
 * small.
 */
export function tickLabels(ticks: readonly number[], step: number): string[] {
  // What was added up is off in its last digits.
  const exact = ticks.map((tick) => (Math.abs(tick) < step * 1e-6 ? 0 : Number(tick.toPrecision(12))));
  const areSmall = Math.max(...exact.map(Math.abs)) < 1e-3;
  // Steps are such as 0.025: one digit more than their size says.
  const maximumFractionDigits = Math.min(20, Math.max(0, 1 - Math.floor(Math.log10(step))));
  return exact.map((value) => {
    if (areSmall && value !== 0) return value.toExponential();
    return value.toLocaleString('en', { maximumFractionDigits });
  });
}
