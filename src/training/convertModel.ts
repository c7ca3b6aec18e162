import {
  articleTransforms,
  checkDeterministic,
  imagenetTransforms,
  type TransformStep,
} from '../data/transforms.ts';
import { alexnetError } from '../errors.ts';
import type { ModelDescription } from './modelDescription.ts';
import { openModel, saveModel } from './modelFile.ts';
import type { LoadModelOptions, SaveModelOptions } from './openedModel.ts';
import { formatToWrite } from './modelFormats/modelFormats.ts';

export interface ConvertModelOptions extends SaveModelOptions, LoadModelOptions {
  /** From an image to the network's input, instead of what the file says or its number of classes suggests. */
  readonly transforms?: TransformsName | readonly TransformStep[];
}

/** Transforms by name, for the side of the network's input. */
const namedTransforms = { article: articleTransforms, imagenet: imagenetTransforms } as const;
export type TransformsName = keyof typeof namedTransforms;

/**
 * Writes a model file in the format that the new name says, one parameter at a time; `to` may be `from`. Class names and
 * transforms that are given take the place of the file's. Returns what the model is. Throws what openModel and saveModel
 * throw, ALEX_OPTION_VALUE for class names that are not as many as the classes; nothing is written then.
 */
export async function convertModel(
  from: string,
  to: string,
  { network, classes, transforms, ...options }: ConvertModelOptions = {},
): Promise<ModelDescription> {
  // A name that tells no format is told before anything is read.
  formatToWrite(to);
  const {
    readParameter,
    close,
    format: _format,
    dtypes: _dtypes,
    ...own
  } = await openModel(from, network === undefined ? {} : { network });
  try {
    const description = {
      ...own,
      classes: classes === undefined ? own.classes : checkedNames(classes, own.classes.length),
      transforms: transforms === undefined ? own.transforms : transformsOf(transforms, own),
    };
    await saveModel(to, description, readParameter, options);
    return description;
  } finally {
    await close();
  }
}

function checkedNames(names: readonly string[], count: number): readonly string[] {
  if (names.length === count) return names;
  const expected = `${count}, one for each class of the network`;
  throw alexnetError('ALEX_OPTION_VALUE', {
    option: 'the number of class names',
    value: names.length,
    expected,
  });
}

function transformsOf(
  transforms: TransformsName | readonly TransformStep[],
  { network: { input } }: ModelDescription,
): readonly TransformStep[] {
  if (typeof transforms === 'string') return namedTransforms[transforms](input.height);
  return checkDeterministic(transforms);
}
