/** Where labs are: in labs/ beside the sources, or in a file of one's own. */
import { existsSync, readdirSync } from 'node:fs';
import { basename, extname, join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { alexnetError } from '../errors.ts';
import { labSizes, type Lab } from './lab.ts';

const folder = join(import.meta.dirname, '..', '..', 'labs');
/** Sources are `.ts`; a published package has what was built from them. */
const extension = extname(import.meta.url);
const moduleExtensions: readonly string[] = ['.ts', '.mts', '.js', '.mjs'];

/** As docs/labs.md has them: from the article's first question to the paper's details; others come after these. */
const readingOrder: readonly string[] = [
  'activations',
  'vanishing-gradient',
  'relu-vs-tanh',
  'augmentation',
  'dropout',
  'pooling',
  'lrn',
  'two-towers',
  'initialisation',
  'depth',
  'learning-rate',
];

/** Names of the labs that come with the package, in an order to read them in. */
export function labNames(): string[] {
  const place = (name: string): number => readingOrder.indexOf(name) + 1 || readingOrder.length + 1;
  return readdirSync(folder)
    .filter((file) => file.endsWith(extension) && !file.endsWith(`.d${extension}`))
    .map((file) => basename(file, extension))
    .toSorted((one, two) => place(one) - place(two) || one.localeCompare(two));
}

/** The file of a lab that comes with the package. Throws ALEX_LAB_UNKNOWN. */
export function labFile(name: string): string {
  const known = labNames();
  if (!known.includes(name)) throw alexnetError('ALEX_LAB_UNKNOWN', { name, known });
  return join(folder, `${name}${extension}`);
}

/** Whether this is the path of a lab's file, not the name of a lab. */
export function isLabPath(nameOrPath: string): boolean {
  return moduleExtensions.includes(extname(nameOrPath));
}

/** A lab by its name, or by the path of its file. Throws ALEX_LAB_UNKNOWN, ALEX_LAB_FILE. */
export async function loadLab(nameOrPath: string): Promise<Lab> {
  const isPath = isLabPath(nameOrPath);
  return readLabFile(isPath ? resolve(nameOrPath) : labFile(nameOrPath), isPath ? nameOrPath : undefined);
}

async function readLabFile(path: string, said = path): Promise<Lab> {
  const invalid = (problem: string, cause?: unknown): Error =>
    alexnetError('ALEX_LAB_FILE', { path: said, problem }, cause);
  if (!existsSync(path)) throw invalid('there is no such file');
  let exports: Readonly<Record<string, unknown>>;
  try {
    exports = (await import(pathToFileURL(path).href)) as typeof exports;
  } catch (error) {
    throw invalid(`running it failed: ${String(error)}`, error);
  }
  const lab = (exports['lab'] ?? exports['default']) as Partial<Lab> | undefined;
  if (typeof lab?.run !== 'function' || typeof lab.name !== 'string') throw invalid('it exports no lab');
  const missing = labSizes.filter((size) => typeof lab.sizes?.[size]?.minutes !== 'number');
  if (missing.length > 0) throw invalid(`its sizes have no minutes for ${missing.join(', ')}`);
  for (const text of ['title', 'claim'] as const) {
    if (typeof lab[text]?.en !== 'string' || typeof lab[text].ja !== 'string') {
      throw invalid(`its ${text} is not there in English and Japanese`);
    }
  }
  return lab as Lab;
}
