import { useEffect, useRef, useState } from 'preact/hooks';
import type { JobMessage } from '../../../src/serve/protocol.ts';
import { Refused, type Connection } from './connection.ts';

/** Work of the server's that takes seconds, such as a report. */
export interface JobState<Result> {
  readonly state: 'idle' | 'queued' | 'working' | 'done' | 'failed';
  /** Of the part that it is at. */
  readonly what?: string;
  /** 0..1 of that part. */
  readonly share?: number;
  readonly result?: Result;
  readonly error?: unknown;
}

export interface JobControl<Result> extends JobState<Result> {
  /** Queued, or working. */
  readonly busy: boolean;
  readonly start: () => void;
  readonly cancel: () => void;
}

/** Has the work done when it is started; what closes its connection ends it. */
export function useJob<Result>(connection: Connection, path: string): JobControl<Result> {
  const [state, setState] = useState<JobState<Result>>({ state: 'idle' });
  const running = useRef<AbortController>(undefined);
  const start = (): void => {
    const controller = new AbortController();
    running.current?.abort();
    running.current = controller;
    setState({ state: 'working' });
    const tell = (next: JobState<Result>): void => {
      if (running.current === controller && !controller.signal.aborted) setState(next);
    };
    listen<Result>(connection, path, controller.signal, tell).catch((error: unknown) =>
      tell({ state: 'failed', error }),
    );
  };
  const cancel = (): void => {
    running.current?.abort();
    setState({ state: 'idle' });
  };
  const busy = state.state === 'working' || state.state === 'queued';
  useEffect(() => {
    // The language has changed: what is at work is of use in the new one only.
    if (busy) start();
    return () => running.current?.abort();
  }, [path]);
  return { ...state, busy, start, cancel };
}

async function listen<Result>(
  connection: Connection,
  path: string,
  signal: AbortSignal,
  tell: (state: JobState<Result>) => void,
): Promise<void> {
  let ended = false;
  for await (const message of connection.stream<JobMessage<Result>>(path, signal)) {
    ended = message.type === 'done' || message.type === 'failed';
    tell(stateOf(message));
  }
  if (!ended) throw new TypeError('the server has gone away');
}

function stateOf<Result>(message: JobMessage<Result>): JobState<Result> {
  switch (message.type) {
    case 'queued':
      return { state: 'queued' };
    case 'begun':
      return { state: 'working' };
    case 'progress':
      return {
        state: 'working',
        what: message.what,
        share: message.total > 0 ? message.done / message.total : 0,
      };
    case 'done':
      return { state: 'done', result: message.result };
    case 'failed':
      return { state: 'failed', error: new Refused(500, message.error) };
  }
}
