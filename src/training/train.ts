/** The article's job and its variations: train on one split of a data set, save the model, test on the other. */
import { loadDataset } from '../data/datasets.ts';
import { createLoader, type Loader } from '../data/loader.ts';
import { articleTransforms, type TransformStep } from '../data/transforms.ts';
import { createEngine } from '../engine/create.ts';
import type { Engine, Program } from '../engine/engine.ts';
import { alexnetError } from '../errors.ts';
import { initialise } from '../network/initialise.ts';
import { classCount, elementCount, parameterShapes } from '../network/shapes.ts';
import type { NetworkSpec } from '../network/spec.ts';
import { buildNetwork } from '../network/zoo/networks.ts';
import { checkTensors } from './checkTensors.ts';
import { openCheckpoint, startPosition, type Position } from './checkpoint.ts';
import { trainingConfig, type DatasetSplits, type TrainingConfig, type TrainingOptions } from './config.ts';
import { dataFingerprint } from './dataFingerprint.ts';
import { trainEpoch } from './epoch.ts';
import { evaluate } from './evaluate.ts';
import { checkClassCount } from './evaluateModel.ts';
import type { ResultEvent, StartEvent, TrainingEvent } from './events.ts';
import { openModel, saveModel } from './modelFile.ts';
import { oneAtATime, releaseMemory } from './releaseMemory.ts';
import { resumedConfig, type ResumedRun } from './resume.ts';
import { createRunFolder, eventLog, writeConfig, type RunFolder } from './runFolder.ts';
import { saveCheckpoint, type Session } from './session.ts';
import { createTensorboardLog, type TensorboardLog } from './tensorboard.ts';

export interface TrainingHooks {
  /** Told of everything, in order. */
  readonly onEvent?: (event: TrainingEvent) => void;
  /** Aborted, it ends the training after the step under way, with a checkpoint. */
  readonly signal?: AbortSignal;
  /** Used instead of one made by name. */
  readonly engine?: Engine;
}

export interface TrainingOutcome {
  /** The signal was aborted; `resume: out` goes on. */
  readonly interrupted: boolean;
  /** Folder of the run. */
  readonly out: string;
  /** Path of the model file, once the training itself is done. */
  readonly model?: string;
  /** On the test images. */
  readonly result?: ResultEvent;
}

/** One batch is filled while another is used. */
const inputSlots = 2;

/**
 * Trains a network, writing all there is to keep into the run's folder: the configuration, the events, checkpoints
 * and the model; then tests it with dropout off. With `resume`, goes on from the checkpoint to the same bits as a
 * run that was never interrupted (on the reference engine to rounding: it keeps float64, checkpoints are float32).
 * Throws coded errors for bad options and data, ALEX_TRAINING_NOT_FINITE when it diverges, ALEX_FILE_WRITE when
 * something cannot be saved; the last checkpoint is left whole.
 */
export async function train(
  options: TrainingOptions = {},
  hooks: TrainingHooks = {},
): Promise<TrainingOutcome> {
  const resumed = await resumedRun(options);
  const config = resumed?.config ?? trainingConfig(options);
  // The engine comes before any image decoder: it sets how V8 compiles WebAssembly.
  const engine = hooks.engine ?? (await createEngine(config.engine, { threads: config.threads }));
  const notices: string[] = [];
  const data = await loadSplits(options, config, (message) => notices.push(message));
  const network = trainedNetwork(config, data);
  const program = await engine.compile(network, { batchSize: config.batchSize, training: true, inputSlots });
  try {
    const fingerprint = dataFingerprint(data.train);
    const position = await startingPoint({ config, data, program, fingerprint, folder: resumed?.folder });
    const folder =
      resumed?.folder ?? (await createRunFolder(options.out, `${network.name}-${data.train.name}`));
    await writeConfig(folder, config);
    const run: Run = { config, data, program, folder, transforms: transformsOf(config, network), hooks };
    return await trainAndTest(run, { engine, fingerprint, position, notices });
  } finally {
    await program.dispose();
  }
}

interface Run {
  readonly config: TrainingConfig;
  readonly data: DatasetSplits;
  readonly program: Program;
  readonly folder: RunFolder;
  readonly transforms: readonly TransformStep[];
  readonly hooks: TrainingHooks;
}

interface Start {
  readonly engine: Engine;
  readonly fingerprint: string;
  readonly position: Position;
  readonly notices: readonly string[];
}

async function resumedRun(options: TrainingOptions): Promise<ResumedRun | undefined> {
  if (options.resume === undefined) return undefined;
  if (options.out !== undefined && options.out !== options.resume) {
    const expected = 'nothing with resume: a resumed run stays in its folder';
    throw alexnetError('ALEX_OPTION_VALUE', { option: 'out', value: options.out, expected });
  }
  return resumedConfig(options.resume, options);
}

async function loadSplits(
  { dataset }: TrainingOptions,
  config: TrainingConfig,
  onNotice: (message: string) => void,
): Promise<DatasetSplits> {
  if (typeof dataset === 'object') return dataset;
  const { dataDir, limitTrain, limitTest } = config;
  const train = await loadDataset(config.dataset, { split: 'train', dataDir, limit: limitTrain, onNotice });
  const test = await loadDataset(config.dataset, { split: 'test', dataDir, limit: limitTest });
  return { train, test };
}

function trainedNetwork(
  { network: given, dropout }: TrainingConfig,
  { train: dataset }: DatasetSplits,
): NetworkSpec {
  const classes = dataset.classes.length;
  const network = typeof given === 'string' ? buildNetwork(given, { classes, dropout }) : given;
  checkClassCount(network.name, classCount(network), dataset);
  return network;
}

function transformsOf({ transforms }: TrainingConfig, { input }: NetworkSpec): readonly TransformStep[] {
  return transforms ?? articleTransforms(input.height);
}

/** Fills the program's parameters: from the run to resume, from a model file, or at random. */
async function startingPoint(start: {
  readonly config: TrainingConfig;
  readonly data: DatasetSplits;
  readonly program: Program;
  readonly fingerprint: string;
  readonly folder: RunFolder | undefined;
}): Promise<Position> {
  const { config, data, program, fingerprint, folder } = start;
  if (folder !== undefined) return restoreCheckpoint(folder, program, fingerprint);
  const { init, initialization: scheme, seed } = config;
  if (init !== undefined) await readWeights(init, program, data);
  else initialise(program.network, { scheme, seed }, (name, values) => moveInto(program, name, values));
  return startPosition;
}

/** Writes a parameter and lets go of the values. */
function moveInto(program: Program, name: string, values: Float32Array): void {
  program.writeParameter(name, values);
  releaseMemory(values);
}

async function restoreCheckpoint(folder: RunFolder, program: Program, now: string): Promise<Position> {
  const checkpoint = await openCheckpoint(folder.checkpoint);
  try {
    const was = checkpoint.dataFingerprint;
    if (was !== now)
      throw alexnetError('ALEX_RESUME_DIFFERS', { folder: folder.path, option: 'dataset', was, now });
    await checkpoint.restore(program);
    return checkpoint.position;
  } finally {
    await checkpoint.close();
  }
}

async function readWeights(path: string, program: Program, { train: dataset }: DatasetSplits): Promise<void> {
  const file = await openModel(path);
  try {
    checkClassCount(path, classCount(file.network), dataset);
    const parameters = parameterShapes(program.network);
    checkTensors(new Map(parameterShapes(file.network).map((shape) => [shape.name, shape])), parameters);
    for (const { name } of parameters) moveInto(program, name, await file.readParameter(name));
  } finally {
    await file.close();
  }
}

async function trainAndTest(run: Run, start: Start): Promise<TrainingOutcome> {
  const { folder, hooks } = run;
  const log = eventLog(folder);
  const tensorboard = tensorboardLog(run, (message) =>
    emit({ type: 'notice', code: 'tensorboard', message }),
  );
  const emit = (event: TrainingEvent): void => {
    if (event.type !== 'progress') log(event);
    tensorboard?.tell(event);
    hooks.onEvent?.(event);
  };
  try {
    return await trainSaveAndTest(run, start, emit);
  } finally {
    tensorboard?.close();
  }
}

function tensorboardLog(
  { config, folder }: Run,
  onProblem: (message: string) => void,
): TensorboardLog | undefined {
  return config.tensorboard === false ? undefined : createTensorboardLog(folder.path, config, onProblem);
}

async function trainSaveAndTest(run: Run, start: Start, emit: Session['emit']): Promise<TrainingOutcome> {
  const { config, folder, program } = run;
  const loader = await loaderOf(run, 'train');
  const session = newSession(run, { ...start, loader, emit });
  try {
    emit(startEvent(run, start, loader));
    for (const message of start.notices) emit({ type: 'notice', code: 'data', message });
    await trainEpochs(session);
  } finally {
    await loader.close();
  }
  if (session.position.epoch < config.epochs) return { interrupted: true, out: folder.path };
  const keepOne = oneAtATime();
  await saveModel(folder.model, describeModel(run), (name) => keepOne(() => program.readParameter(name)));
  const result = await test(run, emit);
  if (result === undefined) return { interrupted: true, out: folder.path, model: folder.model };
  emit(result);
  return { interrupted: false, out: folder.path, model: folder.model, result };
}

/** Trains until the last epoch is done or the signal is aborted; either way there is a checkpoint then. */
async function trainEpochs(session: Session): Promise<void> {
  while (session.position.epoch < session.config.epochs && session.signal?.aborted !== true) {
    await trainEpoch(session);
  }
  if (session.savedStep !== session.position.globalStep) await saveCheckpoint(session);
}

/** Tests with dropout off; undefined when the signal was aborted. */
async function test(run: Run, emit: (event: TrainingEvent) => void): Promise<ResultEvent | undefined> {
  const { config, data, program, hooks } = run;
  const { signal } = hooks;
  const loader = await loaderOf(run, 'test');
  try {
    const { classes, length: total } = data.test;
    return await evaluate(program, loader, {
      classes,
      total,
      epoch: config.epochs,
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

function loaderOf({ config, data, program, transforms }: Run, split: 'train' | 'test'): Promise<Loader> {
  const { batchSize, seed, workers } = config;
  const shuffle = split === 'train' && config.shuffle;
  return createLoader({
    dataset: data[split],
    transforms,
    inputs: program.inputs,
    batchSize,
    shuffle,
    seed,
    workers,
  });
}

function newSession(
  { config, data, program, folder, hooks }: Run,
  { position, fingerprint, loader, emit }: Start & Pick<Session, 'loader' | 'emit'>,
): Session {
  return {
    config,
    program,
    loader,
    trainImages: data.train.length,
    classes: data.train.classes.length,
    folder,
    dataFingerprint: fingerprint,
    emit,
    signal: hooks.signal,
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
  const counts = parameterShapes(program.network).map(({ shape }) => elementCount(shape));
  return {
    type: 'start',
    network: program.network.name,
    dataset: config.dataset,
    engine: engine.name,
    target: engine.target,
    threads: engine.threads,
    parameters: counts.reduce((sum, count) => sum + count, 0),
    trainImages: data.train.length,
    testImages: data.test.length,
    batchSize: config.batchSize,
    epochs: config.epochs,
    stepsPerEpoch: loader.stepsPerEpoch,
    resumedFrom: position.globalStep,
    out: folder.path,
  };
}

function describeModel({ config, data, program, transforms }: Run): Parameters<typeof saveModel>[1] {
  return { network: program.network, classes: data.train.classes, transforms, details: { training: config } };
}
