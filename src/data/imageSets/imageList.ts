/** Lists of images: CSV or JSON Lines, with a path and a label for each. */
import { readFileSync, statSync } from 'node:fs';
import { dirname, extname } from 'node:path';
import { alexnetError } from '../../errors.ts';
import type { Split } from '../dataset.ts';
import { unreadable } from '../unreadable.ts';
import { csvRows, CsvFault, type CsvRow } from './csv.ts';
import { hasImageExtension } from './imageFolder.ts';
import { classOrder, splitNamed, type ImageListing, type ListedImage } from './listing.ts';

const columnNames = {
  path: ['path', 'file', 'file_name', 'filename', 'filepath', 'image', 'image_path'],
  label: ['label', 'class', 'category', 'target'],
  split: ['split', 'set', 'subset'],
} as const;

type Column = keyof typeof columnNames;

/** Longest list that is read, a million lines or two: it is held in memory as text. */
const mostListBytes = 150_000_000;

/** Whether a file is named as a list. */
export function isImageList(path: string): boolean {
  return ['.csv', '.jsonl', '.ndjson'].includes(extname(path).toLowerCase());
}

/**
 * Reads a list of images. Paths start from the folder that the list is in, and stay in it. The labels are the classes'
 * names, or whole numbers; classes are in the order of those. Throws ALEX_DATA_LIST, which names the line,
 * ALEX_DATA_UNREADABLE.
 */
export function readImageList(path: string): ImageListing {
  const text = readText(path);
  const images = extname(path).toLowerCase() === '.csv' ? csvImages(path, text) : jsonImages(path, text);
  return {
    root: dirname(path),
    classes: classOrder(images.map((image) => image.class)),
    images,
    notices: [],
  };
}

function listError(file: string, line: number, problem: string): Error {
  return alexnetError('ALEX_DATA_LIST', { file, line, problem });
}

function readText(path: string): string {
  let bytes: Buffer;
  try {
    if (statSync(path).size > mostListBytes) {
      throw listError(path, 1, `the list is longer than ${mostListBytes / 1e6} MB`);
    }
    bytes = readFileSync(path);
  } catch (error) {
    throw (error as NodeJS.ErrnoException).syscall === undefined ? error : unreadable(path, error);
  }
  try {
    // A byte-order mark is left out.
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    throw listError(path, 1, 'the list is not text in UTF-8');
  }
}

function csvImages(file: string, text: string): ListedImage[] {
  const images: ListedImage[] = [];
  let columns: Readonly<Record<Column, number>> | undefined;
  try {
    for (const row of csvRows(text)) {
      if (columns === undefined) {
        const header = headerColumns(row);
        columns = header ?? bareColumns(file, row);
        if (header !== undefined) continue;
      }
      const cell = (column: Column): string | undefined => row.cells[columns![column]];
      images.push(
        listedImage(file, row.line, { path: cell('path'), label: cell('label'), split: cell('split') }),
      );
    }
  } catch (error) {
    if (error instanceof CsvFault) throw listError(file, error.line, error.message);
    throw error;
  }
  return images;
}

/** Where the columns are; undefined when the row is no header. -1 stands for a column that is not there. */
function headerColumns({ cells }: CsvRow): Readonly<Record<Column, number>> | undefined {
  const words = cells.map((cell) => cell.trim().toLowerCase());
  const find = (column: Column): number =>
    words.findIndex((word) => (columnNames[column] as readonly string[]).includes(word));
  const columns = { path: find('path'), label: find('label'), split: find('split') };
  return columns.path < 0 || columns.label < 0 ? undefined : columns;
}

/** A list without a header has the paths first, and then the labels. */
function bareColumns(file: string, { line, cells }: CsvRow): Readonly<Record<Column, number>> {
  if (cells.length === 2 && hasImageExtension(cells[0]!)) return { path: 0, label: 1, split: -1 };
  const problem = `expected a header with path and label, and it is ${JSON.stringify(cells.join(',').slice(0, 80))}`;
  throw listError(file, line, problem);
}

function jsonImages(file: string, text: string): ListedImage[] {
  const images: ListedImage[] = [];
  for (const [i, lineText] of text.split('\n').entries()) {
    if (lineText.trim() === '') continue;
    const object = parseObject(file, i + 1, lineText);
    const value = (column: Column): unknown => {
      const key = columnNames[column].find((name) => Object.hasOwn(object, name));
      return key === undefined ? undefined : object[key];
    };
    images.push(
      listedImage(file, i + 1, { path: value('path'), label: value('label'), split: value('split') }),
    );
  }
  return images;
}

function parseObject(file: string, line: number, text: string): Readonly<Record<string, unknown>> {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw listError(file, line, `it is no JSON: ${JSON.stringify(text.slice(0, 80))}`);
  }
  if (typeof value === 'object' && value !== null) return value as Record<string, unknown>;
  throw listError(file, line, 'it is no JSON object');
}

function listedImage(file: string, line: number, given: Readonly<Record<Column, unknown>>): ListedImage {
  const { path } = given;
  if (typeof path !== 'string' || path === '') throw listError(file, line, 'there is no path');
  const fault = pathFault(path);
  if (fault !== undefined)
    throw listError(file, line, `the path ${JSON.stringify(path.slice(0, 200))} ${fault}`);
  const label = Number.isSafeInteger(given.label) ? String(given.label) : given.label;
  if (typeof label !== 'string' || label.trim() === '') {
    throw listError(file, line, 'there is no label, a name or a whole number');
  }
  return { name: path, class: label.trim(), split: splitOf(file, line, given.split) };
}

/** What is wrong with a path that a list gives; undefined when it stays in the list's folder. */
function pathFault(path: string): string | undefined {
  if (path.includes('\0')) return 'holds a zero byte';
  if (/^[/\\]|^[A-Za-z]:/.test(path)) return 'is absolute; paths start from the folder of the list';
  if (path.split(/[/\\]/).includes('..')) return 'leaves the folder of the list';
  return undefined;
}

function splitOf(file: string, line: number, word: unknown): Split | undefined {
  if (word === undefined || word === null || word === '') return undefined;
  const split = typeof word === 'string' ? splitNamed(word.trim()) : undefined;
  if (split !== undefined) return split;
  throw listError(file, line, `the split is ${JSON.stringify(word)}; expected train, validation or test`);
}
