/**
 * The catalogue of errors. Each has a code, a sentence that says what was expected and what came,
 * and a sentence that says what to do. Codes are stable: programs may match on them.
 */
import { nearestName } from './nearestName.ts';

interface Entry<P> {
  /** What was expected and what came. */
  readonly says: (p: P) => string;
  /** What the person can do about it. */
  readonly advice: (p: P) => string;
  /** Process exit code: 1 the work failed, 2 wrong usage. */
  readonly exit: 1 | 2;
}

function entry<P>(exit: 1 | 2, says: (p: P) => string, advice: (p: P) => string): Entry<P> {
  return { exit, says, advice };
}

function didYouMean(name: string, known: readonly string[]): string {
  const nearest = nearestName(name, known);
  return nearest === undefined ? '' : `Did you mean "${nearest}"? `;
}

function inGigabytes(bytes: number): string {
  return `${(bytes / 1e9).toFixed(1)} GB`;
}

/** Every error that the library raises on purpose, by code. */
export const catalogue = {
  ALEX_NODE_VERSION: entry(
    1,
    (p: { version: string; needed: number }) =>
      `this is Node ${p.version}; alexnet needs Node ${p.needed} or newer`,
    () => 'Run "npm install" again without --omit=optional (it brings Node along), or install a newer Node.',
  ),
  ALEX_NETWORK_LAYER: entry(
    2,
    (p: { layer: string; problem: string }) => `layer ${p.layer}: ${p.problem}`,
    () => 'Correct that layer of the network, or the size of its input.',
  ),
  ALEX_NETWORK_UNKNOWN: entry(
    2,
    (p: { name: string; known: readonly string[] }) =>
      `there is no network "${p.name}"; the networks are ${p.known.join(', ')}`,
    (p) => `${didYouMean(p.name, p.known)}Run "alexnet info NETWORK" to see one in detail.`,
  ),
  ALEX_OPTION_VALUE: entry(
    2,
    (p: { option: string; value: unknown; expected: string }) =>
      `${p.option} is ${String(p.value)}; expected ${p.expected}`,
    (p) => `Give ${p.option} another value.`,
  ),
  ALEX_TENSOR_UNKNOWN: entry(
    1,
    (p: { name: string; known: readonly string[] }) =>
      `there is no tensor "${p.name}"; the tensors are ${p.known.join(', ')}`,
    () => 'Use one of those names; "alexnet info NETWORK" lists them.',
  ),
  ALEX_TENSOR_SHAPE: entry(
    1,
    (p: { name: string; expected: readonly number[]; got: readonly number[] }) =>
      `tensor ${p.name} is [${p.got.join(', ')}], expected [${p.expected.join(', ')}]`,
    () => 'The file or the values belong to another network: check the network and the class count.',
  ),
  ALEX_ENGINE_UNAVAILABLE: entry(
    1,
    (p: { engine: string; reason: string }) => `the engine "${p.engine}" cannot run here: ${p.reason}`,
    () => 'Run "alexnet doctor" to see which engines can.',
  ),
  ALEX_ENGINE_MEMORY: entry(
    1,
    (p: { bytes: number; batchSize: number; limit?: number; fits?: number }) =>
      `a batch of ${p.batchSize} needs ${inGigabytes(p.bytes)}, ` +
      (p.limit === undefined ? 'which the system does not give' : `expected at most ${inGigabytes(p.limit)}`),
    (p) => {
      if (p.fits === undefined) return 'Use a smaller batch size, or let go of other memory.';
      return p.fits > 0
        ? `Use a batch size of at most ${p.fits}.`
        : 'Use a smaller network or smaller images: not even one image fits.';
    },
  ),
  ALEX_PROGRAM_STATE: entry(
    1,
    (p: { call: string; needs: string }) => `${p.call} needs ${p.needs}`,
    () => 'Call forward, backward and update in this order, on a program that is in use.',
  ),
  ALEX_DATA_TRANSFORMS: entry(
    2,
    (p: { problem: string }) => `the transforms cannot be applied: ${p.problem}`,
    () => 'Put resize and centerCrop first, then one toTensor, then normalize.',
  ),
  ALEX_DATA_UNKNOWN: entry(
    2,
    (p: { name: string; known: readonly string[] }) =>
      `there is no data set "${p.name}"; the data sets are ${p.known.join(', ')}`,
    (p) =>
      `${didYouMean(p.name, p.known)}Give one of those names, or the path of a CIFAR-10 archive (.tar.gz) or of its extracted folder.`,
  ),
  ALEX_DATA_MISSING: entry(
    1,
    (p: { dataset: string; looked: readonly string[] }) =>
      `${p.dataset} was not found; looked for ${p.looked.join(', ')}`,
    (p) => `Run "alexnet data fetch ${p.dataset}", or say where it is with --data-dir DIR.`,
  ),
  ALEX_DATA_UNREADABLE: entry(
    1,
    (p: { path: string; reason: string }) => `${p.path} cannot be read: ${p.reason}`,
    () => 'Check that it exists and that you may read it.',
  ),
  ALEX_DATA_FORM: entry(
    1,
    (p: { path: string; found: string }) =>
      `${p.path} is not a data set in a known form: ${p.found}; accepted are the CIFAR-10 archives (.tar.gz, binary or python version) and their folders cifar-10-batches-bin, cifar-10-batches-py`,
    () => 'Give the path of one of those; folders of images are not read yet.',
  ),
  ALEX_DATA_TRUNCATED: entry(
    1,
    (p: { file: string; bytes: number; expected: number }) =>
      `${p.file} has ${p.bytes.toLocaleString('en')} bytes, expected ${p.expected.toLocaleString('en')}`,
    () => 'Delete it and run "alexnet data fetch cifar10" again.',
  ),
  ALEX_DATA_CORRUPT: entry(
    1,
    (p: { file: string; problem: string }) => `${p.file} is damaged: ${p.problem}`,
    () => 'Delete it and run "alexnet data fetch cifar10" again.',
  ),
  ALEX_DATA_LABEL: entry(
    1,
    (p: { file: string; record: number; label: number; classes: number }) =>
      `record ${p.record} of ${p.file} has label ${p.label}, expected 0 to ${p.classes - 1}`,
    () => 'The file is damaged or of another data set: delete it and run "alexnet data fetch cifar10" again.',
  ),
  ALEX_DATA_MEMBER: entry(
    1,
    (p: { archive: string; member: string; problem: string }) =>
      `member ${JSON.stringify(p.member)} of ${p.archive} is refused: ${p.problem}`,
    () => 'Do not trust this archive: get it again with "alexnet data fetch cifar10".',
  ),
  ALEX_DATA_DOWNLOAD: entry(
    1,
    (p: { file: string; folder: string; attempts: readonly string[] }) =>
      `${p.file} could not be downloaded: ${p.attempts.join('; ')}`,
    (p) =>
      `Run the command again to go on where it stopped, or get ${p.file} another way and place it in ${p.folder}.`,
  ),
  ALEX_DATA_WRITE: entry(
    1,
    (p: { path: string; reason: string }) => `${p.path} cannot be written: ${p.reason}`,
    () => 'Free some space, or choose another folder with --data-dir DIR.',
  ),
  ALEX_DATA_BAD_IMAGES: entry(
    1,
    (p: { problems: readonly string[]; total: number }) =>
      `${p.problems.length} of ${p.total.toLocaleString('en')} images cannot be used:` +
      p.problems
        .slice(0, 20)
        .map((problem) => `\n  ${problem}`)
        .join('') +
      (p.problems.length > 20 ? `\n  and ${p.problems.length - 20} more` : '\n '),
    () =>
      'Mend or remove them, or leave them out with --on-bad-image skip; "alexnet data check PATH" lists them all.',
  ),
  ALEX_DATA_LOADER: entry(
    1,
    (p: { reason: string }) => `the loader's worker failed: ${p.reason}`,
    () => 'Try again with --workers 0, which loads on the main thread.',
  ),
  ALEX_TENSOR_MISSING: entry(
    1,
    (p: { name: string }) => `the tensor ${p.name} is missing`,
    () => 'The file or the values belong to another network: check the network and the class count.',
  ),
  ALEX_TENSOR_OPERATION: entry(
    1,
    (p: { operation: string; problem: string }) => `${p.operation}: ${p.problem}`,
    () => 'Check the shapes of the tensors that it was given.',
  ),
  ALEX_MODEL_PRETRAINED: entry(
    2,
    (p: { network: string }) => `no trained weights of "${p.network}" come with this package`,
    () =>
      'Give pretrained: false to start from random weights, or read a file of weights with loadModel(path).',
  ),
  ALEX_MODEL_INPUT: entry(
    1,
    (p: { expected: readonly number[]; got: readonly number[] }) =>
      `the images of the batch are [${p.got.join(', ')}], expected [${p.expected.join(', ')}]`,
    (p) =>
      `Put transforms.resize(${p.expected[1]}) into the data set's transform, or build the model with inputSize.`,
  ),
  ALEX_MODEL_ORDER: entry(
    1,
    (p: { problem: string }) => p.problem,
    () => 'For each batch, call in this order: zeroGrad, forward, the criterion, backward, step.',
  ),
  ALEX_MODEL_BATCH_RELEASED: entry(
    1,
    (p: { call: string }) => `${p.call} was called on a batch that went back to its loader`,
    () => 'Use a batch before the loop asks for the next: the loader writes the next images over it.',
  ),
  ALEX_MODEL_EVALUATING: entry(
    1,
    (p: { network: string }) => `"${p.network}" keeps no gradients: its first forward came after eval()`,
    () => 'Call model.train() before the forward that backward() follows.',
  ),
  ALEX_MODEL_LABELS: entry(
    1,
    (p: { problem: string }) => p.problem,
    () => 'Give one label an image, each a whole number from 0 and below the number of classes.',
  ),
  ALEX_MODEL_PARAMETERS: entry(
    2,
    (p: { problem: string }) => `the optimizer needs all parameters of one model; ${p.problem}`,
    () => 'Give it model.parameters().',
  ),
  ALEX_MODEL_NO_GRADIENTS: entry(
    1,
    (p: { network: string }) => `step() found no gradients of the optimizer's model "${p.network}"`,
    () => 'Call loss.backward() first, on outputs of the model whose parameters the optimizer was given.',
  ),
  ALEX_USAGE: entry(
    2,
    (p: { problem: string; command: string }) => p.problem,
    (p) => `Run "${p.command} --help" to see what it takes.`,
  ),
  ALEX_PREDICT_FAILED: entry(
    1,
    (p: { failed: readonly string[]; total: number }) =>
      `${p.failed.length} of ${p.total} images could not be read: ${p.failed.join(', ')}`,
    () => 'The message of each one is above; the other images were classified.',
  ),
  ALEX_IMAGE_READ: entry(
    1,
    (p: { name: string; problem: string }) => `${p.name} cannot be read: ${p.problem}`,
    () => 'Check the path, and that the file may be read.',
  ),
  ALEX_IMAGE_CHANGED: entry(
    1,
    (p: { name: string; bytes: number; expected: number }) =>
      `${p.name} has other than the ${p.expected.toLocaleString('en')} bytes that it had when the data set was opened`,
    () => 'Leave the files alone while they are used, and run the command again.',
  ),
  ALEX_IMAGE_EMPTY: entry(
    1,
    (p: { name: string }) => `${p.name} is an empty file`,
    () => 'Copy or download the image again.',
  ),
  ALEX_IMAGE_FORMAT: entry(
    1,
    (p: { name: string }) => `${p.name} is no image: it begins like none of PNG, JPEG, WebP, GIF, BMP`,
    () => 'Convert it to one of those formats.',
  ),
  ALEX_IMAGE_SIZE: entry(
    1,
    (p: { name: string; width: number; height: number; most: number }) =>
      `${p.name} claims ${p.width} × ${p.height} pixels; expected at least 1 and at most ${p.most} in all`,
    () => 'Scale the image down first.',
  ),
  ALEX_IMAGE_TRUNCATED: entry(
    1,
    (p: { name: string; format: string; problem: string }) =>
      `${p.name} is a ${p.format} image that is cut short: ${p.problem}`,
    () => 'Copy or download the image again.',
  ),
  ALEX_IMAGE_DAMAGED: entry(
    1,
    (p: { name: string; format: string; problem: string }) =>
      `${p.name} is a ${p.format} image that cannot be decoded: ${p.problem}`,
    () => 'Copy or download the image again, or save it anew with an image editor.',
  ),
  ALEX_IMAGE_UNSUPPORTED: entry(
    1,
    (p: { name: string; format: string; problem: string }) =>
      `${p.name} is a kind of ${p.format} image that is not supported: ${p.problem}`,
    () => 'Save it anew as an ordinary PNG or JPEG.',
  ),
  ALEX_FILE_READ: entry(
    1,
    (p: { path: string; reason: string }) => `${p.path} cannot be read: ${p.reason}`,
    () => 'Check the path, and that you may read it.',
  ),
  ALEX_FILE_WRITE: entry(
    1,
    (p: { path: string; reason: string }) => `${p.path} cannot be written: ${p.reason}`,
    () => 'Free some space, or choose another folder with --out DIR; what was there before is unchanged.',
  ),
  ALEX_SAFETENSORS_INVALID: entry(
    1,
    (p: { file: string; problem: string }) => `${p.file} is no valid safetensors file: ${p.problem}`,
    () => 'Save or download it again.',
  ),
  ALEX_SAFETENSORS_TRUNCATED: entry(
    1,
    (p: { file: string; bytes: number; expected: number }) =>
      `${p.file} is cut short: it has ${p.bytes.toLocaleString('en')} bytes, expected ${p.expected.toLocaleString('en')}`,
    () => 'Save or download it again.',
  ),
  ALEX_TENSOR_TYPE: entry(
    1,
    (p: { name: string; dtype: string }) =>
      `tensor ${p.name} is of type ${p.dtype}, expected F32, F16, BF16 or F64`,
    () => 'Convert the file to float32 first.',
  ),
  ALEX_MODEL_FORMAT: entry(
    1,
    (p: { file: string; known: readonly string[] }) =>
      `${p.file} is no model file: it begins like none of ${p.known.join(', ')}`,
    () => 'Check the path, or save or download the file again.',
  ),
  ALEX_MODEL_EXTENSION: entry(
    2,
    (p: { path: string; known: readonly string[] }) =>
      `the name of ${p.path} does not say which format to write; expected one that ends in ${p.known.join(', ')}`,
    () => 'Give the file a name with one of those endings.',
  ),
  ALEX_MODEL_METADATA: entry(
    1,
    (p: { file: string; problem: string }) =>
      `the description of the model in ${p.file} is wrong: ${p.problem}`,
    () =>
      'Save the model again with this version of alexnet, or remove the metadata to have the network guessed.',
  ),
  ALEX_MODEL_UNMATCHED: entry(
    1,
    (p: { file: string; known: readonly string[]; closest: string; difference: string }) =>
      `the tensors of ${p.file} are those of no known network (${p.known.join(', ')}); closest is ${p.closest}, but ${p.difference}`,
    (p) => `Compare with "alexnet info ${p.closest}"; names and shapes must be torchvision's.`,
  ),
  ALEX_MODEL_NOT_FINITE: entry(
    1,
    (p: { file: string; tensor: string; value: number }) =>
      `${p.tensor} in ${p.file} has the value ${p.value}; weights must be finite`,
    () => 'The training that made it diverged: train again with a smaller --lr.',
  ),
  ALEX_MODEL_CLASSES: entry(
    1,
    (p: { model: string; classes: number; dataset: string; expected: number }) =>
      `${p.model} tells ${p.classes} classes apart, and the data set ${p.dataset} has ${p.expected}`,
    () => 'Use the data set that it was made for, or a network with that number of classes.',
  ),
  ALEX_TRAINING_NOT_FINITE: entry(
    1,
    (p: { what: string; value: number; epoch: number; step: number; learningRate: number }) =>
      `${p.what} became ${p.value} at epoch ${p.epoch}, step ${p.step}, with learning rate ${p.learningRate}`,
    (p) =>
      `Train again with a smaller --lr, such as ${p.learningRate / 10}; the last checkpoint was left as it is.`,
  ),
  ALEX_EVALUATION_NOT_FINITE: entry(
    1,
    (p: { index: number }) => `the network's outputs for image ${p.index} are not all finite numbers`,
    () => 'The weights are damaged or diverged: train again with a smaller --lr.',
  ),
  ALEX_CHECKPOINT_INVALID: entry(
    1,
    (p: { path: string; problem: string }) => `${p.path} is no checkpoint that can be resumed: ${p.problem}`,
    () => 'Start a new run; --init FILE can begin it with the weights of a model file.',
  ),
  ALEX_RUN_EXISTS: entry(
    2,
    (p: { folder: string }) => `${p.folder} holds a training run already`,
    (p) => `Go on with it by --resume ${p.folder}, or choose another folder with --out DIR.`,
  ),
  ALEX_RESUME_MISSING: entry(
    1,
    (p: { folder: string; missing: string }) =>
      `there is nothing to resume in ${p.folder}: it has no ${p.missing}`,
    () => 'Give the folder of a run that has written a checkpoint.',
  ),
  ALEX_RESUME_DIFFERS: entry(
    2,
    (p: { folder: string; option: string; was: string; now: string }) =>
      `the run in ${p.folder} has ${p.option} ${p.was}, and now it is ${p.now}`,
    (p) => `Resume without another ${p.option}, or start a new run.`,
  ),
} as const satisfies Record<string, Entry<never>>;

export type Catalogue = typeof catalogue;
export type ErrorCode = keyof Catalogue;
/** What must be told to raise the error with this code. */
export type ErrorParameters<C extends ErrorCode> = Parameters<Catalogue[C]['says']>[0];

/** An error from the catalogue. `message` is the whole text, code first. */
export class AlexnetError extends Error {
  readonly code: ErrorCode;
  readonly advice: string;
  readonly exitCode: 1 | 2;

  constructor(code: ErrorCode, says: string, advice: string, exitCode: 1 | 2, cause?: unknown) {
    super(`${code}: ${says}. ${advice}`, cause === undefined ? undefined : { cause });
    this.name = 'AlexnetError';
    this.code = code;
    this.advice = advice;
    this.exitCode = exitCode;
  }
}

/** Makes the error with this code; the caller throws it. */
export function alexnetError<C extends ErrorCode>(
  code: C,
  parameters: ErrorParameters<C>,
  cause?: unknown,
): AlexnetError {
  // The union of entries cannot be called with a union of parameters: the signature above has checked them.
  const found = catalogue[code] as unknown as Entry<ErrorParameters<C>>;
  return new AlexnetError(code, found.says(parameters), found.advice(parameters), found.exit, cause);
}
