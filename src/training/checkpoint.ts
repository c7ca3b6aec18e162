/**
 * Checkpoints: weights, what the optimizer keeps of them, and where the training stands, in one safetensors file. The random numbers need no
 * state of their own: order is a function of (seed, epoch), dropout of (seed, step).
 */
import { alexnetError } from '../errors.ts';
import {
  sgdForms,
  type AdamWOptions,
  type OptimizerOptions,
  type Program,
  type SgdOptions,
} from '../engine/engine.ts';
import type { FileTarget } from '../formats/fileTarget.ts';
import type { OpenedFile } from '../formats/openedFile.ts';
import { openSafetensorsIn, writeSafetensorsTo } from '../formats/safetensors.ts';
import { float32Values, type TensorFile, type TensorSource } from '../formats/tensors.ts';
import { parameterShapes } from '../network/shapes.ts';
import { newChanceWatch, type ChanceWatch } from './chance.ts';
import { checkTensors } from './checkTensors.ts';
import { firstNotFinite } from './firstNotFinite.ts';
import { descriptionText, type ModelDescription } from './modelDescription.ts';
import { checkpointKey, descriptionKey, isState } from './modelFormats/safetensors.ts';
import { oneAtATime, releaseMemory } from './releaseMemory.ts';
import { newValidationState, type ValidationState } from './validation.ts';

/** Where a training stands. */
export interface Position {
  /** Epochs that are done. */
  readonly epoch: number;
  /** Steps done in the epoch under way. */
  readonly step: number;
  /** Steps done in all. */
  readonly globalStep: number;
  /** Sum of the losses since the last step event, and how many. */
  readonly runningLoss: number;
  readonly runningSteps: number;
  /** Sum of the losses in the epoch under way, and the time that its steps took. */
  readonly epochLoss: number;
  readonly epochSeconds: number;
  readonly chance: ChanceWatch;
  readonly validation: ValidationState;
  /** The last order to change the learning rate. */
  readonly rateChange?: RateChange;
}

/** The learning rate is `learningRate` where the schedule says `scheduled` or more, and in proportion where it says less. */
export interface RateChange {
  readonly learningRate: number;
  readonly scheduled: number;
}

export const startPosition: Position = {
  epoch: 0,
  step: 0,
  globalStep: 0,
  runningLoss: 0,
  runningSteps: 0,
  epochLoss: 0,
  epochSeconds: 0,
  chance: newChanceWatch,
  validation: newValidationState,
};

/** What a checkpoint says besides the tensors. */
export interface CheckpointState {
  readonly position: Position;
  /** Of the training images and labels, so that a resumed run is on the same data. */
  readonly dataFingerprint: string;
}

/** A checkpoint that is open. */
export interface Checkpoint extends CheckpointState {
  /** Puts weights and their states into a program. Throws ALEX_TENSOR_MISSING, ALEX_TENSOR_UNKNOWN, ALEX_TENSOR_SHAPE. */
  restore(program: Program): Promise<void>;
  close(): Promise<void>;
}

/** A checkpoint file of whatever maker: weights, the momentum of each under `momentum.NAME`, and the texts of ours. */
export interface CheckpointFile extends TensorFile {
  /** Epochs that are done. */
  readonly epoch: number;
  /** The optimizer's options where it is torch.optim.SGD. */
  readonly sgd: SgdOptions | undefined;
  /** Whichever it is, whose state the file has. */
  readonly optimizer: OptimizerOptions | undefined;
  /** The rate that a schedule began with, where the file tells. */
  readonly initialLearningRate?: number;
}

const version = 2;
/** Files of version 1 tell nothing of validation: there was none. Those of a changed learning rate are version 3. */
const changedVersion = 3;
const readableVersions: readonly unknown[] = [1, version, changedVersion];

/** What those need to know who use a checkpoint outside of its run. */
export interface CheckpointUse {
  /** Of the step that comes next. */
  readonly optimizer: OptimizerOptions;
  readonly description?: ModelDescription;
}

/** Writes a checkpoint, one tensor at a time. Throws ALEX_TRAINING_NOT_FINITE, and what the target throws. */
export async function writeCheckpointTo(
  target: FileTarget,
  program: Program,
  state: CheckpointState,
  { optimizer, description }: CheckpointUse,
): Promise<void> {
  const keepOne = oneAtATime();
  const tensors = storedTensors(program).map(({ name, shape, read }): TensorSource => ({
    name,
    shape,
    read: () => checkFinite(name, keepOne(read), state.position, optimizer.learningRate),
  }));
  await writeSafetensorsTo(target, tensors, {
    format: 'pt',
    [checkpointKey]: checkpointText(state, optimizer),
    ...(description && { [descriptionKey]: descriptionText(description) }),
  });
}

/**
 * Opens a file as a checkpoint; whoever opened the file closes it when that fails. Throws ALEX_FILE_READ,
 * ALEX_SAFETENSORS_…, ALEX_CHECKPOINT_INVALID.
 */
export async function openCheckpointIn(opened: OpenedFile): Promise<Checkpoint> {
  const file = await openSafetensorsIn(opened);
  return {
    ...parseCheckpointState(opened.name, file.metadata[checkpointKey]),
    restore: (program) => restoreTensors(file, program),
    close: () => file.close(),
  };
}

/** The entry that says where the training stands: JSON. `sgd` are the optimizer's options where it is torch.optim.SGD. */
export function checkpointText(state: CheckpointState, optimizer: OptimizerOptions | undefined): string {
  const { type, form, ...sgd } = (optimizer ?? {}) as SgdOptions;
  const plain = (type ?? 'sgd') === 'sgd' && (form ?? 'pytorch') === 'pytorch';
  return JSON.stringify({
    version: state.position.rateChange ? changedVersion : version,
    ...state,
    optimizer,
    sgd: optimizer && plain ? sgd : undefined,
  });
}

/** A tensor of a program that a checkpoint holds. */
interface StoredTensor {
  readonly name: string;
  readonly shape: readonly number[];
  readonly read: () => Float32Array;
  readonly write: (values: Float32Array) => void;
}

/** Parameters by their names, and their states: `momentum.features.0.weight`. */
function storedTensors(program: Program): StoredTensor[] {
  const shapes = parameterShapes(program.network);
  const parameters = shapes.map(({ name, shape }) => ({
    name,
    shape,
    read: () => program.readParameter(name),
    write: (values: Float32Array) => program.writeParameter(name, values),
  }));
  const states = [...program.states].flatMap(([state, names]) =>
    names.map((name) => ({
      name: `${state}.${name}`,
      shape: shapes.find((one) => one.name === name)!.shape,
      read: () => program.readState(state, name),
      write: (values: Float32Array) => program.writeState(state, name, values),
    })),
  );
  return [...parameters, ...states];
}

/**
 * Puts weights and their states into a program; states that it has no use for are left aside, as those of frozen
 * parameters, and averages that it has not begin as the weights. Throws ALEX_TENSOR_MISSING, ALEX_TENSOR_UNKNOWN, ALEX_TENSOR_SHAPE, and what the file's `read` throws.
 */
export async function restoreTensors(file: TensorFile, program: Program): Promise<void> {
  const stored = storedTensors(program).map((tensor) => ({ ...tensor, name: nameIn(file, tensor.name) }));
  const wanted = new Set(stored.map(({ name }) => name));
  const tensors = [...file.tensors].filter(([name]) => wanted.has(name) || !isState(name));
  checkTensors(new Map(tensors), stored);
  for (const { name, write } of stored) {
    const values = float32Values(name, await file.read(name));
    write(values);
    releaseMemory(values);
  }
}

const averagePrefix = 'average.';

/** The tensor of the file that a tensor of the program comes from: for an average, it may be the weight. */
function nameIn({ tensors }: TensorFile, name: string): string {
  return tensors.has(name) || !name.startsWith(averagePrefix) ? name : name.slice(averagePrefix.length);
}

/** Reads such an entry. Throws ALEX_CHECKPOINT_INVALID. */
export function parseCheckpointState(
  path: string,
  text: string | undefined,
): CheckpointState & { readonly sgd?: SgdOptions; readonly optimizer?: OptimizerOptions } {
  const invalid = (problem: string, cause?: unknown): Error =>
    alexnetError('ALEX_CHECKPOINT_INVALID', { path, problem }, cause);
  if (text === undefined) throw invalid('it does not say where the training stands');
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw invalid('its state is no JSON', error);
  }
  const state = (value ?? {}) as CheckpointState & {
    version: unknown;
    sgd: unknown;
    optimizer: unknown;
  };
  if (!readableVersions.includes(state.version)) {
    throw invalid(`its version is ${JSON.stringify(state.version)}, expected at most ${changedVersion}`);
  }
  const before = state.version === 1 ? { validation: newValidationState } : {};
  const position = { ...before, ...state.position };
  if (!isPosition(position) || typeof state.dataFingerprint !== 'string') {
    throw invalid('its state is incomplete');
  }
  return {
    position,
    dataFingerprint: state.dataFingerprint,
    ...(isSgd(state.sgd) && { sgd: state.sgd, optimizer: state.sgd }),
    ...(isOptimizer(state.optimizer) && { optimizer: state.optimizer }),
  };
}

function isSgd(value: unknown): value is SgdOptions {
  const { learningRate, momentum, weightDecay } = (value ?? {}) as SgdOptions;
  return [learningRate, momentum, weightDecay].every(Number.isFinite);
}

function isOptimizer(value: unknown): value is OptimizerOptions {
  const { type = 'sgd', ...options } = (value ?? {}) as OptimizerOptions;
  if (type !== 'adamw') {
    const { form = 'pytorch' } = options as SgdOptions;
    return isSgd(options) && type === 'sgd' && sgdForms.includes(form);
  }
  const { learningRate, beta1, beta2, epsilon, weightDecay } = options as AdamWOptions;
  return [learningRate, beta1, beta2, epsilon, weightDecay].every(Number.isFinite);
}

const counts = ['epoch', 'step', 'globalStep', 'runningSteps'] as const;
const sums = ['runningLoss', 'epochLoss', 'epochSeconds'] as const;

function isPosition(value: unknown): value is Position {
  const position = (value ?? {}) as Position;
  const { steps, sum, told } = position.chance ?? {};
  return (
    counts.every((name) => isCount(position[name])) &&
    sums.every((name) => Number.isFinite(position[name])) &&
    isCount(steps) &&
    Number.isFinite(sum) &&
    typeof told === 'boolean' &&
    isValidationState(position.validation) &&
    isRateChange(position.rateChange)
  );
}

function isRateChange(value: RateChange | undefined): boolean {
  if (value === undefined) return true;
  const { learningRate, scheduled } = value ?? {};
  return [learningRate, scheduled].every((rate) => Number.isFinite(rate) && rate > 0);
}

function isValidationState(value: unknown): boolean {
  const { best, bestEpoch, waited, plateau } = (value ?? {}) as ValidationState;
  const isBest = (one: unknown): boolean => one === null || Number.isFinite(one);
  return (
    isBest(best) &&
    isBest(plateau?.best) &&
    [bestEpoch, waited, plateau?.bad, plateau?.reductions].every(isCount)
  );
}

function isCount(value: unknown): boolean {
  return Number.isSafeInteger(value) && (value as number) >= 0;
}

/** A step may overflow the weights after a loss that was finite: such a checkpoint must not replace a good one. */
function checkFinite(
  what: string,
  values: Float32Array,
  { epoch, step, rateChange }: Position,
  learningRate: number,
): Float32Array {
  const value = firstNotFinite(values);
  if (value === undefined) return values;
  const scheduled = rateChange?.scheduled;
  const at = { epoch: epoch + 1, step, learningRate, scheduled };
  throw alexnetError('ALEX_TRAINING_NOT_FINITE', { what, value, ...at });
}
