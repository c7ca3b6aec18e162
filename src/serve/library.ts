/** All runs of a folder, followed while they grow. */
import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { AlexnetError, alexnetError, problemOf } from '../errors.ts';
import { readRunConfig } from '../training/runRecord.ts';
import { runningProcess, type RunProcess } from '../training/runProcess.ts';
import type { TrainingConfig } from '../training/trainingOptions.ts';
import { readPieces, type Appended, type Cursor } from './eventTail.ts';
import { findRuns, type FoundRun } from './findRuns.ts';
import type { RunSummary } from './protocol.ts';
import { advanced, noProgress, summaryOf, type RunProgress } from './runProgress.ts';

export interface FollowedRun extends FoundRun {
  readonly config: TrainingConfig | undefined;
  readonly summary: RunSummary;
  readonly process: RunProcess | undefined;
  /** How far its events have been read. */
  readonly cursor: Cursor;
  /** Of the file that the configuration was read from. */
  readonly configFile: string;
}

export interface Library {
  readonly root: string;
  /** Looks at the folder and at every run's events; one look at a time, and what has come since the last one, unless it is much. */
  look(): Promise<ReadonlyMap<string, Appended>>;
  runs(): readonly FollowedRun[];
  /** By its id. Throws ALEX_SERVE_RUN: an id is one of the list or none, and never becomes a path. */
  run(id: string): FollowedRun;
}

export function createLibrary(root: string): Library {
  let runs = new Map<string, FollowedRun>();
  let progress = new Map<string, RunProgress>();
  let looking: Promise<ReadonlyMap<string, Appended>> | undefined;

  async function lookNow(): Promise<ReadonlyMap<string, Appended>> {
    const found = await findRuns(root);
    const news = new Map<string, Appended>();
    const next = new Map<string, FollowedRun>();
    const nextProgress = new Map<string, RunProgress>();
    for (const one of found) {
      const before = runs.get(one.id);
      let cursor = before?.cursor ?? '';
      let now = progress.get(one.id) ?? noProgress;
      for await (const piece of readPieces(eventsOf(one), cursor)) {
        // What comes in many pieces is not kept for all of them.
        if (!piece.more && piece.from === before?.cursor && piece.to !== piece.from) news.set(one.id, piece);
        now = piece.events.reduce(advanced, piece.reset ? noProgress : now);
        cursor = piece.to;
      }
      nextProgress.set(one.id, now);
      next.set(one.id, await followed(one, before, now, cursor));
    }
    runs = next;
    progress = nextProgress;
    return news;
  }

  return {
    root,
    look: () => (looking ??= lookNow().finally(() => (looking = undefined))),
    runs: () => [...runs.values()],
    run(id) {
      const found = runs.get(id);
      if (found === undefined) throw alexnetError('ALEX_SERVE_RUN', { run: id });
      return found;
    },
  };
}

/** A configuration is read again when its file is another one. */
async function followed(
  found: FoundRun,
  before: FollowedRun | undefined,
  progress: RunProgress,
  cursor: Cursor,
): Promise<FollowedRun> {
  const process = await runningProcess(found.folder);
  const { stamp: configFile, startedAt } = await configFileOf(found);
  try {
    const isSame = before?.config !== undefined && before.configFile === configFile;
    const config = isSame ? before.config : await readRunConfig(found.folder);
    const summary = summaryOf({ id: found.id, path: found.folder, startedAt }, config, progress, process);
    return { ...found, config, configFile, summary, process, cursor };
  } catch (error) {
    if (!(error instanceof AlexnetError)) throw error;
    const summary = unusable(found, startedAt, error);
    return { ...found, config: undefined, configFile, summary, process, cursor };
  }
}

function unusable({ id, folder: path }: FoundRun, startedAt: number, error: AlexnetError): RunSummary {
  const nothing = { network: '?', dataset: '?', step: 0, steps: 0, epochs: 0, control: false } as const;
  return { id, path, ...nothing, state: 'failed', startedAt, problem: problemOf(error) };
}

export function eventsOf({ folder }: FoundRun): string {
  return join(folder, 'events.jsonl');
}

/** What tells it from one that took its place, and its time: it is written anew whenever a training starts. */
async function configFileOf({ folder }: FoundRun): Promise<{ stamp: string; startedAt: number }> {
  const found = await stat(join(folder, 'config.json'), { bigint: true }).catch(() => undefined);
  if (found === undefined) return { stamp: '', startedAt: 0 };
  const { ino, birthtimeNs, mtimeNs, mtimeMs, size } = found;
  return { stamp: [ino, birthtimeNs, mtimeNs, size].join(), startedAt: Number(mtimeMs) };
}
