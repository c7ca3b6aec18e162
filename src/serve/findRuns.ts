/** The runs that a folder holds. */
import type { Dirent } from 'node:fs';
import { lstat, readdir, realpath } from 'node:fs/promises';
import { basename, join, sep } from 'node:path';

export interface FoundRun {
  /** Path from the folder of runs, with `/`; the folder's own name where it is a run itself. */
  readonly id: string;
  readonly folder: string;
}

const deepest = 3;
const most = 2000;
/** What work with a run opens by its name. */
const files = [
  'config.json',
  'events.jsonl',
  'model.safetensors',
  'checkpoint.safetensors',
  'best.safetensors',
];

/**
 * All folders with a config.json under `root`, three levels deep at most, and `root` itself if it is one. Links to other
 * places are not followed, and a run with a file that is such a link is left out. None where `root` is not there.
 */
export async function findRuns(root: string): Promise<FoundRun[]> {
  let real: string;
  try {
    real = await realpath(root);
  } catch {
    return [];
  }
  const found: FoundRun[] = [];
  await visit({ id: '', folder: real }, real, deepest, found);
  return found.sort((a, b) => (a.id < b.id ? -1 : 1));
}

async function visit(at: FoundRun, root: string, levels: number, found: FoundRun[]): Promise<void> {
  const entries = await entriesOf(at.folder);
  if (entries.some(({ name }) => name === 'config.json')) {
    const inside = await staysInside(at.folder, entries, root);
    if (inside) found.push({ id: at.id || basename(root), folder: at.folder });
    return;
  }
  if (levels === 0) return;
  for (const entry of entries) {
    if (!entry.isDirectory() || entry.name.startsWith('.') || found.length >= most) continue;
    const id = at.id === '' ? entry.name : `${at.id}/${entry.name}`;
    await visit({ id, folder: join(at.folder, entry.name) }, root, levels - 1, found);
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
