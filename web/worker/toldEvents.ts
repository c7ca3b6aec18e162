/** What a run has told so far, for pages that come later. A long training has more steps than anybody looks at. */
import type { RunEvent } from './protocol.ts';

/** From here on every second step of those before is left out. */
const mostSteps = 20_000;

export interface ToldEvents {
  add(event: RunEvent): void;
  readonly all: readonly RunEvent[];
}

export function toldEvents(before: Iterable<RunEvent> = []): ToldEvents {
  let events: RunEvent[] = [];
  let steps = 0;
  function add(event: RunEvent): void {
    events.push(event);
    if (event.type !== 'step' || ++steps <= mostSteps) return;
    steps = 0;
    events = events.filter(({ type }) => type !== 'step' || ++steps % 2 === 0);
    steps = Math.floor(steps / 2);
  }
  for (const event of before) add(event);
  return {
    add,
    get all() {
      return events;
    },
  };
}
