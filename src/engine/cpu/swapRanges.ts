const swappedAtATime = 1 << 16;

/** Two ranges of a memory change places. */
export function swapRanges(floats: Float32Array, a: number, b: number, length: number): void {
  for (let at = 0; at < length; at += swappedAtATime) {
    const count = Math.min(swappedAtATime, length - at);
    const kept = floats.slice(a + at, a + at + count);
    floats.copyWithin(a + at, b + at, b + at + count);
    floats.set(kept, b + at);
  }
}
