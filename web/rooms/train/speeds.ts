/** How fast networks trained in this browser, kept for estimates. */

const key = (network: string): string =>
  `alexnet.speed.${network}.${crossOriginIsolated ? 'threads' : 'single'}`;

/** Images a second; undefined where it was not measured. */
export function keptSpeed(network: string): number | undefined {
  try {
    const value = Number(localStorage.getItem(key(network)));
    return value > 0 ? value : undefined;
  } catch {
    return undefined;
  }
}

export function keepSpeed(network: string, imagesPerSecond: number): void {
  if (!(imagesPerSecond > 0)) return;
  try {
    localStorage.setItem(key(network), imagesPerSecond.toPrecision(3));
  } catch {
    // Without storage it is measured again.
  }
}
