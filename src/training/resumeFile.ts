/** A new run that goes on from a checkpoint file, PyTorch's or ours: weights, momentum, and how many epochs are done. */
import { statSync } from 'node:fs';
import type { Program } from '../engine/engine.ts';
import { restoreTensors, startPosition, type CheckpointFile, type Position } from './checkpoint.ts';
import { openCheckpointFile } from './checkpointFile.ts';
import type { TrainingConfig, TrainingOptions } from './trainingOptions.ts';
import { newConfig } from './configFile.ts';
import { keepAlike, optionsOfUpdate } from './optimizer.ts';
import { optionError } from './optionError.ts';

/** How to begin the run. */
export interface FileStart {
  readonly path: string;
  /** What was asked for, and what the checkpoint says where nothing was. */
  readonly config: TrainingConfig;
  /** Epochs that are done. */
  readonly epoch: number;
}

/**
 * When `resume` is a file and not the folder of a run: the configuration of a new run that goes on from it. Network,
 * optimizer and its options are the checkpoint's; options, a recipe and a file of options come before
 * it. There is at least one more epoch unless `epochs` says otherwise. Throws ALEX_OPTION_VALUE, and what
 * openCheckpointFile and newConfig throw.
 */
export async function fileStart(options: TrainingOptions): Promise<FileStart | undefined> {
  const { resume: path, init } = options;
  if (path === undefined || !isFile(path)) return undefined;
  if (init !== undefined && init !== null) {
    throw optionError('init', init, 'nothing with a checkpoint to resume, which has weights');
  }
  const file = await openCheckpointFile(path);
  await file.close();
  const given = Object.entries(options).filter(([, value]) => value !== undefined);
  const config = await newConfig({
    ...checkpointOptions(file, options),
    ...Object.fromEntries(given),
    init: path,
  });
  checkState(path, file, config);
  const epochs = options.epochs ?? Math.max(config.epochs, file.epoch + 1);
  return { path, config: { ...config, epochs }, epoch: file.epoch };
}

/** Throws ALEX_OPTION_VALUE when what the checkpoint keeps of parameters is nothing to the optimizer. */
function checkState(path: string, { optimizer }: CheckpointFile, config: TrainingConfig): void {
  const own = optimizer && optionsOfUpdate(optimizer).optimizer;
  if (own === undefined || keepAlike(own, config.optimizer)) return;
  const expected = `${own}, whose state ${path} has; init instead of resume takes its weights alone`;
  throw optionError('optimizer', config.optimizer, expected);
}

function isFile(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isFile() === true;
}

function checkpointOptions(
  { optimizer, initialLearningRate }: CheckpointFile,
  options: TrainingOptions,
): TrainingOptions {
  if (optimizer === undefined || options.recipe !== undefined || options.config !== undefined) return {};
  const own = optionsOfUpdate(optimizer);
  // A schedule begins with its own rate, not with the one that it had come to.
  const scheduled = options.schedule !== undefined && options.schedule !== null;
  return { ...own, learningRate: scheduled ? (initialLearningRate ?? own.learningRate) : own.learningRate };
}

/** Puts the checkpoint into a program. Throws as restoreTensors does. */
export async function restoreFile(
  { path, epoch }: FileStart,
  program: Program,
  stepsPerEpoch: number,
): Promise<Position> {
  const file = await openCheckpointFile(path);
  try {
    await restoreTensors(file, program);
    return { ...startPosition, epoch, globalStep: epoch * stepsPerEpoch };
  } finally {
    await file.close();
  }
}

/** What to tell of it. */
export function fileStartNotice({ path, epoch }: FileStart): string {
  const done = epoch === 1 ? '1 epoch is' : `${epoch} epochs are`;
  return `${path} says that ${done} done: a new run goes on with epoch ${epoch + 1}, with its weights and momentum`;
}
