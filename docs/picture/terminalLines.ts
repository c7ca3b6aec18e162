/** What a recorded terminal session showed, cell by cell. */

export interface Cell {
  readonly character: string;
  /** CSS colours; undefined for the terminal's own. */
  readonly foreground: string | undefined;
  readonly background: string | undefined;
}

export type Line = readonly Cell[];

export interface Session {
  /** The lines that stayed. */
  readonly lines: readonly Line[];
  /** Lines that were drawn over, such as a progress bar's, with the number of the line that they stood on. */
  readonly drawnOver: readonly { readonly at: number; readonly line: Line }[];
}

/** A character, or an escape sequence that begins with ESC [, with its parameters and its final letter. */
// oxlint-disable-next-line no-control-regex
const pieces = /\x1b\[([\d;?]*)([A-Za-z])|[^\x1b]/gu;

/** Plays a session, recorded by script(1), on a terminal of so many columns; knows the sequences that we write. */
export function playSession(recording: string, columns: number): Session {
  const lines: Line[] = [];
  const drawnOver: { at: number; line: Line }[] = [];
  let line: Cell[] = [];
  let column = 0;
  let foreground: string | undefined;
  let background: string | undefined;

  const endLine = (): void => {
    lines.push(line);
    line = [];
    column = 0;
  };
  const erase = (from: number): void => {
    if (from === 0 && line.length > 0) drawnOver.push({ at: lines.length, line });
    line = line.slice(0, from);
  };
  const setColors = (parameters: readonly number[]): void => {
    if (parameters[0] === 0 || parameters.length === 0) foreground = background = undefined;
    for (let at = 0; at < parameters.length; at++) {
      if (parameters[at + 1] !== 2 || (parameters[at] !== 38 && parameters[at] !== 48)) continue;
      const color = `rgb(${parameters.slice(at + 2, at + 5).join(' ')})`;
      if (parameters[at] === 38) foreground = color;
      else background = color;
      at += 4;
    }
  };
  const write = (character: string): void => {
    if (column === columns) endLine();
    line[column++] = { character, foreground, background };
  };

  for (const [piece, text, final] of recording.matchAll(pieces)) {
    const parameters = text?.split(';').filter(Boolean).map(Number) ?? [];
    if (final === 'm') setColors(parameters);
    else if (final === 'G') column = (parameters[0] ?? 1) - 1;
    else if (final === 'K') erase(parameters[0] === 2 ? 0 : column);
    else if (piece === '\n') endLine();
    else if (piece === '\r') column = 0;
    else if (final === undefined) write(piece);
  }
  if (line.length > 0) lines.push(line);
  return { lines, drawnOver };
}

/** The characters of a line. */
export function textOf(line: Line): string {
  return Array.from(line, (cell) => cell?.character ?? ' ').join('');
}
