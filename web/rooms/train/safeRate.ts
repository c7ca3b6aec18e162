/** After a rate that ruined a training: a tenth of it, and no more than what went well before it was set. */
export function safeRate(ruinous: number | undefined, before: number | undefined): number | undefined {
  return ruinous === undefined ? undefined : Math.min(ruinous / 10, before ?? Infinity);
}
