/**
 * A value that is kept as JSON, never half: it lies in two files in turn, with a number that grows, and the later one that
 * is whole counts. A tab that is closed in the middle of writing leaves the other.
 */
import { readFile, withStorage, writeFile, type Folder } from './files.ts';
import { makeTurns } from './turns.ts';

export interface KeptValue<T> {
  /** Undefined when none was written whole. Throws ALEX_STUDIO_STORAGE. */
  read(): Promise<T | undefined>;
  /** Throws ALEX_STUDIO_STORAGE_FULL, ALEX_STUDIO_STORAGE; the value of before is left then. */
  write(value: T): Promise<void>;
}

interface Written<T> {
  readonly number: number;
  readonly value: T;
}

/** The value under this name in a folder; one owner at a time. */
export function keptValue<T>(folder: Folder, name: string): KeptValue<T> {
  const fileNames = [`${name}-0.json`, `${name}-1.json`];
  let last: number | undefined;
  const inTurn = makeTurns();

  async function readOne(file: string): Promise<Written<T> | undefined> {
    const blob = await readFile(folder, file);
    if (blob === undefined) return undefined;
    const text = await withStorage(file, () => blob.text());
    try {
      return JSON.parse(text) as Written<T>;
    } catch {
      return undefined;
    }
  }
  async function latest(): Promise<Written<T> | undefined> {
    const [a, b] = [await readOne(fileNames[0]!), await readOne(fileNames[1]!)];
    const found = (a?.number ?? -1) > (b?.number ?? -1) ? a : b;
    last = found?.number ?? -1;
    return found;
  }
  async function writeNext(value: T): Promise<void> {
    if (last === undefined) await latest();
    const number = last! + 1;
    const text = JSON.stringify({ number, value } satisfies Written<T>);
    await writeFile(folder, fileNames[number % 2]!, (append) => append(new TextEncoder().encode(text)));
    last = number;
  }
  return {
    read: () => inTurn(async () => (await latest())?.value),
    write: (value) => inTurn(() => writeNext(value)),
  };
}
