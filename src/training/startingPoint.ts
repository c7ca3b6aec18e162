/** The weights that a training begins with: from the run to resume, from a model file, or at random. */
import type { Dataset } from '../data/dataset.ts';
import type { Program } from '../engine/engine.ts';
import { alexnetError } from '../errors.ts';
import { initialise } from '../network/initialise.ts';
import { classCount, parameterShapes, type ParameterShape } from '../network/shapes.ts';
import type { NetworkSpec } from '../network/spec.ts';
import { buildNetwork } from '../network/zoo/networks.ts';
import { checkTensors } from './checkTensors.ts';
import { startPosition, type Position } from './checkpoint.ts';
import { openCheckpoint } from './folderStore.ts';
import type { TrainingConfig } from './trainingOptions.ts';
import { checkClassCount } from './evaluateModel.ts';
import { openModel } from './modelFile.ts';
import type { ModelFile } from './describedModel.ts';
import { readNetworkFile } from './networkFile.ts';
import { isNetworkFile } from './networkFileName.ts';
import { optionError } from './optionError.ts';
import { releaseMemory } from './releaseMemory.ts';
import type { RunFolder } from './runFolder.ts';

/**
 * The network to train, for the data's classes: one of the zoo, or one of layers. Throws ALEX_MODEL_CLASSES, and what
 * buildNetwork throws.
 */
export function trainedNetwork({ network: given, dropout }: TrainingConfig, dataset: Dataset): NetworkSpec {
  const classes = dataset.classes.length;
  const network = typeof given === 'string' ? buildNetwork(given, { classes, dropout }) : given!;
  checkClassCount(network.name, classCount(network), dataset);
  return network;
}

/** Throws ALEX_OPTION_VALUE when something is to come from a model file, and none is named. */
export function checkNamesInit({
  network,
  init,
  preprocess,
  transforms,
  trainTransforms,
}: TrainingConfig): void {
  if (init !== undefined) return;
  if (network === undefined)
    throw optionError('init', 'not set', 'a model file, whose network is trained on');
  if (preprocess === 'init' && (transforms ?? trainTransforms) === undefined) {
    throw optionError('init', 'not set', 'a model file, whose images are prepared alike: preprocess is init');
  }
}

/**
 * The options with what they leave to files written down, so that the run never needs these again: a network of layers;
 * from the `init` file its network, for as many classes as the data has, and its transforms. Throws what
 * readNetworkFile and openModel throw.
 */
export async function settledConfig(config: TrainingConfig, dataset: Dataset): Promise<TrainingConfig> {
  checkNamesInit(config);
  const { network, preprocess, transforms, trainTransforms, init } = config;
  const classes = dataset.classes.length;
  const wantsTransforms = preprocess === 'init' && (transforms ?? trainTransforms) === undefined;
  const isFile = typeof network === 'string' && isNetworkFile(network);
  const given = isFile ? await readNetworkFile(network, classes) : network;
  if (given !== undefined && !wantsTransforms) return { ...config, network: given };
  const expectedNetwork = typeof given === 'object' ? given.name : given;
  const file = await openModel(init!, expectedNetwork === undefined ? {} : { expectedNetwork });
  await file.close();
  return {
    ...config,
    network: given ?? forClasses(file.network, classes),
    ...(wantsTransforms && { transforms: file.transforms }),
  };
}

/** The same network with another number of outputs, where its last layer is a linear one. */
function forClasses(network: NetworkSpec, classes: number): NetworkSpec {
  const last = network.layers.at(-1)!;
  if (last.type !== 'linear') return network;
  return { ...network, layers: [...network.layers.slice(0, -1), { ...last, outFeatures: classes }] };
}

export interface Start {
  readonly config: TrainingConfig;
  readonly program: Program;
  /** Of the training data. */
  readonly fingerprint: string;
  /** Of the run to resume. */
  readonly folder: RunFolder | undefined;
  readonly onNotice: (message: string) => void;
}

/** Fills the program's parameters. Throws ALEX_RESUME_DIFFERS, and what openCheckpoint and openModel throw. */
export async function startingPoint(start: Start): Promise<Position> {
  const { config, program, fingerprint, folder, onNotice } = start;
  if (folder !== undefined) return restoreCheckpoint(folder, program, fingerprint);
  if (config.init === undefined) drawWeights(program, config);
  else await readInit(config.init, program, config, onNotice);
  return startPosition;
}

function drawWeights(
  program: Program,
  { initialization: scheme, seed }: TrainingConfig,
  wanted: (name: string) => boolean = () => true,
): void {
  initialise(program.network, { scheme, seed }, (name, values) => {
    if (wanted(name)) moveInto(program, name, values);
  });
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
  const file = await openModel(path, { expectedNetwork: program.network.name });
  try {
    await moveWeights(file, program, () => true);
  } finally {
    await file.close();
  }
}

/** The same; a last layer for another number of classes is left out and drawn anew. */
async function readInit(
  path: string,
  program: Program,
  config: TrainingConfig,
  onNotice: (message: string) => void,
): Promise<void> {
  const file = await openModel(path, { expectedNetwork: program.network.name });
  try {
    const [had, has] = [file.network, program.network].map(classCount) as [number, number];
    const layer = had === has ? undefined : sameLastLayer(file.network, program.network);
    const isNew = (name: string): boolean => layer !== undefined && name.startsWith(`${layer}.`);
    await moveWeights(file, program, (name) => !isNew(name));
    if (layer === undefined) return;
    drawWeights(program, config, isNew);
    onNotice(`${layer} starts anew: ${path} tells ${had} classes apart, and there are ${has} now`);
  } finally {
    await file.close();
  }
}

/** The name of the last layer, where two networks have the same. */
function sameLastLayer(a: NetworkSpec, b: NetworkSpec): string | undefined {
  const [last, other] = [a.layers.at(-1)!, b.layers.at(-1)!];
  return last.type === 'linear' && last.name === other.name ? last.name : undefined;
}

async function moveWeights(
  file: ModelFile,
  program: Program,
  wanted: (name: string) => boolean,
): Promise<void> {
  const [theirs, own] = [file.network, program.network].map((network) =>
    parameterShapes(network).filter(({ name }) => wanted(name)),
  ) as [ParameterShape[], ParameterShape[]];
  checkTensors(new Map(theirs.map((shape) => [shape.name, shape])), own);
  for (const { name } of own) moveInto(program, name, await file.readParameter(name));
}
