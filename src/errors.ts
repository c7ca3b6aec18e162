/**
 * The catalogue of errors. Each has a code, a sentence that says what was expected and what came,
 * and a sentence that says what to do. Codes are stable: programs may match on them.
 */
import { CodedError } from './errors/codedError.ts';
import { dataErrors } from './errors/data.ts';
import { didYouMean, entry, type Entry } from './errors/entry.ts';
import { explainErrors } from './errors/explain.ts';
import { imageErrors } from './errors/images.ts';
import { labErrors } from './errors/labs.ts';
import { modelFileErrors } from './errors/modelFiles.ts';
import { onnxErrors } from './errors/onnx.ts';
import { reportErrors } from './errors/reports.ts';
import { serveErrors } from './errors/serve.ts';
import { studioErrors } from './errors/studio.ts';
import { webErrors } from './errors/web.ts';

const longestShown = 80;

function shown(value: unknown): string {
  const text = typeof value === 'object' ? JSON.stringify(value) : String(value);
  return text.length > longestShown ? `${text.slice(0, longestShown)}…` : text;
}

function inGigabytes(bytes: number): string {
  return `${(bytes / 1e9).toFixed(1)} GB`;
}

/** Every error that the library raises on purpose, by code. */
export const catalogue = {
  ...dataErrors,
  ...explainErrors,
  ...imageErrors,
  ...labErrors,
  ...modelFileErrors,
  ...onnxErrors,
  ...reportErrors,
  ...serveErrors,
  ...studioErrors,
  ...webErrors,
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
  ALEX_NETWORK_FILE: entry(
    1,
    (p: { path: string; problem: string }) => `${p.path} describes no network: ${p.problem}`,
    () => 'docs/networks.md shows what such a file looks like.',
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
      `${p.option} is ${shown(p.value)}; expected ${p.expected}`,
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
    (p: { engine: string; reason: string; advice?: string }) =>
      `the engine "${p.engine}" cannot run here: ${p.reason}`,
    (p) => p.advice ?? 'Run "alexnet doctor" to see which engines can.',
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
    (p: { problem: string }) => `the optimizer needs parameters of one model, each once; ${p.problem}`,
    () => 'Give it model.parameters(), or some of them.',
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
  ALEX_MODEL_CLASSES: entry(
    1,
    (p: { model: string; classes: number; dataset: string; expected: number }) =>
      `${p.model} tells ${p.classes} classes apart, and the data set ${p.dataset} has ${p.expected}`,
    () => 'Use the data set that it was made for, or a network with that number of classes.',
  ),
  ALEX_TRAINING_NOT_FINITE: entry(
    1,
    (p: NotFinite) =>
      `${p.what} became ${p.value} at epoch ${p.epoch}, step ${p.step}, with learning rate ${p.learningRate}`,
    (p) => {
      const smaller = Math.min(p.learningRate / 10, p.scheduled ?? Infinity);
      return (
        `Train again with a smaller --lr, such as ${smaller}; or go on with it from the last checkpoint, where there ` +
        `is one: it was left as it is. That is --resume RUN --lr ${smaller}.`
      );
    },
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
  ALEX_CONFIG_INVALID: entry(
    2,
    (p: { file: string; problem: string }) => `${p.file} is no file of training options: ${p.problem}`,
    () => 'Write one with "alexnet train --print-config", and change what should be another.',
  ),
  ALEX_CONFIG_KEY: entry(
    2,
    (p: { file: string; key: string; known: readonly string[] }) =>
      `${p.file} has ${JSON.stringify(p.key)}, which is no option of a training`,
    (p) => `${didYouMean(p.key, p.known)}Run "alexnet train --print-config" to see them all.`,
  ),
  ALEX_RUN_EXISTS: entry(
    2,
    (p: { folder: string }) => `${p.folder} holds a training run already`,
    (p) => `Go on with it by --resume ${p.folder}, or choose another folder with --out DIR.`,
  ),
  ALEX_RUN_IN_USE: entry(
    1,
    (p: { folder: string; pid: number; host: string; marker: string }) =>
      `process ${p.pid} on ${p.host} trains in ${p.folder} now`,
    (p) => `Stop it first, or wait for its end. If it is no more, as after a crash, delete ${p.marker}.`,
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

interface NotFinite {
  readonly what: string;
  readonly value: number;
  readonly epoch: number;
  readonly step: number;
  readonly learningRate: number;
  /** What the schedule said when that rate was ordered, where it was. */
  readonly scheduled?: number | undefined;
}

export type Catalogue = typeof catalogue;
export type ErrorCode = keyof Catalogue;
/** What must be told to raise the error with this code. */
export type ErrorParameters<C extends ErrorCode> = Parameters<Catalogue[C]['says']>[0];

/** An error from the catalogue. */
export class AlexnetError extends CodedError<ErrorCode> {}

/** The message without what to do: a line of a list of problems. */
export function problemOf({ message, advice }: AlexnetError): string {
  return message.slice(0, -`. ${advice}`.length);
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
