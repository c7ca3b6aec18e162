/** Tells pages of runs as they go on. One look at the files serves all of them, and nothing looks while nobody listens. */
import { readAppended, type Appended, type Cursor } from './eventTail.ts';
import type { EventStream } from './eventStream.ts';
import { eventsOf, type Library } from './library.ts';
import type { LiveMessage } from './protocol.ts';

const milliseconds = 500;

/** A page, and how far it has been told of each run that it follows. */
interface Listener {
  readonly stream: EventStream<LiveMessage>;
  readonly cursors: Map<string, Cursor>;
  /** What it has last been told of all runs, as text. */
  told: string;
}

export interface Live {
  /** Tells a page of all runs, and the events of some from a cursor on, until it goes. */
  join(stream: EventStream<LiveMessage>, cursors: ReadonlyMap<string, Cursor>): void;
  close(): void;
}

export function createLive(library: Library): Live {
  const listeners = new Set<Listener>();
  let timer: NodeJS.Timeout | undefined;
  let closed = false;

  async function tick(): Promise<void> {
    const news = await library.look();
    for (const listener of listeners) await tell(listener, library, news);
  }
  /** The next look is due some time after this one has ended, however long it took. */
  function schedule(delay: number): void {
    if (timer !== undefined || closed || listeners.size === 0) return;
    timer = setTimeout(() => {
      tick()
        // What cannot be read now may be readable at the next look.
        .catch(() => {})
        .finally(() => {
          timer = undefined;
          schedule(milliseconds);
        });
    }, delay);
  }
  return {
    join(stream, cursors) {
      const listener: Listener = { stream, cursors: new Map(cursors), told: '' };
      listeners.add(listener);
      stream.signal.addEventListener('abort', () => listeners.delete(listener));
      schedule(0);
    },
    close() {
      closed = true;
      clearTimeout(timer);
      for (const { stream } of listeners) stream.end();
    },
  };
}

async function tell(
  listener: Listener,
  library: Library,
  news: ReadonlyMap<string, Appended>,
): Promise<void> {
  const { stream, cursors } = listener;
  const runs = library.runs();
  const summaries = runs.map(({ summary }) => summary);
  const text = JSON.stringify(summaries);
  if (text !== listener.told) stream.send({ type: 'runs', folder: library.root, runs: summaries });
  listener.told = text;
  for (const run of runs) {
    const from = cursors.get(run.id);
    if (from === undefined || from === run.cursor) continue;
    const shared = news.get(run.id);
    const appended = shared?.from === from ? shared : await readAppended(eventsOf(run), from);
    const { to: cursor, reset, events } = appended;
    cursors.set(run.id, cursor);
    if (events.length > 0 || reset) stream.send({ type: 'events', run: run.id, cursor, reset, events });
  }
}
