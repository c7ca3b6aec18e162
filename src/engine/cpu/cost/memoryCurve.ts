/** How fast memory is by how much else was touched since: the caches' sizes and speeds in one curve. */

/** A point: streams over so many bytes, again and again, at these rates. */
export interface MemoryPoint {
  readonly bytes: number;
  /** Bytes a nanosecond, which is 1e9 bytes a second. */
  readonly read: number;
  /** Of values that are read and written back, each way counted. */
  readonly update: number;
}

/** From the smallest footprint to the largest. */
export type MemoryCurve = readonly MemoryPoint[];

/** The rate for what was last touched `distance` bytes ago: between two points, linear in the logarithm. */
export function rateAt(curve: MemoryCurve, rate: 'read' | 'update', distance: number): number {
  const above = curve.findIndex(({ bytes }) => bytes >= distance);
  if (above === 0) return curve[0][rate];
  if (above < 0) return curve.at(-1)![rate];
  const [low, high] = [curve[above - 1], curve[above]];
  const part = Math.log(distance / low.bytes) / Math.log(high.bytes / low.bytes);
  return low[rate] + part * (high[rate] - low[rate]);
}
