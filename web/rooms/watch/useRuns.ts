/** The runs of this machine, as they go on: followed over one connection, which is made again when it breaks. */
import { useEffect, useRef, useState } from 'preact/hooks';
import type { LiveMessage, RunSummary } from '../../../src/serve/protocol.ts';
import {
  gatherMore,
  nothingGathered,
  type GatheredEvents,
  type RunEvents,
} from '../../../src/training/runEvents.ts';
import { Refused, type Connection } from './connection.ts';
import { useVisible } from './useVisible.ts';

/** `refused`: the token is not the server's. */
export type LinkState = 'connecting' | 'live' | 'lost' | 'refused';

export interface Runs {
  readonly link: LinkState;
  /** Undefined before the server has told of them. */
  readonly runs: readonly RunSummary[] | undefined;
  /** Where they are, on the server's machine. */
  readonly folder: string | undefined;
  /** False where there are more than the server lists. */
  readonly complete: boolean;
  /** Of the runs that are followed. */
  readonly curves: ReadonlyMap<string, RunEvents>;
  /** When the server was last heard of while it is lost, in milliseconds since 1970. */
  readonly lostAt: number | undefined;
}

const retryMilliseconds = 1000;

interface Followed {
  readonly cursor: string;
  readonly gathered: GatheredEvents;
}

/** While the page cannot be seen it holds no connection: a browser has six for one host, and other tabs want some too. */
export function useRuns(connection: Connection, followed: readonly string[]): Runs {
  const [state, setState] = useState<Runs>({
    link: 'connecting',
    runs: undefined,
    folder: undefined,
    complete: true,
    curves: new Map(),
    lostAt: undefined,
  });
  const kept = useRef(new Map<string, Followed>());
  const visible = useVisible();
  const ids = followed.join('\n');
  useEffect(() => {
    if (!visible) return;
    const controller = new AbortController();
    const { signal } = controller;
    const take = (message: LiveMessage): void => {
      if (signal.aborted) return;
      const news = message.type === 'runs' ? runsIn(message) : { curves: curvesWith(kept.current, message) };
      setState((before) => {
        const curves = 'curves' in news ? new Map([...before.curves, ...news.curves!]) : before.curves;
        return { ...before, ...news, curves, link: 'live', lostAt: undefined };
      });
    };
    const lose = (link: LinkState): void => {
      if (!signal.aborted) setState((before) => ({ ...before, link, lostAt: before.lostAt ?? Date.now() }));
    };
    void follow(connection, ids === '' ? [] : ids.split('\n'), kept.current, { signal, take, lose });
    return () => controller.abort();
  }, [connection, ids, visible]);
  return state;
}

function runsIn({
  runs,
  folder,
  complete,
}: Extract<LiveMessage, { type: 'runs' }>): Pick<Runs, 'runs' | 'folder' | 'complete'> {
  return { runs, folder, complete };
}

function curvesWith(
  kept: Map<string, Followed>,
  { run, cursor, reset, events }: Extract<LiveMessage, { type: 'events' }>,
): ReadonlyMap<string, RunEvents> {
  const before = (reset ? undefined : kept.get(run)?.gathered) ?? nothingGathered;
  const gathered = gatherMore(before, events);
  kept.set(run, { cursor, gathered });
  return new Map([[run, gathered.run]]);
}

interface Listener {
  readonly signal: AbortSignal;
  readonly take: (message: LiveMessage) => void;
  readonly lose: (link: LinkState) => void;
}

/** Goes on where it was, each time; ends when the signal is aborted. */
async function follow(
  connection: Connection,
  ids: readonly string[],
  kept: ReadonlyMap<string, Followed>,
  { signal, take, lose }: Listener,
): Promise<void> {
  while (!signal.aborted) {
    try {
      const query = new URLSearchParams(ids.map((id) => ['run', `${id}@${kept.get(id)?.cursor ?? ''}`]));
      for await (const message of connection.stream<LiveMessage>(`api/live?${query}`, signal)) take(message);
      lose('lost');
    } catch (error) {
      lose(error instanceof Refused && error.status === 401 ? 'refused' : 'lost');
    }
    await new Promise((resolve) => setTimeout(resolve, retryMilliseconds));
  }
}
