/** What a training run has left in its folder, as one record: the configuration, and the curves of its events. */
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { basename, join, resolve } from 'node:path';
import { alexnetError } from '../errors.ts';
import { readingFile } from '../formats/fileErrors.ts';
import { gatherEvents, parsedEvent, type RunEvents } from './runEvents.ts';
import type { TrainingConfig } from './trainingOptions.ts';

export interface RunRecord extends RunEvents {
  /** As it was given. */
  readonly folder: string;
  /** The last part of the folder's path. */
  readonly name: string;
  /** Of the options what is set. */
  readonly config: TrainingConfig;
}

/** Reads the folder of a run; see gatherEvents for one that was resumed. Throws ALEX_RUN_UNREADABLE, ALEX_FILE_READ. */
export async function readRun(folder: string): Promise<RunRecord> {
  const config = await readRunConfig(folder);
  const events = join(folder, 'events.jsonl');
  const lines = existsSync(events)
    ? (await readingFile(events, () => readFile(events, 'utf8'))).split('\n')
    : [];
  return {
    folder,
    name: basename(resolve(folder)),
    config,
    ...gatherEvents(lines.flatMap(parsedEvent)),
  };
}

/** The configuration of a run, unchecked. Throws ALEX_RUN_UNREADABLE, ALEX_FILE_READ. */
export async function readRunConfig(folder: string): Promise<TrainingConfig> {
  const path = join(folder, 'config.json');
  const unreadable = (problem: string, cause?: unknown): Error =>
    alexnetError('ALEX_RUN_UNREADABLE', { folder, problem }, cause);
  if (!existsSync(path)) throw unreadable('it has no config.json');
  const text = await readingFile(path, () => readFile(path, 'utf8'));
  let values: unknown;
  try {
    values = JSON.parse(text);
  } catch (error) {
    throw unreadable('its config.json is no JSON', error);
  }
  if (typeof values !== 'object' || values === null || !('dataset' in values)) {
    throw unreadable('its config.json is no configuration of a training');
  }
  const set = Object.entries(values).filter(([, value]) => value !== null);
  return Object.fromEntries(set) as unknown as TrainingConfig;
}
