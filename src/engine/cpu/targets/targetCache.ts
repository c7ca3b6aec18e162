/** Keeps the targets' measured speeds in a file, so that a process starts at once and takes the same one each time. */
import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { cpus, homedir } from 'node:os';
import { dirname, join } from 'node:path';
import { packageVersion } from '../../../packageVersion.ts';
import type { Gigaflops } from './target.ts';
import { cpuTargets, type CpuTarget } from './targets.ts';

/** What the speeds depend on: measured with anything else, they are not used. */
export interface TimingKey {
  readonly processor: string;
  readonly node: string;
  readonly alexnet: string;
  /** Those that the process can run. */
  readonly targets: readonly CpuTarget[];
}

interface Content extends TimingKey {
  readonly gigaflops: Gigaflops;
}

/** In the folder ALEXNET_CACHE, or else in `alexnet` in the system's folder for such files. */
export function timingFile(): string {
  return join(process.env['ALEXNET_CACHE'] || join(systemFolder(), 'alexnet'), 'targets.json');
}

function systemFolder(): string {
  const { LOCALAPPDATA, XDG_CACHE_HOME } = process.env;
  return (process.platform === 'win32' && LOCALAPPDATA) || XDG_CACHE_HOME || join(homedir(), '.cache');
}

export function timingKey(targets: readonly CpuTarget[]): TimingKey {
  return {
    processor: cpus()[0]?.model.trim() ?? 'unknown',
    node: process.versions.node,
    alexnet: packageVersion(),
    targets,
  };
}

/** The speeds that were kept for the key; undefined where there are none, whatever is in the file's place. */
export function readTimings(key: TimingKey, path = timingFile()): Gigaflops | undefined {
  try {
    const content: unknown = JSON.parse(readFileSync(path, 'utf8'));
    return isFor(content, key) ? content.gigaflops : undefined;
  } catch {
    return undefined;
  }
}

function isFor(content: unknown, key: TimingKey): content is Content {
  if (typeof content !== 'object' || content === null) return false;
  const { gigaflops, ...rest } = content as Partial<Content>;
  if (JSON.stringify(rest) !== JSON.stringify(key)) return false;
  if (typeof gigaflops !== 'object' || gigaflops === null) return false;
  return Object.entries(gigaflops).every(
    ([target, value]) => cpuTargets.includes(target as CpuTarget) && Number.isFinite(value) && value > 0,
  );
}

/** Keeps the speeds, if the file can be written. */
export function writeTimings(key: TimingKey, gigaflops: Gigaflops, path = timingFile()): void {
  try {
    mkdirSync(dirname(path), { recursive: true });
    const temporary = `${path}.${process.pid}`;
    writeFileSync(temporary, `${JSON.stringify({ ...key, gigaflops } satisfies Content, null, 2)}\n`);
    renameSync(temporary, path);
  } catch {
    // Then it is measured again the next time.
  }
}
