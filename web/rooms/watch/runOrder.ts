import type { RunSummary } from '../../../src/serve/protocol.ts';

export function isRunning({ state }: Pick<RunSummary, 'state'>): boolean {
  return state === 'running' || state === 'waiting';
}

/** Those that run first, then the latest to be started: an order that does not change with what they tell. */
export function inOrder(runs: readonly RunSummary[]): RunSummary[] {
  return runs.toSorted(
    (a, b) =>
      Number(isRunning(b)) - Number(isRunning(a)) ||
      b.startedAt - a.startedAt ||
      (a.id < b.id ? -1 : a.id > b.id ? 1 : 0),
  );
}
