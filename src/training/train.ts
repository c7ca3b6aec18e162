/** The article's job and its variations: train on one split of a data set, save the model, test on the other. */
import type { Dataset } from '../data/dataset.ts';
import { cpus } from 'node:os';
import type { Loader } from '../data/batches.ts';
import { createLoader } from '../data/loader.ts';
import type { TransformStep } from '../data/transforms.ts';
import type { Engine, Program } from '../engine/engine.ts';
import { elementCount, learntShapes } from '../network/shapes.ts';
import type { NetworkSpec } from '../network/spec.ts';
import { startPosition, type Position } from './checkpoint.ts';
import type { TrainingConfig, TrainingOptions } from './trainingOptions.ts';
import { newConfig } from './configFile.ts';
import { withAverages } from './averages.ts';
import { dataFingerprint } from './dataFingerprint.ts';
import { evaluate } from './evaluate.ts';
import { checkClassCount } from './evaluateModel.ts';
import type { ResultEvent, StartEvent, TrainingEvent } from './events.ts';
import type { ModelDescription } from './modelDescription.ts';
import { optionError } from './optionError.ts';
import { openOrderFiles } from './orderFiles.ts';
import { resumeAtRate } from './obeyOrders.ts';
import { createOrderQueue, type OrderSource } from './orders.ts';
import { prepareTraining } from './prepare.ts';
import { resumedConfig, type ResumedRun } from './resume.ts';
import { folderStore, saveWeights } from './folderStore.ts';
import { fileStart, fileStartNotice, restoreFile } from './resumeFile.ts';
import { createRunFolder, eventLog, writeConfig, type RunFolder } from './runFolder.ts';
import { checkIdle, markRunning } from './runProcess.ts';
import { isDone, type EpochHook, type Session, type StepHook } from './session.ts';
import { readWeights, startingPoint } from './startingPoint.ts';
import { trainEpochs } from './trainEpochs.ts';
import { createTensorboardLog, type TensorboardLog } from './tensorboard.ts';
import { imageCount, pixelCache, type ImageSet, type TrainingData } from './trainingData.ts';

export interface TrainingHooks {
  /** Told of everything, in order. */
  readonly onEvent?: (event: TrainingEvent) => void;
  /** Aborted, it ends the training after the step under way, with a checkpoint. */
  readonly signal?: AbortSignal;
  /** Asked for orders now and then, besides those that `control` takes from the run's folder. */
  readonly orders?: OrderSource;
  /** Used instead of one made by name. */
  readonly engine?: Engine;
  /** Called after every step, which waits for it. */
  readonly onStep?: StepHook;
  /** Called after every epoch, when its checkpoint is written; the training waits for it. */
  readonly onEpoch?: EpochHook;
  /** Called with the program that has been trained and tested, before it is disposed of. */
  readonly onTrained?: (program: Program) => void | Promise<void>;
}

export interface TrainingOutcome {
  /** The signal was aborted; `resume: out` goes on. */
  readonly interrupted: boolean;
  /** Folder of the run; undefined when nothing was written. */
  readonly out: string | undefined;
  /** Path of the model file, once the training itself is done. */
  readonly model?: string;
  /** On the test images. */
  readonly result?: ResultEvent;
}

/**
 * Trains a network, writing all there is to keep into the run's folder, unless `out` is false: the configuration, the
 * events, checkpoints and the model; then tests it with dropout off. With `resume`, goes on from the checkpoint to the same bits as a
 * run that was never interrupted (on the reference engine to rounding: it keeps float64, checkpoints are float32).
 * Throws coded errors for bad options and data, ALEX_RUN_IN_USE when another process trains in the run's folder, ALEX_TRAINING_NOT_FINITE when it diverges, ALEX_FILE_WRITE when
 * something cannot be saved; the last checkpoint is left whole.
 */
export async function train(
  options: TrainingOptions = {},
  hooks: TrainingHooks = {},
): Promise<TrainingOutcome> {
  const fromFile = await fileStart(options);
  const resumed = fromFile === undefined ? await resumedRun(options) : undefined;
  const given = (fromFile ?? resumed)?.config ?? (await newConfig(options));
  const notices: string[] = [];
  const onNotice = (message: string): void => void notices.push(message);
  const prepared = await prepareTraining(given, options, {
    engine: hooks.engine,
    onNotice,
    onProgress: hooks.onEvent,
  });
  const { config, data, engine, network, program, transforms } = prepared;
  const { dataset } = data.train;
  try {
    const fingerprint = dataFingerprint(dataset);
    const stepsPerEpoch = Math.ceil(imageCount(data.train) / config.batchSize);
    const position =
      fromFile === undefined
        ? await startingPoint({ config, program, fingerprint, folder: resumed?.folder, onNotice })
        : await restoreFile(fromFile, program, stepsPerEpoch);
    if (fromFile !== undefined) notices.push(fileStartNotice(fromFile));
    const folder =
      resumed?.folder ??
      (await newFolder({ ...options, patience: config.patience }, `${network.name}-${dataset.name}`));
    // Another may have begun while the data was read.
    if (resumed) await checkIdle(resumed.folder.path);
    if (folder) await writeConfig(folder, config);
    const run: Run = {
      config,
      data,
      program,
      folder,
      description: describeModel(config, data, network, transforms.test),
      trainTransforms: transforms.train,
      hooks,
      control: options.control === true,
    };
    const { learningRate } = resumed ?? {};
    return await trainAndTest(run, { engine, fingerprint, position, notices, learningRate });
  } finally {
    await program.dispose();
  }
}

/** Throws ALEX_OPTION_VALUE when weights or orders would have to be kept, and there is to be no folder. */
async function newFolder(
  { out, patience, control }: Pick<TrainingOptions, 'out' | 'patience' | 'control'>,
  name: string,
): Promise<RunFolder | undefined> {
  if (out !== false) return createRunFolder(out, name);
  if (patience !== undefined && patience !== null)
    throw optionError('out', out, 'a folder with patience, which keeps the best weights there');
  if (control === true) throw optionError('out', out, 'a folder with control, which takes orders from it');
  return undefined;
}

interface Run {
  readonly config: TrainingConfig;
  readonly data: TrainingData;
  readonly program: Program;
  readonly folder: RunFolder | undefined;
  readonly description: ModelDescription;
  /** The model's own, with augmentation. */
  readonly trainTransforms: readonly TransformStep[];
  readonly hooks: TrainingHooks;
  readonly control: boolean;
}

interface Start {
  readonly engine: Engine;
  readonly fingerprint: string;
  readonly position: Position;
  readonly notices: readonly string[];
  /** That a resumed run is to go on at. */
  readonly learningRate: number | undefined;
}

async function resumedRun(options: TrainingOptions): Promise<ResumedRun | undefined> {
  const { resume, out, config } = options;
  if (resume === undefined) return undefined;
  if (out !== undefined && out !== resume) {
    throw optionError('out', out, 'nothing with resume: a resumed run stays in its folder');
  }
  if (config !== undefined) {
    throw optionError('config', config, 'nothing with resume: a resumed run has its own');
  }
  const run = await resumedConfig(resume, options);
  await checkIdle(resume);
  return run;
}

function describeModel(
  config: TrainingConfig,
  { train: { dataset } }: TrainingData,
  network: NetworkSpec,
  transforms: readonly TransformStep[],
): ModelDescription {
  return { network, classes: dataset.classes, transforms, details: { training: config } };
}

async function trainAndTest(run: Run, start: Start): Promise<TrainingOutcome> {
  const { folder, hooks, control } = run;
  const log = folder && eventLog(folder);
  const files = folder && control ? openOrderFiles(folder.path, tellOrder) : undefined;
  const stop = new AbortController();
  const orders = createOrderQueue(
    () => [...(files?.source() ?? []), ...(hooks.orders?.() ?? [])],
    () => stop.abort(),
  );
  const signal = AbortSignal.any([stop.signal, ...(hooks.signal ? [hooks.signal] : [])]);
  const tensorboard = tensorboardLog(run, (message) =>
    emit({ type: 'notice', code: 'tensorboard', message }),
  );
  const emit = (event: TrainingEvent): void => {
    if (event.type !== 'progress') log?.(event);
    tensorboard?.tell(event);
    hooks.onEvent?.(event);
    // There is one a step, whatever the phase is.
    if (event.type === 'progress') orders.poll();
  };
  function tellOrder(message: string): void {
    emit({ type: 'notice', code: 'order', message });
  }
  const unmark = folder && (await markRunning(folder.path, { control }));
  try {
    const outcome = await trainSaveAndTest(
      { ...run, hooks: { ...hooks, signal } },
      { ...start, orders },
      emit,
    );
    for (const { type } of orders.take())
      tellOrder(`an order (${type}) came after the last step, and was not carried out`);
    return outcome;
  } finally {
    files?.close();
    tensorboard?.close();
    // Last: from then on another may go on with the run.
    unmark?.();
  }
}

function tensorboardLog(
  { config, folder }: Run,
  onProblem: (message: string) => void,
): TensorboardLog | undefined {
  return folder && config.tensorboard ? createTensorboardLog(folder.path, config, onProblem) : undefined;
}

async function trainSaveAndTest(
  run: Run,
  start: Start & Pick<Session, 'orders'>,
  emit: Session['emit'],
): Promise<TrainingOutcome> {
  const { data, folder } = run;
  const loader = await loaderOf(run, data.train, 'train', emit);
  const validationLoader = data.validation && (await loaderOf(run, data.validation, 'validation', emit));
  const tester = createTester(run, emit);
  const { evaluate: evaluateNow } = tester;
  const session = newSession(run, { ...start, loader, validationLoader, evaluate: evaluateNow, emit });
  try {
    emit(startEvent(run, start, loader));
    for (const message of start.notices) emit({ type: 'notice', code: 'data', message });
    await resumeAtRate(session, start.learningRate);
    await trainEpochs(session);
  } finally {
    await loader.close();
    await validationLoader?.close();
    await tester.close();
  }
  if (!isDone(session)) return { interrupted: true, out: folder?.path };
  return saveAndTest(run, session, emit);
}

/** What is saved and tested: the best weights with `patience`, else averages where they are kept, else the last. */
async function saveAndTest(run: Run, { position }: Session, emit: Session['emit']): Promise<TrainingOutcome> {
  const { config, program, folder, description, hooks } = run;
  const finish = async (): Promise<TrainingOutcome> => {
    if (folder) await saveWeights(folder.model, description, program);
    const saved = { out: folder?.path, ...(folder && { model: folder.model }) };
    const result = await test(run, position.epoch, emit);
    if (result === undefined) return { interrupted: true, ...saved };
    emit(result);
    await hooks.onTrained?.(program);
    return { interrupted: false, ...saved, result };
  };
  if (config.patience === undefined || position.validation.bestEpoch === 0)
    return withAverages(program, finish);
  if (folder) await readWeights(folder.best, program);
  return finish();
}

/** Tests with dropout off; undefined when the signal was aborted. */
async function test(
  run: Run,
  epoch: number,
  emit: (event: TrainingEvent) => void,
): Promise<ResultEvent | undefined> {
  const { data, program, description, hooks } = run;
  const { signal } = hooks;
  const { classes } = description;
  const loader = await loaderOf(run, data.test, 'test', emit);
  try {
    return await evaluate(program, loader, {
      classes,
      total: loader.images,
      epoch,
      onProgress: emit,
      signal,
    });
  } catch (error) {
    if (signal?.aborted === true && error === signal.reason) return undefined;
    throw error;
  } finally {
    await loader.close();
  }
}

interface Tester extends Pick<Session, 'evaluate'> {
  close(): Promise<void>;
}

/** Tests on any data set between epochs; its loaders are kept for the next time. */
function createTester(run: Run, emit: Session['emit']): Tester {
  const loaders = new Map<Dataset, Promise<Loader>>();
  const { program, description } = run;
  return {
    evaluate: async (dataset) => {
      checkClassCount(program.network.name, description.classes.length, dataset);
      if (!loaders.has(dataset)) loaders.set(dataset, loaderOf(run, { dataset }, 'test', emit));
      const loader = await loaders.get(dataset)!;
      const options = { classes: description.classes, total: loader.images };
      return withAverages(program, () => evaluate(program, loader, options));
    },
    close: async () => {
      for (const loader of loaders.values()) await (await loader).close();
    },
  };
}

function loaderOf(
  { config, program, description, trainTransforms }: Run,
  images: ImageSet,
  use: 'train' | 'validation' | 'test',
  emit: Session['emit'],
): Promise<Loader> {
  const { batchSize, seed, workers, onBadImage } = config;
  return createLoader({
    ...images,
    transforms: use === 'train' ? trainTransforms : description.transforms,
    inputs: program.inputs,
    batchSize,
    shuffle: use === 'train' && config.shuffle,
    seed,
    workers,
    onBadImage,
    onSkipped: ({ problem }) => emit({ type: 'notice', code: 'bad-image', message: `left out: ${problem}` }),
    // The test passes over its images once.
    cache: use === 'test' ? undefined : pixelCache(config),
  });
}

function newSession(
  { config, program, folder, description, hooks }: Run,
  start: Start & Pick<Session, 'loader' | 'validationLoader' | 'evaluate' | 'emit' | 'orders'>,
): Session {
  const { position, fingerprint, loader, validationLoader, evaluate: evaluateNow, emit, orders } = start;
  return {
    config,
    program,
    loader,
    validationLoader,
    classes: description.classes,
    description,
    store: folder && folderStore(folder),
    dataFingerprint: fingerprint,
    emit,
    signal: hooks.signal,
    onStep: hooks.onStep,
    onEpoch: hooks.onEpoch,
    evaluate: evaluateNow,
    orders,
    position,
    savedStep: position === startPosition ? undefined : position.globalStep,
    savedAt: performance.now(),
  };
}

function startEvent(
  { config, data, program, folder }: Run,
  { engine, position }: Start,
  loader: Loader,
): StartEvent {
  const processor = cpus()[0]?.model.trim();
  const counts = learntShapes(program.network).map(({ shape }) => elementCount(shape));
  return {
    type: 'start',
    network: program.network.name,
    dataset: config.dataset,
    engine: engine.name,
    target: engine.target,
    threads: engine.threads,
    ...(processor !== undefined && { processor }),
    parameters: counts.reduce((sum, count) => sum + count, 0),
    trainImages: loader.images,
    validationImages: data.validation ? imageCount(data.validation) : 0,
    testImages: imageCount(data.test),
    batchSize: config.batchSize,
    epochs: config.epochs,
    stepsPerEpoch: loader.stepsPerEpoch,
    resumedFrom: position.globalStep,
    ...(folder && { out: folder.path }),
  };
}
