/** Where text goes: results on standard output; with --json only JSON lines are there, and people read the rest. */
import { WriteStream } from 'node:tty';
import type { ColorDepth } from './color.ts';
import { imageProtocol, type ImageProtocol } from './images/imageProtocol.ts';
import { cut } from './text.ts';

export interface Terminal {
  readonly json: boolean;
  /** Whether the text that `say` writes goes to a terminal: live lines make sense. */
  readonly live: boolean;
  /** Whether what `print` writes goes to a terminal. */
  readonly shown: boolean;
  /** Colours of what `print` writes; 1 is none. */
  readonly colorDepth: ColorDepth;
  /** How `print` can show pictures; `none` where it writes to no terminal. */
  readonly images: ImageProtocol;
  /** Columns and rows of the terminal; those of a usual one where it does not say, or says 0, as under `script`. */
  readonly columns: number;
  readonly rows: number;
  /** A result, on standard output; nothing with --json. */
  print(text: string): void;
  /** Text for a person: standard output when it is a terminal, else standard error. */
  say(text: string): void;
  /** One JSON object on its own line; nothing without --json. */
  emit(value: object): void;
  /** Draws this line where the last one was; an empty text takes it away. Nothing when not live. */
  drawLine(text: string): void;
}

type Output = Pick<NodeJS.WriteStream, 'write' | 'isTTY' | 'columns' | 'rows'>;

/** The terminal of a command. The last three are the process's own but in tests. Throws ALEX_OPTION_VALUE. */
export function createTerminal(
  json: boolean,
  stdout: Output = process.stdout,
  stderr: Output = process.stderr,
  environment: NodeJS.ProcessEnv = process.env,
): Terminal {
  const people = json || !stdout.isTTY ? stderr : stdout;
  const live = people.isTTY === true;
  const shown = !json && stdout.isTTY === true;
  const colorDepth = json ? 1 : depthOf(stdout.isTTY === true, environment);
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
    shown,
    colorDepth,
    images: imageProtocol({ shown, colorDepth }, environment),
    get columns() {
      return people.columns || 80;
    },
    get rows() {
      return people.rows || 24;
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
      people.write(cut(text, (people.columns || 80) - 1));
      drawn = true;
    },
  };
}

/**
 * As Node tells it from TERM, COLORTERM, NO_COLOR and FORCE_COLOR, of which the last comes first; an empty NO_COLOR is none
 * (no-color.org).
 */
function depthOf(isTTY: boolean, { NO_COLOR: noColor, ...others }: NodeJS.ProcessEnv): ColorDepth {
  if (!isTTY && others['FORCE_COLOR'] === undefined) return 1;
  const environment = noColor ? { ...others, NO_COLOR: noColor } : others;
  return WriteStream.prototype.getColorDepth(environment) as ColorDepth;
}
