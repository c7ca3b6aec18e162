import type { Batch, Loader } from '../data/batches.ts';
import type { BackwardOptions, StepOptions } from '../engine/engine.ts';
import { alexnetError } from '../errors.ts';
import { watchChance } from './chance.ts';
import type { Position } from './checkpoint.ts';
import { createPace, type Pace } from './pace.ts';
import { averageDecayAt, optimizerAt, updatesAfter } from './optimizer.ts';
import { obeyOrders } from './obeyOrders.ts';
import {
  checkpointDue,
  currentRate,
  isDone,
  saveCheckpoint,
  stepsSinceUpdate,
  type Session,
} from './session.ts';
import { validateEpoch } from './validate.ts';
import { beginWatch, isWatched } from './watch.ts';

/** Images and time since the last step event, and the loader's count of waiting then. */
interface Stretch {
  images: number;
  from: number;
  waitedBefore: number;
}

/**
 * Trains the rest of the epoch that the session is in, or until its signal is aborted; the step under way is
 * always finished. At the end of the epoch comes a checkpoint.
 * Throws ALEX_TRAINING_NOT_FINITE, ALEX_FILE_WRITE, ALEX_DATA_LOADER.
 */
export async function trainEpoch(session: Session): Promise<void> {
  const { loader, signal } = session;
  const { epoch, step: firstStep } = session.position;
  const pace = createPace();
  const whole = newStretch(loader);
  const stretch = newStretch(loader);
  let before = performance.now();
  for await (const batch of loader.batches(epoch, { firstStep })) {
    const began = performance.now();
    await obeyOrders(session);
    before += performance.now() - began;
    const done = await trainStep(session, batch);
    const now = performance.now();
    session.position = {
      ...session.position,
      epochSeconds: session.position.epochSeconds + (now - before) / 1000,
    };
    before = now;
    tellStep(session, done, pace, stretch);
    // Sums of gradients are in no checkpoint: only after an update is there one, and an end.
    if (!endsUpdate(session.config, session.position.step, loader.stepsPerEpoch)) continue;
    if (signal?.aborted === true) break;
    if (session.position.step < loader.stepsPerEpoch && checkpointDue(session)) {
      await saveCheckpoint(session);
      before = performance.now();
    }
  }
  if (session.position.step === loader.stepsPerEpoch) await finishEpoch(session, waitShare(whole, loader));
}

function newStretch({ waitSeconds }: Loader): Stretch {
  return { images: 0, from: performance.now(), waitedBefore: waitSeconds };
}

/** The share of a stretch's time that the training has waited for the loader. */
function waitShare({ from, waitedBefore }: Stretch, { waitSeconds }: Loader): number {
  const seconds = (performance.now() - from) / 1000;
  return seconds > 0 ? Math.min(1, (waitSeconds - waitedBefore) / seconds) : 0;
}

/** A step that is done. */
interface Step {
  readonly loss: number;
  readonly learningRate: number;
  readonly images: number;
}

/** One batch: with an update after it, unless more batches belong to the same one. */
async function trainStep(session: Session, batch: Batch): Promise<Step> {
  const { program, config, position, loader } = session;
  const learningRate = currentRate(session);
  const updates = endsUpdate(config, position.step + 1, loader.stepsPerEpoch);
  const watch = updates ? watchOf(session) : undefined;
  const { loss } = await program.step({
    slot: batch.slot,
    count: batch.count,
    labels: batch.labels,
    labelSmoothing: config.labelSmoothing,
    training: { seed: config.seed, step: position.globalStep },
    ...accumulation(session),
    ...(updates && updateOf(session, learningRate)),
  });
  if (!Number.isFinite(loss)) {
    const { epoch, step } = position;
    throw alexnetError('ALEX_TRAINING_NOT_FINITE', {
      what: 'the loss',
      value: loss,
      epoch: epoch + 1,
      step: step + 1,
      learningRate,
      scheduled: position.rateChange?.scheduled,
    });
  }
  session.position = advance(position, loss);
  watch?.(loss, batch.count);
  const { epoch, step, globalStep } = position;
  const { labels } = batch;
  await session.onStep?.({
    epoch: epoch + 1,
    step: step + 1,
    globalStep: globalStep + 1,
    loss,
    learningRate,
    labels,
    program,
  });
  batch.release();
  return { loss, learningRate, images: batch.count };
}

/** Whether an update follows the batch that is the `done`-th of its epoch. */
function endsUpdate({ accumulate }: Session['config'], done: number, stepsPerEpoch: number): boolean {
  return done % accumulate === 0 || done === stepsPerEpoch;
}

/** For a step that is watched: what tells of it once it is done. */
function watchOf(session: Session): ((loss: number, images: number) => void) | undefined {
  const { config, program, position } = session;
  const { epoch, step, globalStep } = position;
  const steps = { from: globalStep - stepsSinceUpdate(session), to: globalStep + 1 };
  if (!isWatched(config, steps)) return undefined;
  const readLayers = beginWatch(program);
  return (loss, images) => {
    const layers = readLayers();
    // What overflows in this very update ends the training with the next step.
    if (!layers.every(({ gradient, ratio }) => Number.isFinite(gradient + ratio))) return;
    const at = { epoch: epoch + 1, step: step + 1, globalStep: globalStep + 1 };
    session.emit({ type: 'watch', ...at, loss, images, layers });
  };
}

/** How the next batch goes together with the others of its update: their images count alike. */
function accumulation(session: Session): BackwardOptions {
  const { config, position, loader } = session;
  const { accumulate, batchSize } = config;
  if (accumulate === 1) return {};
  const since = stepsSinceUpdate(session);
  const first = (position.step - since) * batchSize;
  return { images: Math.min(accumulate * batchSize, loader.images - first), accumulate: since > 0 };
}

function updateOf(
  { config, position, loader }: Session,
  learningRate: number,
): Pick<StepOptions, 'optimizer' | 'averageDecay'> {
  const number = updatesAfter(config, { ...position, step: position.step + 1 }, loader.stepsPerEpoch) - 1;
  return {
    optimizer: optimizerAt(config, learningRate, number),
    averageDecay: averageDecayAt(config, number),
  };
}

function advance(position: Position, loss: number): Position {
  return {
    ...position,
    step: position.step + 1,
    globalStep: position.globalStep + 1,
    runningLoss: position.runningLoss + loss,
    runningSteps: position.runningSteps + 1,
    epochLoss: position.epochLoss + loss,
  };
}

/** The events of a step that is done. */
function tellStep(
  session: Session,
  { loss, learningRate, images }: Step,
  pace: Pace,
  stretch: Stretch,
): void {
  const { config, emit, loader, position } = session;
  const epoch = position.epoch + 1;
  stretch.images += images;
  // As the article: by the step's number in the epoch, so that the steps left over at its end are not told.
  if (position.step % config.logEvery === 0) {
    const seconds = (performance.now() - stretch.from) / 1000;
    emit({
      type: 'step',
      epoch,
      step: position.step,
      loss: position.runningLoss / position.runningSteps,
      learningRate,
      imagesPerSecond: stretch.images / seconds,
      waitShare: waitShare(stretch, loader),
    });
    session.position = { ...position, runningLoss: 0, runningSteps: 0 };
    Object.assign(stretch, newStretch(loader));
  }
  tellChance(session, loss);
  tellProgress(session, { loss, learningRate }, pace.count(images));
}

function tellChance(session: Session, loss: number): void {
  const { config, classes, position, emit } = session;
  const initialization = config.init === undefined ? config.initialization : undefined;
  const context = { classes: classes.length, initialization, learningRate: config.learningRate };
  const { watch, message } = watchChance(position.chance, loss, context);
  session.position = { ...session.position, chance: watch };
  if (message !== undefined) emit({ type: 'notice', code: 'loss-at-chance', message });
}

function tellProgress(
  session: Session,
  { loss, learningRate }: Pick<Step, 'loss' | 'learningRate'>,
  imagesPerSecond: number,
): void {
  const { config, emit, loader, position } = session;
  const { images: trainImages } = loader;
  const done = position.epoch * trainImages + Math.min(trainImages, position.step * config.batchSize);
  const left = config.epochs * trainImages - done;
  emit({
    type: 'progress',
    phase: 'train',
    epoch: position.epoch + 1,
    step: position.step,
    steps: loader.stepsPerEpoch,
    loss,
    learningRate,
    imagesPerSecond,
    secondsLeft: imagesPerSecond > 0 ? left / imagesPerSecond : 0,
  });
}

/** Interrupted while it validates, it leaves the epoch as not finished. */
async function finishEpoch(session: Session, waited: number): Promise<void> {
  if (!(await validateEpoch(session))) return;
  const { position, loader, emit } = session;
  const { epoch, step, epochLoss, epochSeconds: seconds } = position;
  session.position = {
    ...position,
    epoch: epoch + 1,
    step: 0,
    runningLoss: 0,
    runningSteps: 0,
    epochLoss: 0,
    epochSeconds: 0,
  };
  emit({
    type: 'epoch',
    epoch: epoch + 1,
    loss: epochLoss / step,
    seconds,
    imagesPerSecond: loader.images / seconds,
    waitShare: waited,
    last: isDone(session),
  });
  const { program, evaluate, store } = session;
  if (isDone(session) || store?.keepsEpoch?.() !== false) await saveCheckpoint(session);
  await session.onEpoch?.({ epoch: epoch + 1, loss: epochLoss / step, program, evaluate });
}
