/** Checkpoints in PyTorch's form: `epoch`, `model` and `optimizer`, as its examples save them. */
import { alexnetError } from '../errors.ts';
import { writeFileAtomically } from '../formats/atomicFile.ts';
import { openFileAs } from '../formats/openFile.ts';
import { PthError } from '../formats/pth/pthContainer.ts';
import { openPth, type PthFile } from '../formats/pth/pthFile.ts';
import { findSgdState, sgdStateForm, type PthSgdState } from '../formats/pth/sgdState.ts';
import { tensorType, type PthTensor } from '../formats/pth/torchObjects.ts';
import { orderedDict, writePth, type DescribePth } from '../formats/pth/writePth.ts';
import {
  elementsOf,
  type SafeTensor,
  type TensorFile,
  type TensorSource,
  type TensorType,
} from '../formats/tensors.ts';
import type { PickleSource } from '../formats/writePickle.ts';
import { withCounters, withoutCounters } from './batchCounters.ts';
import { checkpointText, startPosition, type CheckpointFile } from './checkpoint.ts';
import { aboutEntry, stateDictOf } from './modelFormats/pth.ts';
import { checkpointKey, descriptionKey, momentumPrefix } from './modelFormats/safetensors.ts';

/** Entry of the archive that says where the training stands, as our own checkpoints do. */
const stateEntry = 'checkpoint.json';

/**
 * Opens a checkpoint of PyTorch. What it has not of ours is made up: a training that begins with these weights and this
 * momentum. Throws ALEX_CHECKPOINT_INVALID without the state of SGD, and what openPth throws.
 */
export async function openPthCheckpoint(path: string): Promise<CheckpointFile> {
  const file = await openFileAs(path, openPth);
  try {
    const [state, about] = [await file.readExtra(stateEntry), await file.readExtra(aboutEntry)];
    const weights = withoutCounters(stateDictOf(path, file, about));
    const sgd = sgdState(path, file);
    const epoch = epochOf(file);
    const fresh = { position: { ...startPosition, epoch }, dataFingerprint: '' };
    return {
      ...readers(file, weights, momentumByName(path, weights, sgd)),
      metadata: {
        format: 'pt',
        [checkpointKey]: state ?? checkpointText(fresh, sgd.options),
        ...(about !== undefined && { [descriptionKey]: about }),
      },
      epoch,
      sgd: sgd.options,
      optimizer: sgd.options,
      initialLearningRate: sgd.initialLearningRate,
      close: () => file.close(),
    };
  } catch (error) {
    await file.close();
    throw error;
  }
}

function sgdState(path: string, { root }: PthFile): PthSgdState {
  let state: PthSgdState | undefined;
  try {
    state = findSgdState(root);
  } catch (error) {
    if (!(error instanceof PthError)) throw error;
    throw alexnetError('ALEX_CHECKPOINT_INVALID', { path, problem: error.message }, error);
  }
  if (state !== undefined) return state;
  throw alexnetError('ALEX_CHECKPOINT_INVALID', { path, problem: 'it has no state of an optimizer' });
}

/** By custom, `epoch` says how many epochs are done. */
function epochOf({ root }: PthFile): number {
  const epoch = root instanceof Map ? root.get('epoch') : undefined;
  return Number.isSafeInteger(epoch) && (epoch as number) >= 0 ? (epoch as number) : 0;
}

/** What a state_dict has besides parameters: an optimizer does not know them. */
const buffers = ['running_mean', 'running_var'];

type Momentum = ReadonlyMap<string, PthTensor | undefined>;

/** An optimizer numbers the parameters, in the order of the state_dict. */
function momentumByName(
  path: string,
  weights: ReadonlyMap<string, PthTensor>,
  { buffers: found }: PthSgdState,
): Momentum {
  const names = [...weights.keys()].filter((name) => !buffers.some((buffer) => name.endsWith(`.${buffer}`)));
  if (names.length !== found.length) {
    const problem = `its optimizer has ${found.length} parameters, and its state_dict ${names.length}`;
    throw alexnetError('ALEX_CHECKPOINT_INVALID', { path, problem });
  }
  return new Map(names.map((name, i) => [momentumPrefix + name, found[i]]));
}

function readers(
  file: PthFile,
  weights: ReadonlyMap<string, PthTensor>,
  momentum: Momentum,
): Pick<TensorFile, 'tensors' | 'read'> {
  const blank = (name: string): TensorType => {
    return { dtype: 'F32', shape: weights.get(name.slice(momentumPrefix.length))!.shape };
  };
  const tensors = new Map<string, TensorType>([
    ...[...weights].map(([name, tensor]) => [name, tensorType(tensor)] as const),
    ...[...momentum].map(
      ([name, tensor]) => [name, tensor === undefined ? blank(name) : tensorType(tensor)] as const,
    ),
  ]);
  return {
    tensors,
    read: async (name): Promise<SafeTensor> => {
      const tensor = weights.get(name) ?? momentum.get(name);
      if (tensor !== undefined) return file.read(tensor);
      if (!momentum.has(name)) throw alexnetError('ALEX_TENSOR_MISSING', { name });
      // Before its first step, a parameter has no momentum.
      const empty = blank(name);
      return { ...empty, values: new Float32Array(elementsOf(empty.shape)) };
    },
  };
}

/** What of a checkpoint is not its tensors, and where it comes from. */
type Checkpoint = Pick<CheckpointFile, 'metadata' | 'sgd' | 'epoch'> & { readonly path: string };

/**
 * Writes a checkpoint, from the tensors of one; what is ours besides lies in the archive beside PyTorch's entries.
 * Throws ALEX_FILE_WRITE, ALEX_CHECKPOINT_INVALID when it does not tell SGD's options or has no momentum.
 */
export async function writePthCheckpoint(
  to: string,
  sources: readonly TensorSource[],
  { path, metadata, sgd, epoch }: Checkpoint,
): Promise<void> {
  if (sgd === undefined) {
    throw alexnetError('ALEX_CHECKPOINT_INVALID', { path, problem: "it does not tell SGD's options" });
  }
  const byName = new Map(sources.map((source) => [source.name, source]));
  const weights = sources.filter(({ name }) => !name.startsWith(momentumPrefix));
  const momentum = weights.flatMap(({ name }) => byName.get(momentumPrefix + name) ?? []);
  const about = metadata[descriptionKey];
  const describe: DescribePth = (tensor) =>
    new Map<string, PickleSource>([
      ['epoch', epoch],
      ['model', orderedDict(new Map(withCounters(weights).map((source) => [source.name, tensor(source)])))],
      ['optimizer', sgdStateForm(sgd, momentum.map(tensor))],
    ]);
  const extras = {
    [stateEntry]: metadata[checkpointKey]!,
    ...(about !== undefined && { [aboutEntry]: about }),
  };
  await writeFileAtomically(to, (target) => writePth(target, describe, extras));
}
