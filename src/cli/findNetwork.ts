/** The network that an argument names. */
import { alexnetError } from '../errors.ts';
import type { NetworkSpec } from '../network/spec.ts';
import { buildNetwork, networkNames } from '../network/zoo/networks.ts';
import { isNetworkFile, readNetworkFile } from '../training/networkFile.ts';
import { modelFile } from './modelPath.ts';

/** A name of the zoo, a file with a network, or else a model file; a word that looks like no path is a network that we do not know. */
export async function findNetwork(
  name: string,
  classes: number | undefined,
  defaultClasses: number,
): Promise<NetworkSpec> {
  if (isNetworkFile(name)) return readNetworkFile(name, classes ?? defaultClasses);
  const file = await modelFile(name);
  const isName =
    (networkNames as readonly string[]).includes(name) || (file === name && !/[/\\.]/.test(name));
  if (isName) return buildNetwork(name, { classes: classes ?? defaultClasses });
  return modelNetwork(file, classes);
}

/** The network of a model file, which may be asked for its own number of classes only. */
async function modelNetwork(file: string, classes: number | undefined): Promise<NetworkSpec> {
  const { openModel } = await import('../training/modelFile.ts');
  const model = await openModel(file);
  await model.close();
  const own = model.classes.length;
  if (classes === undefined || classes === own) return model.network;
  const expected = `${own}, which the model file has`;
  throw alexnetError('ALEX_OPTION_VALUE', { option: '--classes', value: classes, expected });
}
