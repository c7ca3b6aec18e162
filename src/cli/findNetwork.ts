/** The network that an argument names. */
import { alexnetError } from '../errors.ts';
import type { NetworkSpec } from '../network/spec.ts';
import { buildNetwork, networkNames } from '../network/zoo/networks.ts';
import { readNetworkFile } from '../training/networkFile.ts';
import { isNetworkFile } from '../training/networkFileName.ts';
import type { ModelFile } from '../training/describedModel.ts';
import { modelFile } from './modelPath.ts';

/** A network, and what its model file says besides where there is one. */
export interface FoundNetwork {
  readonly network: NetworkSpec;
  readonly file?: Pick<ModelFile, 'format' | 'dtypes' | 'classes' | 'transforms'>;
}

/** The network alone. Throws as findModel does. */
export async function findNetwork(
  name: string,
  classes: number | undefined,
  defaultClasses: number,
): Promise<NetworkSpec> {
  return (await findModel(name, classes, defaultClasses)).network;
}

/**
 * A name of the zoo, a file with a network, or else a model file; a word that looks like no path is a network that we do
 * not know. Throws ALEX_NETWORK_UNKNOWN, and what readNetworkFile and openModel throw.
 */
export async function findModel(
  name: string,
  classes: number | undefined,
  defaultClasses: number,
): Promise<FoundNetwork> {
  if (isNetworkFile(name)) return { network: await readNetworkFile(name, classes ?? defaultClasses) };
  const file = await modelFile(name);
  const isName =
    (networkNames as readonly string[]).includes(name) || (file === name && !/[/\\.]/.test(name));
  if (isName) return { network: buildNetwork(name, { classes: classes ?? defaultClasses }) };
  return openedModel(file, classes);
}

/** What a model file says; it may be asked for its own number of classes only. */
async function openedModel(path: string, classes: number | undefined): Promise<FoundNetwork> {
  const { openModel } = await import('../training/modelFile.ts');
  const { network, close, ...file } = await openModel(path);
  await close();
  const own = file.classes.length;
  if (classes === undefined || classes === own) return { network, file };
  const expected = `${own}, which the model file has`;
  throw alexnetError('ALEX_OPTION_VALUE', { option: '--classes', value: classes, expected });
}
