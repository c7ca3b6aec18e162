/** The engine's threads, from the side that commands them. */
import { alexnetError } from '../../../errors.ts';
import { controlWords } from './control.ts';

export interface Team {
  /**
   * Runs the phases (a sum of `phases`) that the control words describe, one call at a time. Rejects when a thread
   * throws or ends; the others then wait for it in vain, and closing is all that is left.
   */
  run(phases: number): Promise<void>;
  /** Whether a call of `run` is under way. */
  running(): boolean;
  close(): Promise<void>;
}

/** A thread that has been started. */
export interface StartedThread {
  /** Whether the thread keeps the process alive, where there is such a thing. */
  hold(alive: boolean): void;
  end(): Promise<void>;
}

/** What a thread tells the team. */
export interface ThreadWatch {
  /** It threw, or could not be started. */
  failed(error: Error): void;
  /** It is there no more. */
  ended(): void;
}

/** A team of threads that `start` begins, one for each number from 0. */
export function createTeam(
  threads: number,
  words: Int32Array,
  start: (thread: number, watch: ThreadWatch) => StartedThread,
): Team {
  let running = false;
  let failure: Error | undefined;
  const failed = (error: Error): void => {
    failure ??= error;
    // Wakes `run`, if it waits.
    Atomics.notify(words, controlWords.done);
  };
  const ended = (): void =>
    failed(alexnetError('ALEX_PROGRAM_STATE', { call: 'this call', needs: 'all threads of the engine' }));
  const started = Array.from({ length: threads }, (_, thread) => start(thread, { failed, ended }));
  // Between commands the threads only wait: they should not keep a finished program alive.
  const holdAll = (alive: boolean): void => started.forEach((thread) => thread.hold(alive));
  holdAll(false);

  async function run(phasesToRun: number): Promise<void> {
    running = true;
    const done = Atomics.load(words, controlWords.done);
    words[controlWords.phases] = phasesToRun;
    holdAll(true);
    Atomics.add(words, controlWords.command, 1);
    Atomics.notify(words, controlWords.command);
    try {
      while (Atomics.load(words, controlWords.done) === done) {
        if (failure) throw failure;
        await Atomics.waitAsync(words, controlWords.done, done).value;
      }
    } finally {
      running = false;
      holdAll(false);
    }
  }

  return {
    run,
    running: () => running,
    async close() {
      // Else the process may end before the threads have.
      holdAll(true);
      await Promise.all(started.map((thread) => thread.end()));
    },
  };
}
