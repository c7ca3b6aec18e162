import type { Terminal } from './terminal.ts';

const redrawMilliseconds = 100;
const plainMilliseconds = 15_000;

/**
 * Tells when progress is due: ten times a second where a line is redrawn, else every fifteen seconds, the first
 * time after fifteen, so that short work says nothing. `now` is in milliseconds.
 */
export function createThrottle(
  terminal: Terminal,
  now: () => number = () => performance.now(),
): () => boolean {
  const pause = terminal.live ? redrawMilliseconds : plainMilliseconds;
  let last = terminal.live ? -Infinity : now();
  return () => {
    if (now() - last < pause) return false;
    last = now();
    return true;
  };
}
