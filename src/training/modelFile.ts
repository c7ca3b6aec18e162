/**
 * Model files, in any format: tensors with torchvision's names, readable by PyTorch's tools as they are, and a
 * description that says how to use them. Bare files of a known network work too.
 */
import { checkDeterministic, type TransformStep } from '../data/transforms.ts';
import { alexnetError } from '../errors.ts';
import { float32Values, narrowValues, type Dtype, type FloatDtype } from '../formats/tensors.ts';
import { parseNetwork } from '../network/parseNetwork.ts';
import { classCount, parameterShapes } from '../network/shapes.ts';
import type { NetworkSpec } from '../network/spec.ts';
import { withoutCounters } from './batchCounters.ts';
import { checkTensors } from './checkTensors.ts';
import { firstNotFinite } from './firstNotFinite.ts';
import { classNames, inferNetwork, saidNetwork, usualTransforms } from './inferNetwork.ts';
import type { ModelSource } from './modelFormats/modelFormat.ts';
import { formatToWrite, openModelSource } from './modelFormats/modelFormats.ts';

/** All that is needed to use a network, but its weights. */
export interface ModelDescription {
  readonly network: NetworkSpec;
  /** Names by class index. */
  readonly classes: readonly string[];
  /** From an image to the network's input; none of them random. */
  readonly transforms: readonly TransformStep[];
  /** How it came about, such as the data set and the recipe. Free form, JSON. */
  readonly details: Readonly<Record<string, unknown>>;
}

export interface Model extends ModelDescription {
  /** By name, in the order of the network's layers, in PyTorch's layouts. */
  readonly parameters: ReadonlyMap<string, Float32Array>;
}

/** A model file that is open: parameters are read one at a time. */
export interface ModelFile extends ModelDescription {
  /** What the file's format is called. */
  readonly format: string;
  /** Types of its weights, in the file. */
  readonly dtypes: readonly Dtype[];
  /** Throws ALEX_MODEL_NOT_FINITE, ALEX_TENSOR_TYPE, ALEX_FILE_READ. */
  readParameter(name: string): Promise<Float32Array>;
  close(): Promise<void>;
}

export interface LoadModelOptions {
  /** Class names for a file that has none of its own and this number of classes. */
  readonly classes?: readonly string[];
  /** Name in the zoo, or file, of the network whose weights a file has that does not say so itself. */
  readonly network?: string;
  /** Name of the zoo's network that such weights are taken for where they fit several. */
  readonly expectedNetwork?: string;
}

const version = 1;

export interface SaveModelOptions {
  /** Type of the weights in the file. Default F32. */
  readonly dtype?: FloatDtype;
  /** For ONNX: pixels go in, and what the transforms do to them is in the file, but for resizing and cropping. */
  readonly preprocessing?: boolean;
}

/**
 * Writes a model file atomically, reading one parameter at a time; its name's ending says the format. Throws
 * ALEX_MODEL_EXTENSION, ALEX_OPTION_VALUE for preprocessing where the format has none, ALEX_FILE_WRITE,
 * ALEX_MODEL_NOT_FINITE, ALEX_TENSOR_RANGE (the old file is left), and what `readParameter` throws.
 */
export async function saveModel(
  path: string,
  description: GivenDescription,
  readParameter: (name: string) => Float32Array | Promise<Float32Array>,
  { dtype = 'F32', preprocessing = false }: SaveModelOptions = {},
): Promise<void> {
  const { network, classes } = description;
  const transforms = checkDeterministic(description.transforms);
  const { write, computes, name: format } = formatToWrite(path);
  if (preprocessing && computes !== true) {
    const expected = `nothing for ${format}: of the formats only ONNX computes`;
    throw alexnetError('ALEX_OPTION_VALUE', { option: 'preprocessing', value: preprocessing, expected });
  }
  const tensors = parameterShapes(network).map(({ name, shape }) => ({
    name,
    shape,
    dtype,
    read: async () => narrowValues(name, checkFinite(path, name, await readParameter(name)), dtype),
  }));
  const about = descriptionText(description);
  await write(path, { network, classes, transforms, about, tensors, preprocessing });
}

type GivenDescription = Omit<ModelDescription, 'details'> & Partial<ModelDescription>;

/** The description as files hold it: JSON. */
export function descriptionText({ network, classes, transforms, details = {} }: GivenDescription): string {
  return JSON.stringify({ version, network, classes, transforms, details });
}

/**
 * Opens a model file, told by its content, and checks names and shapes of its tensors.
 * Throws ALEX_FILE_READ, ALEX_MODEL_FORMAT, the format's own errors, ALEX_MODEL_METADATA, ALEX_MODEL_UNMATCHED, ALEX_MODEL_AMBIGUOUS,
 * ALEX_TENSOR_MISSING, ALEX_TENSOR_UNKNOWN, ALEX_TENSOR_SHAPE.
 */
export async function openModel(path: string, options: LoadModelOptions = {}): Promise<ModelFile> {
  const file = await openModelSource(path);
  try {
    const tensors = withoutCounters(file.tensors);
    const description = await describe(path, file, tensors, options);
    checkTensors(tensors, parameterShapes(description.network));
    return {
      ...description,
      format: file.format,
      dtypes: [...new Set([...tensors.values()].map(({ dtype }) => dtype))],
      readParameter: async (name) => checkFinite(path, name, float32Values(name, await file.read(name))),
      close: () => file.close(),
    };
  } catch (error) {
    await file.close();
    throw error;
  }
}

/** Reads a model file whole. Throws as openModel and its readParameter do. */
export async function loadModel(path: string, options: LoadModelOptions = {}): Promise<Model> {
  const {
    close,
    readParameter,
    format: _format,
    dtypes: _dtypes,
    ...description
  } = await openModel(path, options);
  try {
    const parameters = new Map<string, Float32Array>();
    for (const { name } of parameterShapes(description.network)) {
      parameters.set(name, await readParameter(name));
    }
    return { ...description, parameters };
  } finally {
    await close();
  }
}

async function describe(
  path: string,
  file: ModelSource,
  tensors: ModelSource['tensors'],
  options: LoadModelOptions,
): Promise<ModelDescription> {
  const { network: said } = options;
  if (said !== undefined && (file.about !== undefined || file.network !== undefined)) {
    const expected = `nothing: ${path} says its own network`;
    throw alexnetError('ALEX_OPTION_VALUE', { option: 'network', value: said, expected });
  }
  if (file.about !== undefined) return parseDescription(path, file.about);
  const bare = (): NetworkSpec => inferNetwork(path, tensors, options.expectedNetwork);
  const network = file.network ?? (said === undefined ? bare() : await saidNetwork(said, tensors));
  const count = classCount(network);
  return {
    network,
    classes: classNames(count, options.classes),
    transforms: usualTransforms(network, count),
    details: {},
  };
}

function parseDescription(file: string, text: string): ModelDescription {
  const wrong = (problem: string, cause?: unknown): Error =>
    alexnetError('ALEX_MODEL_METADATA', { file, problem }, cause);
  let about: unknown;
  try {
    about = JSON.parse(text);
  } catch (error) {
    throw wrong('it is no JSON', error);
  }
  const { version: found, classes, transforms, details, ...rest } = (about ?? {}) as Record<string, unknown>;
  if (found !== version) throw wrong(`its version is ${JSON.stringify(found)}, expected ${version}`);
  const network = parseNetwork(rest['network'], wrong);
  const count = classCount(network);
  if (!Array.isArray(classes) || !classes.every((name) => typeof name === 'string')) {
    throw wrong('its classes are no list of names');
  }
  if (classes.length !== count)
    throw wrong(`it names ${classes.length} classes, and its network has ${count}`);
  const isObject = typeof details === 'object' && details !== null;
  return {
    network,
    classes,
    transforms: checkDeterministic(transforms),
    details: isObject ? (details as Record<string, unknown>) : {},
  };
}

/** The values themselves. Throws ALEX_MODEL_NOT_FINITE. */
function checkFinite(file: string, tensor: string, values: Float32Array): Float32Array {
  const value = firstNotFinite(values);
  if (value !== undefined) throw alexnetError('ALEX_MODEL_NOT_FINITE', { file, tensor, value });
  return values;
}
