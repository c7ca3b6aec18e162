import type { Loader } from '../data/loader.ts';
import type { Program } from '../engine/engine.ts';
import { writeCheckpoint, type Position } from './checkpoint.ts';
import type { TrainingConfig } from './config.ts';
import type { TrainingEvent } from './events.ts';
import type { RunFolder } from './runFolder.ts';

/** A training under way. */
export interface Session {
  readonly config: TrainingConfig;
  readonly program: Program;
  readonly loader: Loader;
  readonly trainImages: number;
  readonly classes: number;
  readonly folder: RunFolder;
  readonly dataFingerprint: string;
  readonly emit: (event: TrainingEvent) => void;
  readonly signal: AbortSignal | undefined;
  position: Position;
  /** Global step of the last checkpoint; undefined before the first. */
  savedStep: number | undefined;
  /** When that was, or when the training began, in milliseconds. */
  savedAt: number;
}

/** Writes a checkpoint and tells of it. Throws ALEX_FILE_WRITE, ALEX_TRAINING_NOT_FINITE. */
export async function saveCheckpoint(session: Session): Promise<void> {
  const { position, dataFingerprint, folder, program, config } = session;
  await writeCheckpoint(folder.checkpoint, program, { position, dataFingerprint }, config.learningRate);
  session.savedStep = position.globalStep;
  session.savedAt = performance.now();
  // Between two epochs, tell the end of the one that is done.
  const atEnd = position.step === 0 && position.epoch > 0;
  const epoch = atEnd ? position.epoch : position.epoch + 1;
  const step = atEnd ? session.loader.stepsPerEpoch : position.step;
  session.emit({ type: 'checkpoint', epoch, step, path: folder.checkpoint });
}

/** Whether it is time for a checkpoint within an epoch. */
export function checkpointDue({ config, position, savedStep = 0, savedAt }: Session): boolean {
  const { checkpointEverySteps: steps, checkpointEveryMinutes: minutes } = config;
  if (steps !== undefined && position.globalStep - savedStep >= steps) return true;
  return performance.now() - savedAt >= 60_000 * minutes;
}
