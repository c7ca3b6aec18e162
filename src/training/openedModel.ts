/**
 * Model files, in any format, wherever they are: tensors with torchvision's names, readable by PyTorch's tools as they
 * are, and a description that says how to use them. Bare files of a known network work too.
 */
import { checkDeterministic } from '../data/transforms.ts';
import { alexnetError } from '../errors.ts';
import type { FileTarget } from '../formats/fileTarget.ts';
import type { OpenedFile } from '../formats/openedFile.ts';
import { narrowValues, type FloatDtype } from '../formats/tensors.ts';
import { classCount, parameterShapes } from '../network/shapes.ts';
import type { NetworkSpec } from '../network/spec.ts';
import { buildNetwork } from '../network/zoo/networks.ts';
import { withoutCounters } from './batchCounters.ts';
import { describedModel, type ModelFile } from './describedModel.ts';
import { classNames, inferNetwork, saidNetwork, usualTransforms, type FindNetwork } from './inferNetwork.ts';
import {
  checkFinite,
  descriptionText,
  parseDescription,
  type GivenDescription,
  type Model,
  type ModelDescription,
} from './modelDescription.ts';
import type { ModelSource } from './modelFormats/modelFormat.ts';
import { openModelSource, type WritableFormat } from './modelFormats/modelFormats.ts';

export interface LoadModelOptions {
  /** Class names for a file that has none of its own and this number of classes. */
  readonly classes?: readonly string[];
  /** Name in the zoo, or file, of the network whose weights a file has that does not say so itself. */
  readonly network?: string;
  /** Name of the zoo's network that such weights are taken for where they fit several. */
  readonly expectedNetwork?: string;
}

export interface SaveModelOptions {
  /** Type of the weights in the file. Default F32. */
  readonly dtype?: FloatDtype;
  /** For ONNX: pixels go in, and what the transforms do to them is in the file, but for resizing and cropping. */
  readonly preprocessing?: boolean;
}

/**
 * Opens a file as a model, told by its content, and checks names and shapes of its tensors; whoever opened the file closes
 * it when that fails. `findNetwork` knows the networks that \`options.network\` may name. Default: the zoo's.
 * Throws ALEX_FILE_READ, ALEX_MODEL_FORMAT, the format's own errors, ALEX_MODEL_METADATA, ALEX_MODEL_UNMATCHED,
 * ALEX_MODEL_AMBIGUOUS, ALEX_TENSOR_MISSING, ALEX_TENSOR_UNKNOWN, ALEX_TENSOR_SHAPE.
 */
export async function openModelIn(
  opened: OpenedFile,
  options: LoadModelOptions = {},
  findNetwork: FindNetwork = buildNetwork,
): Promise<ModelFile> {
  const path = opened.name;
  const file = await openModelSource(opened);
  const tensors = withoutCounters(file.tensors);
  const description = await describe(path, file, tensors, { ...options, findNetwork });
  return describedModel(path, { ...file, tensors }, description);
}

/** Reads all of a model file that is open, and closes it. Throws as its readParameter does. */
export async function readModel({
  close,
  readParameter,
  format: _format,
  dtypes: _dtypes,
  ...description
}: ModelFile): Promise<Model> {
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

/**
 * How a model is written, one parameter at a time, checked before anything is. Throws ALEX_OPTION_VALUE for preprocessing
 * where the format has none, ALEX_DATA_TRANSFORMS; what it returns throws ALEX_MODEL_NOT_FINITE, ALEX_TENSOR_RANGE, and
 * what the target and `readParameter` throw.
 */
export function modelWriter(
  { write, computes, name: format }: WritableFormat,
  description: GivenDescription,
  readParameter: (name: string) => Float32Array | Promise<Float32Array>,
  { dtype = 'F32', preprocessing = false }: SaveModelOptions = {},
): (target: FileTarget) => Promise<void> {
  const { network, classes } = description;
  const transforms = checkDeterministic(description.transforms);
  if (preprocessing && computes !== true) {
    const expected = `nothing for ${format}: of the formats only ONNX computes`;
    throw alexnetError('ALEX_OPTION_VALUE', { option: 'preprocessing', value: preprocessing, expected });
  }
  const about = descriptionText(description);
  return (target) => {
    const tensors = parameterShapes(network).map(({ name, shape }) => ({
      name,
      shape,
      dtype,
      read: async () => narrowValues(name, checkFinite(target.name, name, await readParameter(name)), dtype),
    }));
    return write(target, { network, classes, transforms, about, tensors, preprocessing });
  };
}

async function describe(
  path: string,
  file: ModelSource,
  tensors: ModelSource['tensors'],
  options: LoadModelOptions & { readonly findNetwork: FindNetwork },
): Promise<ModelDescription> {
  const { network: said } = options;
  if (said !== undefined && (file.about !== undefined || file.network !== undefined)) {
    const expected = `nothing: ${path} says its own network`;
    throw alexnetError('ALEX_OPTION_VALUE', { option: 'network', value: said, expected });
  }
  if (file.about !== undefined) return parseDescription(path, file.about);
  const bare = (): NetworkSpec => inferNetwork(path, tensors, options.expectedNetwork);
  const network =
    file.network ?? (said === undefined ? bare() : await saidNetwork(said, tensors, options.findNetwork));
  const count = classCount(network);
  return {
    network,
    classes: classNames(count, options.classes),
    transforms: usualTransforms(network, count),
    details: {},
  };
}
