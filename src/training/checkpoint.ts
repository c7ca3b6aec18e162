/**
 * Checkpoints: weights, momentum and where the training stands, in one safetensors file. The random numbers need no
 * state of their own: order is a function of (seed, epoch), dropout of (seed, step).
 */
import { alexnetError } from '../errors.ts';
import type { Program, SgdOptions } from '../engine/engine.ts';
import { openSafetensors, writeSafetensors } from '../formats/safetensors.ts';
import { float32Values, type TensorFile, type TensorSource } from '../formats/tensors.ts';
import { learntShapes, parameterShapes, type ParameterShape } from '../network/shapes.ts';
import { newChanceWatch, type ChanceWatch } from './chance.ts';
import { checkTensors } from './checkTensors.ts';
import { descriptionText, firstNotFinite, type ModelDescription } from './modelFile.ts';
import { checkpointKey, descriptionKey, momentumPrefix } from './modelFormats/safetensors.ts';
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
  /** Puts weights and momentum into a program. Throws ALEX_TENSOR_MISSING, ALEX_TENSOR_UNKNOWN, ALEX_TENSOR_SHAPE. */
  restore(program: Program): Promise<void>;
  close(): Promise<void>;
}

const version = 2;
/** Files of version 1 tell nothing of validation: there was none. */
const readableVersions: readonly unknown[] = [1, version];

/** What those need to know who use a checkpoint outside of its run. */
export interface CheckpointUse {
  /** Of the step that comes next. */
  readonly sgd: SgdOptions;
  readonly description?: ModelDescription;
}

/**
 * Writes a checkpoint atomically, one tensor at a time.
 * Throws ALEX_FILE_WRITE, ALEX_TRAINING_NOT_FINITE; the checkpoint before it is left then.
 */
export async function writeCheckpoint(
  path: string,
  program: Program,
  state: CheckpointState,
  { sgd, description }: CheckpointUse,
): Promise<void> {
  const keepOne = oneAtATime();
  const source = (
    prefix: string,
    shapes: readonly ParameterShape[],
    read: (name: string) => Float32Array,
  ): TensorSource[] =>
    shapes.map(({ name, shape }) => ({
      name: prefix + name,
      shape,
      read: () =>
        checkFinite(
          prefix + name,
          keepOne(() => read(name)),
          state.position,
          sgd.learningRate,
        ),
    }));
  const tensors = [
    ...source('', parameterShapes(program.network), (name) => program.readParameter(name)),
    ...source(momentumPrefix, learntShapes(program.network), (name) => program.readMomentum(name)),
  ];
  await writeSafetensors(path, tensors, {
    format: 'pt',
    [checkpointKey]: checkpointText(state, sgd),
    ...(description && { [descriptionKey]: descriptionText(description) }),
  });
}

/** Opens a checkpoint. Throws ALEX_FILE_READ, ALEX_SAFETENSORS_…, ALEX_CHECKPOINT_INVALID. */
export async function openCheckpoint(path: string): Promise<Checkpoint> {
  const file = await openSafetensors(path);
  try {
    return {
      ...parseState(path, file.metadata[checkpointKey]),
      restore: (program) => restoreTensors(file, program),
      close: () => file.close(),
    };
  } catch (error) {
    await file.close();
    throw error;
  }
}

/** The entry that says where the training stands: JSON. */
export function checkpointText(state: CheckpointState, sgd: SgdOptions | undefined): string {
  return JSON.stringify({ version, ...state, sgd });
}

/**
 * Puts weights and momentum into a program. Throws ALEX_TENSOR_MISSING, ALEX_TENSOR_UNKNOWN, ALEX_TENSOR_SHAPE,
 * and what the file's `read` throws.
 */
export async function restoreTensors(file: TensorFile, program: Program): Promise<void> {
  const shapes = parameterShapes(program.network);
  const learnt = learntShapes(program.network);
  const momentum = learnt.map(({ name, shape }) => ({ name: momentumPrefix + name, shape }));
  checkTensors(file.tensors, [...shapes, ...momentum]);
  const move = async (name: string, write: (values: Float32Array) => void): Promise<void> => {
    const values = float32Values(name, await file.read(name));
    write(values);
    releaseMemory(values);
  };
  for (const { name } of shapes) {
    await move(name, (values) => program.writeParameter(name, values));
  }
  for (const { name } of learnt) {
    await move(momentumPrefix + name, (values) => program.writeMomentum(name, values));
  }
}

/** Reads such an entry. Throws ALEX_CHECKPOINT_INVALID. */
export function parseState(
  path: string,
  text: string | undefined,
): CheckpointState & { readonly sgd?: SgdOptions } {
  const invalid = (problem: string, cause?: unknown): Error =>
    alexnetError('ALEX_CHECKPOINT_INVALID', { path, problem }, cause);
  if (text === undefined) throw invalid('it does not say where the training stands');
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw invalid('its state is no JSON', error);
  }
  const state = (value ?? {}) as CheckpointState & { version: unknown; sgd: unknown };
  if (!readableVersions.includes(state.version)) {
    throw invalid(`its version is ${JSON.stringify(state.version)}, expected at most ${version}`);
  }
  const before = state.version === 1 ? { validation: newValidationState } : {};
  const position = { ...before, ...state.position };
  if (!isPosition(position) || typeof state.dataFingerprint !== 'string') {
    throw invalid('its state is incomplete');
  }
  return {
    position,
    dataFingerprint: state.dataFingerprint,
    ...(isSgd(state.sgd) && { sgd: state.sgd }),
  };
}

function isSgd(value: unknown): value is SgdOptions {
  const { learningRate, momentum, weightDecay } = (value ?? {}) as SgdOptions;
  return [learningRate, momentum, weightDecay].every(Number.isFinite);
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
    isValidationState(position.validation)
  );
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
  { epoch, step }: Position,
  learningRate: number,
): Float32Array {
  const value = firstNotFinite(values);
  if (value === undefined) return values;
  throw alexnetError('ALEX_TRAINING_NOT_FINITE', { what, value, epoch: epoch + 1, step, learningRate });
}
