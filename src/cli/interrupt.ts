import type { Terminal } from './terminal.ts';

/** The exit code of a run that was interrupted and has saved its state. */
export const interruptedExitCode = 130;

/** Why work was given up: the person asked. main ends with 130 and no message. */
export class Interrupted extends Error {}

export interface Interrupt {
  readonly signal: AbortSignal;
  /** Lets Ctrl-C end the process again. */
  release(): void;
}

/** Ctrl-C (or SIGTERM) aborts the signal and says `message`; a second one ends the process at once. */
export function catchInterrupt(terminal: Terminal, message: string): Interrupt {
  const controller = new AbortController();
  const interrupt = (): void => {
    if (controller.signal.aborted) process.exit(interruptedExitCode);
    terminal.say(message);
    controller.abort(new Interrupted());
  };
  process.on('SIGINT', interrupt);
  process.on('SIGTERM', interrupt);
  return {
    signal: controller.signal,
    release: () => {
      process.off('SIGINT', interrupt);
      process.off('SIGTERM', interrupt);
    },
  };
}
