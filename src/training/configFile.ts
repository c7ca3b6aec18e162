/** Files of training options: JSON, one key an option, null for what is not set. */
import { readFile } from 'node:fs/promises';
import { alexnetError } from '../errors.ts';
import { duplicateKey } from '../formats/duplicateKey.ts';
import { readingFile } from '../formats/fileErrors.ts';
import { parseNetwork } from '../network/parseNetwork.ts';
import { checkOption, trainingConfig } from './config.ts';
import type { TrainingConfig, TrainingOptions } from './trainingOptions.ts';
import { optionChecks, type OptionName } from './optionChecks.ts';
import { optionError } from './optionError.ts';

/** Every option, in the order in which configurations have them. */
export const optionNames = Object.keys(optionChecks) as OptionName[];

/** Every option of a configuration, in the order of the options' list, as readConfigFile takes it back. */
export function configText(config: TrainingConfig): string {
  const all = Object.fromEntries(optionNames.map((name) => [name, config[name] ?? null]));
  return `${JSON.stringify(all, undefined, 2)}\n`;
}

/**
 * The configuration in a file; options that it leaves out are those of its `recipe`. Throws ALEX_FILE_READ,
 * ALEX_CONFIG_INVALID, ALEX_CONFIG_KEY, ALEX_OPTION_VALUE, ALEX_NETWORK_UNKNOWN, ALEX_NETWORK_LAYER,
 * ALEX_DATA_TRANSFORMS.
 */
export async function readConfigFile(path: string): Promise<TrainingConfig> {
  return parseConfig(path, await readingFile(path, () => readFile(path, 'utf8')));
}

/** The same from the file's text. */
export function parseConfig(file: string, text: string): TrainingConfig {
  const values = parseObject(file, text);
  for (const [key, value] of Object.entries(values)) {
    if (!isOptionName(key)) throw alexnetError('ALEX_CONFIG_KEY', { file, key, known: optionNames });
    if (value === null) continue;
    checkOption(key, value, `${key} in ${file}`);
  }
  const { network, ...others } = values;
  return trainingConfig({
    ...others,
    ...(network !== undefined && {
      network: typeof network === 'object' ? parsedNetwork(file, network) : network,
    }),
  } as TrainingOptions);
}

/**
 * The configuration of a new run: the options over those of their `config` file, if they name one. Throws what
 * readConfigFile and trainingConfig throw, and ALEX_OPTION_VALUE for a recipe that is not the file's.
 */
export async function newConfig(options: TrainingOptions): Promise<TrainingConfig> {
  if (options.config === undefined) return trainingConfig(options);
  const base = await readConfigFile(options.config);
  if (options.recipe !== undefined && options.recipe !== base.recipe) {
    throw optionError('recipe', options.recipe, `${base.recipe}, which is the recipe of ${options.config}`);
  }
  return trainingConfig(options, base);
}

function parsedNetwork(file: string, network: unknown): unknown {
  const invalid = (problem: string): Error => alexnetError('ALEX_CONFIG_INVALID', { file, problem });
  return network === null ? null : parseNetwork(network, invalid);
}

function parseObject(file: string, text: string): Record<string, unknown> {
  const invalid = (problem: string, cause?: unknown): Error =>
    alexnetError('ALEX_CONFIG_INVALID', { file, problem }, cause);
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw invalid(`it is no JSON (${(error as Error).message})`, error);
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw invalid('it is JSON, but no object with an option for each key');
  }
  const twice = duplicateKey(text);
  if (twice !== undefined) throw invalid(`it has ${JSON.stringify(twice)} twice`);
  return value as Record<string, unknown>;
}

function isOptionName(key: string): key is OptionName {
  return Object.hasOwn(optionChecks, key);
}
