/** The weights that a training begins with: from the run to resume, from a model file, or at random. */
import type { Dataset } from '../data/dataset.ts';
import type { Program } from '../engine/engine.ts';
import { alexnetError } from '../errors.ts';
import { initialise } from '../network/initialise.ts';
import { classCount, parameterShapes } from '../network/shapes.ts';
import type { NetworkSpec } from '../network/spec.ts';
import { checkTensors } from './checkTensors.ts';
import { openCheckpoint, startPosition, type Position } from './checkpoint.ts';
import type { TrainingConfig } from './config.ts';
import { checkClassCount } from './evaluateModel.ts';
import { openModel, type ModelFile } from './modelFile.ts';
import { namedNetwork } from './namedNetwork.ts';
import { optionError } from './optionChecks.ts';
import { releaseMemory } from './releaseMemory.ts';
import type { RunFolder } from './runFolder.ts';

/**
 * The network to train, for the data's classes: one of the zoo, one of layers, or that of the file whose weights it
 * begins with.
 * Throws ALEX_OPTION_VALUE, ALEX_MODEL_CLASSES, and what readNetworkFile and openModel throw.
 */
export async function trainedNetwork(config: TrainingConfig, dataset: Dataset): Promise<NetworkSpec> {
  checkNamesNetwork(config);
  const { network: given, dropout, init } = config;
  const classes = dataset.classes.length;
  const network =
    typeof given === 'string'
      ? await namedNetwork(given, { classes, dropout })
      : (given ?? (await networkOf(init!)));
  checkClassCount(network.name, classCount(network), dataset);
  return network;
}

/** Throws ALEX_OPTION_VALUE when neither a network is named nor a file that has one. */
export function checkNamesNetwork({ network, init }: TrainingConfig): void {
  if (network === undefined && init === undefined) {
    throw optionError('init', 'not set', 'a model file, whose network is trained on');
  }
}

async function networkOf(init: string): Promise<NetworkSpec> {
  const { network, close } = await openModel(init);
  await close();
  return network;
}

export interface Start {
  readonly config: TrainingConfig;
  readonly program: Program;
  /** Of the training data. */
  readonly fingerprint: string;
  /** Of the run to resume. */
  readonly folder: RunFolder | undefined;
}

/** Fills the program's parameters. Throws ALEX_RESUME_DIFFERS, and what openCheckpoint and openModel throw. */
export async function startingPoint({ config, program, fingerprint, folder }: Start): Promise<Position> {
  if (folder !== undefined) return restoreCheckpoint(folder, program, fingerprint);
  const { init, initialization: scheme, seed } = config;
  if (init !== undefined) await readWeights(init, program);
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

/** Takes all weights from a model file of the same network. Throws as openModel, and ALEX_TENSOR_…. */
export async function readWeights(path: string, program: Program): Promise<void> {
  const file = await openModel(path);
  try {
    const parameters = parameterShapes(program.network);
    checkTensors(shapesByName(file), parameters);
    for (const { name } of parameters) moveInto(program, name, await file.readParameter(name));
  } finally {
    await file.close();
  }
}

function shapesByName({ network }: ModelFile): Map<string, { readonly shape: readonly number[] }> {
  return new Map(parameterShapes(network).map((shape) => [shape.name, shape]));
}
