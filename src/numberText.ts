/** Numbers as commands and reports write them. */

/** 61100840 as `61,100,840`. */
export function count(value: number): string {
  return value.toLocaleString('en');
}

/** Bytes as `1.23 GB`: powers of ten. */
export function bytes(value: number): string {
  const units = ['B', 'kB', 'MB', 'GB', 'TB'];
  const power = value < 1000 ? 0 : Math.min(4, Math.floor(Math.log10(value) / 3));
  const scaled = value / 1000 ** power;
  return `${power === 0 ? scaled : scaled.toPrecision(3)} ${units[power]}`;
}

/** 0.12345 as `12.3%`. */
export function percent(share: number): string {
  return `${(100 * share).toFixed(1)}%`;
}

/** Seconds as `m:ss` or `h:mm:ss`. */
export function clock(seconds: number): string {
  if (!Number.isFinite(seconds)) return '-:--';
  const whole = Math.max(0, Math.round(seconds));
  const [h, m, s] = [Math.floor(whole / 3600), Math.floor(whole / 60) % 60, whole % 60];
  const two = (value: number): string => String(value).padStart(2, '0');
  return h > 0 ? `${h}:${two(m)}:${two(s)}` : `${m}:${two(s)}`;
}

/** Images a second, with the digits that mean something. */
export function rate(imagesPerSecond: number): string {
  const digits = imagesPerSecond < 100 ? 1 : 0;
  return `${imagesPerSecond.toFixed(digits)} images/s`;
}
