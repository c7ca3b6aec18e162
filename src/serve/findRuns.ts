/** The runs that a folder holds. */
import { lstatSync, type Dirent } from 'node:fs';
import { lstat, readdir, realpath } from 'node:fs/promises';
import { basename, join, sep } from 'node:path';

export interface FoundRun {
  /** Path from the folder of runs, with `/`; the folder's own name where it is a run itself. */
  readonly id: string;
  readonly folder: string;
}

const deepest = 3;
const usuallyMost = 2000;
/** What work with a run opens by its name. */
const files = [
  'config.json',
  'events.jsonl',
  'model.safetensors',
  'checkpoint.safetensors',
  'best.safetensors',
];

export interface FoundRuns {
  readonly runs: readonly FoundRun[];
  /** False where there are more than are listed. */
  readonly complete: boolean;
}

export interface RunFinder {
  find(): Promise<FoundRuns>;
}

/**
 * Finds all folders with a config.json under `root`, three levels deep at most, and `root` itself if it is one. Links to
 * other places are not followed, and a run with a file that is such a link is left out. `most` at most are found, and none where `root` is not there.
 * Folders that have not changed are not read again.
 */
export function createRunFinder(root: string, most: number = usuallyMost): RunFinder {
  let known: ReadonlyMap<string, string> = new Map();
  return {
    async find() {
      const search: Search = { root: '', most, known, seen: new Map(), found: [], complete: true };
      try {
        search.root = await realpath(root);
      } catch {
        return { runs: [], complete: true };
      }
      await visit({ id: '', folder: search.root }, deepest, search);
      known = search.seen;
      const runs = search.found.sort((a, b) => (a.id < b.id ? -1 : 1));
      return { runs, complete: search.complete };
    },
  };
}

interface Search {
  /** Its real path. */
  root: string;
  /** Folders that were runs, without links, and what they looked like. */
  readonly known: ReadonlyMap<string, string>;
  readonly seen: Map<string, string>;
  readonly found: FoundRun[];
  readonly most: number;
  complete: boolean;
}

async function visit(at: FoundRun, levels: number, search: Search): Promise<void> {
  const run = { id: at.id || basename(search.root), folder: at.folder };
  const stamp = folderStamp(at.folder);
  if (stamp !== undefined && search.known.get(at.folder) === stamp) {
    search.seen.set(at.folder, stamp);
    search.found.push(run);
    return;
  }
  const entries = await entriesOf(at.folder);
  if (entries.some(({ name }) => name === 'config.json')) {
    if (!(await staysInside(at.folder, entries, search.root))) return;
    search.found.push(run);
    const hasLinks = entries.some((entry) => entry.isSymbolicLink());
    if (stamp !== undefined && !hasLinks) search.seen.set(at.folder, stamp);
    return;
  }
  if (levels === 0) return;
  for (const entry of entries) {
    if (!entry.isDirectory() || entry.name.startsWith('.')) continue;
    if (search.found.length >= search.most) {
      search.complete = false;
      return;
    }
    const id = at.id === '' ? entry.name : `${at.id}/${entry.name}`;
    await visit({ id, folder: join(at.folder, entry.name) }, levels - 1, search);
  }
}

/** Clocks of file systems stand still for some milliseconds: what has changed just now may change without a trace. */
const settledMilliseconds = 2000;

/** Changes with what is in a folder; undefined while it has just changed, and where it cannot be told. */
function folderStamp(folder: string): string | undefined {
  try {
    const found = lstatSync(folder, { bigint: true });
    const isSettled = Date.now() - Number(found.mtimeMs) > settledMilliseconds;
    return found.isDirectory() && isSettled
      ? [found.ino, found.birthtimeNs, found.mtimeNs].join()
      : undefined;
  } catch {
    return undefined;
  }
}

/** A folder that cannot be read holds no runs. */
async function entriesOf(folder: string): Promise<Dirent[]> {
  try {
    return await readdir(folder, { withFileTypes: true });
  } catch {
    return [];
  }
}

async function staysInside(folder: string, entries: readonly Dirent[], root: string): Promise<boolean> {
  for (const entry of entries) {
    if (!files.includes(entry.name) || entry.isFile()) continue;
    if (!entry.isSymbolicLink()) return false;
    const target = await realpath(join(folder, entry.name)).catch(() => undefined);
    if (target === undefined || !target.startsWith(`${root}${sep}`)) return false;
    if (!(await lstat(target)).isFile()) return false;
  }
  return true;
}
