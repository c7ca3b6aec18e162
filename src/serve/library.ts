/** All runs of a folder, followed while they grow. */
import { statSync, type BigIntStats } from 'node:fs';
import { join } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import { isDeepStrictEqual } from 'node:util';
import { AlexnetError, alexnetError, problemOf } from '../errors.ts';
import { readRunConfig } from '../training/runRecord.ts';
import { markerOf, runningProcess, type RunProcess } from '../training/runProcess.ts';
import type { TrainingConfig } from '../training/trainingOptions.ts';
import { readPieces, type Appended, type Cursor } from './eventTail.ts';
import { createRunFinder, type FoundRun } from './findRuns.ts';
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
  readonly progress: RunProgress;
  /** Changes with its files. */
  readonly stamp: string;
}

export interface Library {
  readonly root: string;
  /** Looks at the folder and at every run's events; one look at a time, and what has come since the last one, unless it is much. */
  look(): Promise<ReadonlyMap<string, Appended>>;
  runs(): readonly FollowedRun[];
  /** Whether these are all of the folder's. */
  isComplete(): boolean;
  /** By its id. Throws ALEX_SERVE_RUN: an id is one of the list or none, and never becomes a path. */
  run(id: string): FollowedRun;
}

export function createLibrary(root: string): Library {
  let runs = new Map<string, FollowedRun>();
  let complete = true;
  let looking: Promise<ReadonlyMap<string, Appended>> | undefined;
  const finder = createRunFinder(root);

  async function lookNow(): Promise<ReadonlyMap<string, Appended>> {
    const found = await finder.find();
    const news = new Map<string, Appended>();
    const next = new Map<string, FollowedRun>();
    for (const [index, one] of found.runs.entries()) {
      // So that pages are answered while there is much to look at.
      if (index % 100 === 99) await setImmediate();
      const before = runs.get(one.id);
      const stamp = stampOf(one);
      const isSame = before !== undefined && before.stamp === stamp && isSettled(before);
      next.set(one.id, isSame ? before : await followed(one, before, stamp, news));
    }
    runs = next;
    complete = found.complete;
    return news;
  }

  return {
    root,
    look: () => (looking ??= lookNow().finally(() => (looking = undefined))),
    runs: () => [...runs.values()],
    isComplete: () => complete,
    run(id) {
      const found = runs.get(id);
      if (found === undefined) throw alexnetError('ALEX_SERVE_RUN', { run: id });
      return found;
    },
  };
}

/** Whether it stays as it is while its files do: nothing trains in it, and all could be read. */
function isSettled({ process, config, cursor }: FollowedRun): boolean {
  return process === undefined && config !== undefined && cursor !== '';
}

/** Looks at a run; `news` is told of its new events. */
async function followed(
  found: FoundRun,
  before: FollowedRun | undefined,
  stamp: string,
  news: Map<string, Appended>,
): Promise<FollowedRun> {
  const { progress, cursor } = await readOn(found, before, news);
  const process = await runningProcess(found.folder);
  const { stamp: configFile, startedAt } = configFileOf(found);
  const now = { ...found, stamp, configFile, progress, process, cursor };
  try {
    // It is read again when its file is another one.
    const isSame = before?.config !== undefined && before.configFile === configFile;
    const config = isSame ? before.config : await readRunConfig(found.folder);
    const summary = summaryOf({ id: found.id, path: found.folder, startedAt }, config, progress, process);
    return {
      ...now,
      config,
      summary: isDeepStrictEqual(summary, before?.summary) ? before!.summary : summary,
    };
  } catch (error) {
    if (!(error instanceof AlexnetError)) throw error;
    return { ...now, config: undefined, summary: unusable(found, startedAt, error) };
  }
}

async function readOn(
  found: FoundRun,
  before: FollowedRun | undefined,
  news: Map<string, Appended>,
): Promise<Pick<FollowedRun, 'progress' | 'cursor'>> {
  let { progress = noProgress, cursor = '' }: Partial<FollowedRun> = before ?? {};
  for await (const piece of readPieces(eventsOf(found), cursor)) {
    // What comes in many pieces is not kept for all of them.
    if (!piece.more && piece.from === before?.cursor && piece.to !== piece.from) news.set(found.id, piece);
    progress = piece.events.reduce(advanced, piece.reset ? noProgress : progress);
    cursor = piece.to;
  }
  return { progress, cursor };
}

function unusable({ id, folder: path }: FoundRun, startedAt: number, error: AlexnetError): RunSummary {
  const nothing = { network: '?', dataset: '?', step: 0, steps: 0, epochs: 0, control: false } as const;
  return { id, path, ...nothing, state: 'failed', startedAt, problem: problemOf(error) };
}

export function eventsOf({ folder }: FoundRun): string {
  return join(folder, 'events.jsonl');
}

/** Of what a look reads: all of it is asked for at every look, so without waiting, which costs a multiple. */
function stampOf(run: FoundRun): string {
  const files = [eventsOf(run), markerOf(run.folder)].map((path) => fileStamp(statsOf(path)));
  return [...files, configFileOf(run).stamp].join(' ');
}

/** Its time: it is written anew whenever a training starts. */
function configFileOf({ folder }: FoundRun): { readonly stamp: string; readonly startedAt: number } {
  const found = statsOf(join(folder, 'config.json'));
  return { stamp: fileStamp(found), startedAt: Number(found?.mtimeMs ?? 0) };
}

function statsOf(path: string): BigIntStats | undefined {
  try {
    return statSync(path, { bigint: true, throwIfNoEntry: false });
  } catch {
    // Not to be read.
    return undefined;
  }
}

/** What tells a file from one that took its place. */
function fileStamp(found: BigIntStats | undefined): string {
  return found === undefined ? '' : [found.ino, found.birthtimeNs, found.mtimeNs, found.size].join();
}
