/** One training from its beginning, or its checkpoint, to where it ends or is stopped. */
import { withAugmentation, type TransformPair } from '../../src/data/augmentation/named.ts';
import { checkBatch, createBatches, type Loader } from '../../src/data/batches.ts';
import { inlineFillers } from '../../src/data/loaderFill.ts';
import { articleTransforms, outputSize, type TransformStep } from '../../src/data/transforms.ts';
import type { Engine, Program } from '../../src/engine/engine.ts';
import { alexnetError } from '../../src/errors.ts';
import { initialise } from '../../src/network/initialise.ts';
import { elementCount, learntShapes, parameterShapes } from '../../src/network/shapes.ts';
import type { NetworkSpec } from '../../src/network/spec.ts';
import { buildNetwork } from '../../src/network/zoo/networks.ts';
import {
  openCheckpointIn,
  startPosition,
  writeCheckpointTo,
  type Position,
} from '../../src/training/checkpoint.ts';
import { withAverages } from '../../src/training/averages.ts';
import { evaluate } from '../../src/training/evaluate.ts';
import type { TrainingEvent } from '../../src/training/events.ts';
import type { Model, ModelDescription } from '../../src/training/modelDescription.ts';
import { safetensorsFormat } from '../../src/training/modelFormats/safetensors.ts';
import { modelWriter } from '../../src/training/openedModel.ts';
import { compiledUpdates } from '../../src/training/optimizer.ts';
import type { OrderQueue } from '../../src/training/orders.ts';
import { isDone, type RunStore, type Session, type StepHook } from '../../src/training/session.ts';
import { trainEpochs } from '../../src/training/trainEpochs.ts';
import type { TrainingConfig } from '../../src/training/trainingOptions.ts';
import type { EventLog, RunRecord, StoredRun } from '../store/runStore.ts';
import { macrotask } from './macrotask.ts';
import { imageCount, type LabelledImages, type TrainingImages } from './trainingImages.ts';

export interface TrainingParts {
  readonly engine: Engine;
  readonly images: TrainingImages;
  readonly run: StoredRun;
  readonly log: EventLog;
  /** A model to begin with. */
  readonly startFrom: Model | undefined;
  readonly orders: OrderQueue;
  /** Aborted, it stops the training after the step under way, with a checkpoint. */
  readonly signal: AbortSignal;
  /** Whether what is learnt when it stops is to be tested and kept as a model. */
  readonly finishes: () => boolean;
  readonly emit: (event: TrainingEvent) => void;
  readonly onStep: StepHook;
}

/** Shortest time between checkpoints of epochs, in milliseconds: epochs of small collections are short. */
const checkpointPause = 5000;

/** Trains; true when there is a model at the end. Throws what the training loop and the store throw. */
export async function runTraining(parts: TrainingParts): Promise<boolean> {
  const { engine, images, run } = parts;
  const { config } = run.record;
  const network = networkFor(run.record, images.classes);
  const transforms = await transformsFor(config, network, images);
  const program = await engine.compile(network, {
    batchSize: config.batchSize,
    training: true,
    inputSlots: 2,
    ...compiledUpdates(config, network),
  });
  try {
    const position = await startingPosition(parts, program);
    const classes = images.classes;
    const description = { network, classes, transforms: transforms.test, details: { training: config } };
    const loaders = {
      train: batchesOf(images, images.train, { config, program, transforms: transforms.train }, true),
      test: batchesOf(images, images.test, { config, program, transforms: transforms.test }, false),
    };
    const session = newSession(parts, program, description, loaders, position);
    parts.emit(startEvent(parts, session));
    // What was ordered with the beginning comes before the first step.
    parts.orders.poll();
    await trainEpochs(session);
    if (!isDone(session) && !parts.finishes()) return false;
    await testAndKeep(parts, session, loaders.test);
    return true;
  } finally {
    await program.dispose();
  }
}

/** Makes a model of a run's checkpoint, without its images. Throws what the store throws. */
export async function keepUntested(run: StoredRun, engine: Engine): Promise<void> {
  const { config, classes, side } = run.record;
  const network = networkFor(run.record, classes);
  const { test: transforms } = await transformsFor(config, network, { height: side, width: side });
  const program = await engine.compile(network, {
    batchSize: 1,
    training: true,
    ...compiledUpdates(config, network),
  });
  try {
    await restoreCheckpoint(run, program);
    const description = { network, classes, transforms, details: { training: config } };
    await withAverages(program, () => keepModel(run, program, description));
  } finally {
    await program.dispose();
  }
}

function networkFor(
  { config: { network, dropout } }: Pick<RunRecord, 'config'>,
  classes: readonly string[],
): NetworkSpec {
  return buildNetwork(network as string, { classes: classes.length, dropout });
}

/** From images of the collection's size to the network's input, with augmentation and without. */
export function transformsFor(
  { augment = [] }: Pick<TrainingConfig, 'augment'>,
  { input: { height: side } }: NetworkSpec,
  { height, width }: Pick<TrainingImages, 'height' | 'width'>,
): Promise<TransformPair> {
  const dataset = { height, width, images: true };
  return withAugmentation(articleTransforms(side), augment, { side, dataset }, () => {
    throw alexnetError('ALEX_OPTION_VALUE', { option: 'augment', value: 'pca', expected: 'none of colours' });
  });
}

interface Loading {
  readonly config: Pick<TrainingConfig, 'batchSize' | 'seed' | 'shuffle'>;
  readonly program: Pick<Program, 'inputs'>;
  readonly transforms: readonly TransformStep[];
}

/** Batches of a part of the collection, in another order in every epoch when they are to train with. */
export function batchesOf(
  size: Pick<TrainingImages, 'height' | 'width'>,
  { dataset, indices, images }: LabelledImages,
  { config: { batchSize, seed, shuffle }, program: { inputs }, transforms }: Loading,
  trains: boolean,
): Loader {
  const options = { dataset, indices, inputs, batchSize, seed, shuffle: trains && shuffle };
  checkBatch(outputSize(transforms, size), options);
  return createBatches(options, inlineFillers({ images, views: [transforms], seed, inputs }));
}

/** Fills the program's parameters. */
async function startingPosition({ run, startFrom }: TrainingParts, program: Program): Promise<Position> {
  const { config } = run.record;
  const position = await restoreCheckpoint(run, program);
  if (position) return position;
  initialise(program.network, { scheme: config.initialization, seed: config.seed }, (name, values) =>
    program.writeParameter(name, values),
  );
  if (startFrom) takeFeatures(startFrom, program);
  return startPosition;
}

/** Where the run's checkpoint stands; undefined where there is none. */
async function restoreCheckpoint(run: StoredRun, program: Program): Promise<Position | undefined> {
  const file = await run.checkpoint();
  if (file === undefined) return undefined;
  const checkpoint = await openCheckpointIn(file);
  await checkpoint.restore(program);
  return checkpoint.position;
}

/** Weights of the same name and shape; those of the last layer are of other classes, unless it has as many. */
function takeFeatures({ network, parameters }: Model, program: Program): void {
  const theirs = new Map(parameterShapes(network).map(({ name, shape }) => [name, shape.join()]));
  for (const { name, shape } of parameterShapes(program.network)) {
    const values = parameters.get(name);
    if (values && theirs.get(name) === shape.join()) program.writeParameter(name, values);
  }
}

function newSession(
  parts: TrainingParts,
  program: Program,
  description: ModelDescription,
  loaders: { readonly train: Loader; readonly test: Loader },
  position: Position,
): Session {
  const { run, images, orders, signal, emit, onStep } = parts;
  return {
    config: run.record.config,
    program: yielding(program),
    loader: loaders.train,
    validationLoader: loaders.test,
    classes: images.classes,
    description,
    store: storeOf(parts),
    dataFingerprint: images.fingerprint,
    emit,
    signal,
    onStep,
    onEpoch: undefined,
    evaluate: () => Promise.reject(new TypeError('a training in a page is tested on its own images only')),
    orders,
    position,
    savedStep: position === startPosition ? undefined : position.globalStep,
    savedAt: performance.now(),
  };
}

/** The same program, which lets messages come in before every forward pass, so that a test can be stopped too. */
function yielding(program: Program): Program {
  return Object.create(program, {
    forward: {
      value: async (options: Parameters<Program['forward']>[0]) => {
        await macrotask();
        return program.forward(options);
      },
    },
  }) as Program;
}

function storeOf({ run, log }: TrainingParts): RunStore {
  let last = performance.now();
  return {
    checkpoint: `${run.id}/checkpoint.safetensors`,
    async writeCheckpoint(program, state, use) {
      await run.writeCheckpoint(log, (target) => writeCheckpointTo(target, program, state, use));
      last = performance.now();
    },
    // Nothing is chosen by the images that it is tested on.
    writeBest: async () => {},
    keepsEpoch: () => performance.now() - last >= checkpointPause,
  };
}

async function testAndKeep(
  { run, images, emit }: TrainingParts,
  { program, description, position }: Session,
  loader: Loader,
): Promise<void> {
  const { classes } = images;
  await withAverages(program, async () => {
    await keepModel(run, program, description);
    emit(
      await evaluate(program, loader, {
        classes,
        total: imageCount(images.test),
        epoch: position.epoch,
        onProgress: emit,
      }),
    );
  });
}

async function keepModel(run: StoredRun, program: Program, description: ModelDescription): Promise<void> {
  const format = { ...safetensorsFormat, write: safetensorsFormat.write! };
  await run.writeModel(modelWriter(format, description, (name) => program.readParameter(name)));
}

function startEvent(
  { engine, images, run }: TrainingParts,
  { config, program, loader, position }: Session,
): TrainingEvent {
  const counts = learntShapes(program.network).map(({ shape }) => elementCount(shape));
  return {
    type: 'start',
    network: program.network.name,
    dataset: images.name,
    engine: engine.name,
    target: engine.target,
    threads: engine.threads,
    parameters: counts.reduce((sum, count) => sum + count, 0),
    trainImages: loader.images,
    validationImages: imageCount(images.test),
    testImages: imageCount(images.test),
    batchSize: config.batchSize,
    epochs: config.epochs,
    stepsPerEpoch: loader.stepsPerEpoch,
    resumedFrom: position.globalStep,
    out: run.id,
  };
}
