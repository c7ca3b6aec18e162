import type { Dataset } from '../data/dataset.ts';
import type { Loader } from '../data/batches.ts';
import type { Program } from '../engine/engine.ts';
import type { CheckpointState, CheckpointUse, Position } from './checkpoint.ts';
import type { TrainingConfig } from './trainingOptions.ts';
import type { ResultEvent, TrainingEvent } from './events.ts';
import type { ModelDescription } from './modelDescription.ts';
import { optimizerAt, updatesAfter } from './optimizer.ts';
import type { OrderQueue } from './orders.ts';
import { learningRateAt } from './schedule.ts';
import { isOver } from './validation.ts';

/** A step that is done: its gradients and activations can still be read, its update is in the weights. */
export interface StepDone {
  /** From 1. */
  readonly epoch: number;
  /** In the epoch, from 1. */
  readonly step: number;
  /** In the training, from 1. */
  readonly globalStep: number;
  /** Of its batch. */
  readonly loss: number;
  readonly learningRate: number;
  /** Class index of each image of its batch. */
  readonly labels: ArrayLike<number>;
  readonly program: Program;
}

export type StepHook = (step: StepDone) => void | Promise<void>;

/** An epoch that is done, with its validation. */
export interface EpochDone {
  /** From 1. */
  readonly epoch: number;
  /** Mean training loss over it. */
  readonly loss: number;
  readonly program: Program;
  /**
   * Tests the network on a data set as it is on the test images: no augmentation, dropout off. The training goes on as if
   * it had not been. Throws ALEX_EVALUATION_NOT_FINITE, and what the loader throws.
   */
  evaluate(dataset: Dataset): Promise<ResultEvent>;
}

export type EpochHook = (epoch: EpochDone) => void | Promise<void>;

/** Where a training keeps what must outlive it. */
export interface RunStore {
  /** What events call the checkpoint: its path. */
  readonly checkpoint: string;
  /** In place of the one before it, which is left when this throws. */
  writeCheckpoint(program: Program, state: CheckpointState, use: CheckpointUse): Promise<void>;
  /** The weights that did best on the validation images. */
  writeBest(program: Program, description: ModelDescription): Promise<void>;
  /** Whether the end of an epoch that is not the last is worth a checkpoint. Default: always. */
  readonly keepsEpoch?: () => boolean;
}

/** A training under way. */
export interface Session {
  readonly config: TrainingConfig;
  readonly program: Program;
  readonly loader: Loader;
  /** Of the images that are held back; undefined without validation. */
  readonly validationLoader: Loader | undefined;
  /** Names by class index. */
  readonly classes: readonly string[];
  /** What a model file says of the network. */
  readonly description: ModelDescription;
  /** Undefined when nothing is written. */
  readonly store: RunStore | undefined;
  readonly dataFingerprint: string;
  readonly emit: (event: TrainingEvent) => void;
  readonly signal: AbortSignal | undefined;
  readonly onStep: StepHook | undefined;
  readonly onEpoch: EpochHook | undefined;
  readonly evaluate: EpochDone['evaluate'];
  readonly orders: OrderQueue;
  position: Position;
  /** Global step of the last checkpoint; undefined before the first. */
  savedStep: number | undefined;
  /** When that was, or when the training began, in milliseconds. */
  savedAt: number;
}

/** Steps since the last update, or since the epoch began. */
export function stepsSinceUpdate({ config, position }: Session): number {
  return position.step % config.accumulate;
}

/** The learning rate of the next update: that of its first batch, with what an order has made of it. */
export function currentRate(session: Session): number {
  const rate = scheduledRate(session);
  const { rateChange } = session.position;
  if (rateChange === undefined) return rate;
  const { learningRate, scheduled } = rateChange;
  // Changed while a schedule warms up, it would otherwise grow far beyond what was asked for.
  return rate < scheduled ? learningRate * (rate / scheduled) : learningRate;
}

/** What the schedule alone says. */
export function scheduledRate(session: Session): number {
  const { config, loader, position } = session;
  return learningRateAt(config, {
    step: position.globalStep - stepsSinceUpdate(session),
    stepsPerEpoch: loader.stepsPerEpoch,
    reductions: position.validation.plateau.reductions,
  });
}

/** Whether all epochs are done, or validation has ended the training. */
export function isDone({ config, position }: Session): boolean {
  const betweenEpochs = position.step === 0;
  return position.epoch >= config.epochs || (betweenEpochs && isOver(config, position.validation));
}

/** Writes a checkpoint, where one is kept, and tells of it. Throws ALEX_FILE_WRITE, ALEX_TRAINING_NOT_FINITE. */
export async function saveCheckpoint(session: Session): Promise<void> {
  const { position, dataFingerprint, store, program, description, config } = session;
  session.savedStep = position.globalStep;
  if (store === undefined) return;
  const done = updatesAfter(config, position, session.loader.stepsPerEpoch);
  const optimizer = optimizerAt(config, currentRate(session), done);
  await store.writeCheckpoint(program, { position, dataFingerprint }, { optimizer, description });
  session.savedAt = performance.now();
  // Between two epochs, tell the end of the one that is done.
  const atEnd = position.step === 0 && position.epoch > 0;
  const epoch = atEnd ? position.epoch : position.epoch + 1;
  const step = atEnd ? session.loader.stepsPerEpoch : position.step;
  session.emit({ type: 'checkpoint', epoch, step, path: store.checkpoint });
}

/** Whether it is time for a checkpoint within an epoch. */
export function checkpointDue({ config, position, savedStep = 0, savedAt }: Session): boolean {
  const { checkpointEverySteps: steps, checkpointEveryMinutes: minutes } = config;
  if (steps !== undefined && position.globalStep - savedStep >= steps) return true;
  return performance.now() - savedAt >= 60_000 * minutes;
}
