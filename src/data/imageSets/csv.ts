/** A row of a CSV file. */
export interface CsvRow {
  /** Of its beginning, from 1. */
  readonly line: number;
  readonly cells: readonly string[];
}

/** A quote that never ends, or stands in the middle of a cell. */
export class CsvFault extends Error {
  readonly line: number;

  constructor(line: number, problem: string) {
    super(problem);
    this.line = line;
  }
}

/**
 * The rows of a CSV file (RFC 4180): commas, cells in quotes where they hold commas, quotes (doubled) or line ends.
 * Lines may end in \n or \r\n; empty ones are passed over. Throws CsvFault.
 */
export function* csvRows(text: string): Generator<CsvRow, void> {
  let line = 1;
  for (let at = 0; at < text.length;) {
    const start = line;
    const cells: string[] = [];
    for (;;) {
      const cell = text[at] === '"' ? quotedCell(text, at, line) : plainCell(text, at);
      cells.push(cell.value);
      line += cell.lines;
      at = cell.end;
      if (text[at] !== ',') break;
      at++;
    }
    if (text[at] === '\r') at++;
    if (at < text.length && text[at] !== '\n') throw new CsvFault(line, 'text follows a quoted cell');
    at++;
    line++;
    if (cells.length > 1 || cells[0] !== '') yield { line: start, cells };
  }
}

interface Cell {
  readonly value: string;
  /** Position after it. */
  readonly end: number;
  /** Line ends in it. */
  readonly lines: number;
}

const cellEnd = /,|\r?\n|\r?$/g;

function plainCell(text: string, from: number): Cell {
  cellEnd.lastIndex = from;
  const end = cellEnd.exec(text)!.index;
  return { value: text.slice(from, end), end, lines: 0 };
}

function quotedCell(text: string, from: number, line: number): Cell {
  let end = from + 1;
  for (;;) {
    end = text.indexOf('"', end);
    if (end < 0) throw new CsvFault(line, 'a quote is not closed');
    if (text[end + 1] !== '"') break;
    end += 2;
  }
  const value = text.slice(from + 1, end).replaceAll('""', '"');
  return { value, end: end + 1, lines: value.split('\n').length - 1 };
}
