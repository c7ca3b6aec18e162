/** Files with a network of one's own: JSON, or a TypeScript or JavaScript module. */
import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { alexnetError } from '../errors.ts';
import { duplicateKey } from '../formats/duplicateKey.ts';
import { readingFile } from '../formats/fileErrors.ts';
import { parseNetwork } from '../network/parseNetwork.ts';
import type { NetworkSpec } from '../network/spec.ts';

/**
 * The network that a file describes, for so many classes.
 *
 * JSON holds `name`, `input` and `layers` as NetworkSpec has them; the last layer's `outFeatures` may be "classes". A
 * module exports, by default or as `network`, the same as an object, or a function from { classes } to it.
 * Throws ALEX_FILE_READ, ALEX_NETWORK_FILE, ALEX_NETWORK_LAYER.
 */
export async function readNetworkFile(path: string, classes: number): Promise<NetworkSpec> {
  const invalid = (problem: string, cause?: unknown): Error =>
    alexnetError('ALEX_NETWORK_FILE', { path, problem }, cause);
  const text = await readingFile(path, () => readFile(path, 'utf8'));
  const value = path.endsWith('.json') ? parseJson(text, invalid) : await runModule(path, classes, invalid);
  return parseNetwork(withClasses(value, classes), invalid);
}

type Invalid = (problem: string, cause?: unknown) => Error;

function parseJson(text: string, invalid: Invalid): unknown {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw invalid(`it is no JSON (${(error as Error).message})`, error);
  }
  const twice = duplicateKey(text);
  if (twice !== undefined) throw invalid(`it has ${JSON.stringify(twice)} twice in an object`);
  return value;
}

async function runModule(path: string, classes: number, invalid: Invalid): Promise<unknown> {
  let exports: Readonly<Record<string, unknown>>;
  try {
    exports = (await import(pathToFileURL(resolve(path)).href)) as typeof exports;
    const network = exports['network'] ?? exports['default'];
    return typeof network === 'function' ? ((await network({ classes })) as unknown) : network;
  } catch (error) {
    throw invalid(`running it failed: ${String(error)}`, error);
  }
}

function withClasses(value: unknown, classes: number): unknown {
  const { layers, ...network } = (value ?? {}) as { layers?: unknown };
  if (!Array.isArray(layers)) return value;
  const set = (layer: unknown): unknown =>
    (layer as { outFeatures?: unknown } | null)?.outFeatures === 'classes'
      ? { ...(layer as object), outFeatures: classes }
      : layer;
  return { ...network, layers: layers.map(set) };
}
