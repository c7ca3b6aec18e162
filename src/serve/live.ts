/** Tells pages of runs as they go on. One look at the files serves all of them, and nothing looks while nobody listens. */
import { readPieces, type Appended, type Cursor } from './eventTail.ts';
import type { EventStream } from './eventStream.ts';
import { eventsOf, type FollowedRun, type Library } from './library.ts';
import type { LiveMessage } from './protocol.ts';

const milliseconds = 500;

type ToldRuns = Pick<Extract<LiveMessage, { type: 'runs' }>, 'runs' | 'complete'>;

/** A page, and how far it has been told of each run that it follows. */
interface Listener {
  readonly stream: EventStream<LiveMessage>;
  readonly cursors: Map<string, Cursor>;
  /** What it has last been told of all runs. */
  told: ToldRuns | undefined;
  /** It is being told: what comes meanwhile, it gets afterwards. */
  isBusy: boolean;
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
    // A page that reads slowly keeps no other waiting.
    for (const listener of listeners) void tell(listener, library, news);
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
      const listener: Listener = { stream, cursors: new Map(cursors), told: undefined, isBusy: false };
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
  if (listener.isBusy) return;
  listener.isBusy = true;
  try {
    tellRuns(listener, library);
    for (const run of library.runs()) await tellEvents(listener, run, news.get(run.id));
  } catch {
    // What cannot be read now may be readable at the next look.
  } finally {
    listener.isBusy = false;
  }
}

/** A summary that says nothing new is the same object. */
function tellRuns(listener: Listener, library: Library): void {
  const { told, stream } = listener;
  const now: ToldRuns = {
    runs: library.runs().map(({ summary }) => summary),
    complete: library.isComplete(),
  };
  if (told !== undefined && isSame(told, now)) return;
  stream.send({ type: 'runs', folder: library.root, ...now });
  listener.told = now;
}

function isSame(a: ToldRuns, b: ToldRuns): boolean {
  const [before, now] = [a.runs, b.runs];
  return (
    a.complete === b.complete && before.length === now.length && before.every((one, i) => one === now[i])
  );
}

/** In pieces, each with its cursor: a page that was cut off goes on after the last that it got. */
async function tellEvents(
  { stream, cursors }: Listener,
  run: FollowedRun,
  shared: Appended | undefined,
): Promise<void> {
  const from = cursors.get(run.id);
  if (from === undefined || from === run.cursor) return;
  const pieces = shared?.from === from ? [shared] : readPieces(eventsOf(run), from);
  for await (const { to: cursor, reset, events } of pieces) {
    if (stream.signal.aborted) return;
    cursors.set(run.id, cursor);
    if (events.length > 0 || reset) stream.send({ type: 'events', run: run.id, cursor, reset, events });
    await stream.drained();
  }
}
