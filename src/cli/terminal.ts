/** Where text goes: results on standard output; with --json only JSON lines are there, and people read the rest. */

export interface Terminal {
  readonly json: boolean;
  /** Whether the text that `say` writes goes to a terminal: colours and live lines make sense. */
  readonly live: boolean;
  /** Whether it shows colours: a live terminal, and no NO_COLOR (no-color.org). */
  readonly colors: boolean;
  /** Columns of that terminal. */
  readonly columns: number;
  /** A result, on standard output; nothing with --json. */
  print(text: string): void;
  /** Text for a person: standard output when it is a terminal, else standard error. */
  say(text: string): void;
  /** One JSON object on its own line; nothing without --json. */
  emit(value: object): void;
  /** Draws this line where the last one was; an empty text takes it away. Nothing when not live. */
  drawLine(text: string): void;
}

type Output = Pick<NodeJS.WriteStream, 'write' | 'isTTY' | 'columns'>;

/** The terminal of a command. `stdout` and `stderr` are the process's own but in tests. */
export function createTerminal(
  json: boolean,
  stdout: Output = process.stdout,
  stderr: Output = process.stderr,
): Terminal {
  const people = json || !stdout.isTTY ? stderr : stdout;
  const live = people.isTTY === true;
  let drawn = false;
  const wipe = (): void => {
    if (drawn) people.write('\r\x1b[2K');
    drawn = false;
  };
  const writeTo = (stream: Output, text: string): void => {
    wipe();
    stream.write(`${text}\n`);
  };
  return {
    json,
    live,
    colors: live && !process.env['NO_COLOR'],
    get columns() {
      return people.columns ?? 80;
    },
    print: (text) => {
      if (!json) writeTo(stdout, text);
    },
    say: (text) => writeTo(people, text),
    emit: (value) => {
      if (json) writeTo(stdout, JSON.stringify(value));
    },
    drawLine: (text) => {
      if (!live) return;
      wipe();
      if (text === '') return;
      people.write(text.slice(0, (people.columns ?? 80) - 1));
      drawn = true;
    },
  };
}
