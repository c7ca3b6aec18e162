/** Which process trains in a run's folder: running.json is there while one does. */
import { readFileSync, rmSync, statSync } from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { alexnetError } from '../errors.ts';
import { writeTextAtomically } from '../formats/atomicFile.ts';
import { openPlainFile } from '../formats/plainFile.ts';

export interface RunProcess {
  readonly pid: number;
  readonly host: string;
  /** When it began, as Linux tells; a number of a process is given again, this with it is not. */
  readonly began?: string;
  /** It takes orders from the folder. */
  readonly control: boolean;
}

/** The file that says which process trains in a run's folder. */
export function markerOf(folder: string): string {
  return join(folder, 'running.json');
}

/** Says that this process trains in the folder. Returns what takes that back. Throws ALEX_FILE_WRITE. */
export async function markRunning(
  folder: string,
  { control }: Pick<RunProcess, 'control'>,
): Promise<() => void> {
  const { pid } = process;
  const began = beginningOf(pid);
  const marker: RunProcess = { pid, host: hostname(), ...(began && { began }), control };
  await writeTextAtomically(markerOf(folder), `${JSON.stringify(marker)}\n`);
  return () => {
    try {
      rmSync(markerOf(folder), { force: true });
    } catch {
      // The process is about to end or to do something else: who looks for it sees that.
    }
  };
}

/** The process that trains in a run's folder now; undefined where none does, as after kill -9. */
export async function runningProcess(folder: string): Promise<RunProcess | undefined> {
  const marker = await readMarker(folder);
  const { pid, host, began, control } = marker ?? {};
  if (!Number.isSafeInteger(pid) || typeof host !== 'string') return undefined;
  const found: RunProcess = {
    pid: pid!,
    host,
    ...(typeof began === 'string' && { began }),
    control: control === true,
  };
  return isAlive(found, folder) ? found : undefined;
}

/** Throws ALEX_RUN_IN_USE while a process trains in the run's folder: two would write over each other's files. */
export async function checkIdle(folder: string): Promise<void> {
  const found = await runningProcess(folder);
  if (found === undefined) return;
  const { pid, host } = found;
  throw alexnetError('ALEX_RUN_IN_USE', { folder, pid, host, marker: markerOf(folder) });
}

async function readMarker(folder: string): Promise<Partial<RunProcess> | null> {
  const handle = await openPlainFile(markerOf(folder));
  try {
    const text = (await handle?.readFile('utf8')) ?? 'null';
    return JSON.parse(text) as Partial<RunProcess> | null;
  } catch {
    return null;
  } finally {
    await handle?.close();
  }
}

/** Of another machine only its traces can be seen. */
const silentMilliseconds = 10 * 60_000;

function isAlive({ pid, host, began }: RunProcess, folder: string): boolean {
  if (host !== hostname()) return lastTrace(folder) > Date.now() - silentMilliseconds;
  try {
    process.kill(pid, 0);
  } catch (error) {
    // A process of somebody else is there all the same.
    if ((error as NodeJS.ErrnoException).code !== 'EPERM') return false;
  }
  return began === undefined || (beginningOf(pid) ?? began) === began;
}

function lastTrace(folder: string): number {
  return statSync(join(folder, 'events.jsonl'), { throwIfNoEntry: false })?.mtimeMs ?? 0;
}

/** Field 22 of /proc/PID/stat, proc(5): clock ticks from the system's start. Undefined elsewhere than on Linux. */
function beginningOf(pid: number): string | undefined {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, 'utf8');
    // The second field is a name in parentheses, which may hold anything.
    return text
      .slice(text.lastIndexOf(')') + 2)
      .split(' ')
      .at(19);
  } catch {
    return undefined;
  }
}
