/** All runs of a folder, followed while they grow. */
import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { AlexnetError, alexnetError, problemOf } from '../errors.ts';
import { readRunConfig } from '../training/runRecord.ts';
import { runningProcess, type RunProcess } from '../training/runProcess.ts';
import type { TrainingConfig } from '../training/trainingOptions.ts';
import { readAppended, type Appended, type Cursor } from './eventTail.ts';
import { findRuns, type FoundRun } from './findRuns.ts';
import type { RunSummary } from './protocol.ts';
import { advanced, noProgress, summaryOf, type RunProgress } from './runProgress.ts';

export interface FollowedRun extends FoundRun {
  readonly config: TrainingConfig | undefined;
  readonly summary: RunSummary;
  readonly process: RunProcess | undefined;
  /** How far its events have been read. */
  readonly cursor: Cursor;
}

export interface Library {
  readonly root: string;
  /** Looks at the folder and at every run's events; one look at a time, and what has come since the last one. */
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
      const appended = await readAppended(eventsOf(one), runs.get(one.id)?.cursor ?? '');
      if (appended.to !== appended.from) news.set(one.id, appended);
      const before = (appended.reset ? undefined : progress.get(one.id)) ?? noProgress;
      const now = appended.events.reduce(advanced, before);
      nextProgress.set(one.id, now);
      next.set(one.id, await followed(one, runs.get(one.id), now, appended.to));
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

/** A configuration is written once, before the first event, and read once. */
async function followed(
  found: FoundRun,
  before: FollowedRun | undefined,
  progress: RunProgress,
  cursor: Cursor,
): Promise<FollowedRun> {
  const process = await runningProcess(found.folder);
  const changedAt = await changeOf(found);
  try {
    const config = before?.config ?? (await readRunConfig(found.folder));
    const summary = summaryOf({ id: found.id, path: found.folder, changedAt }, config, progress, process);
    return { ...found, config, summary, process, cursor };
  } catch (error) {
    if (!(error instanceof AlexnetError)) throw error;
    return { ...found, config: undefined, summary: unusable(found, changedAt, error), process, cursor };
  }
}

function unusable({ id, folder: path }: FoundRun, changedAt: number, error: AlexnetError): RunSummary {
  const nothing = { network: '?', dataset: '?', step: 0, steps: 0, epochs: 0, control: false } as const;
  return { id, path, ...nothing, state: 'failed', changedAt, problem: problemOf(error) };
}

export function eventsOf({ folder }: FoundRun): string {
  return join(folder, 'events.jsonl');
}

async function changeOf({ folder }: FoundRun): Promise<number> {
  for (const name of ['events.jsonl', 'config.json']) {
    const found = await stat(join(folder, name)).catch(() => undefined);
    if (found) return Math.round(found.mtimeMs);
  }
  return 0;
}
