/**
 * Safetensors in several files, as Hugging Face's tools save large models: `model.safetensors.index.json` says which
 * tensor is in which file beside it (`weight_map`).
 */
import { alexnetError } from '../errors.ts';
import { duplicateKey } from './duplicateKey.ts';
import { closingOnFailure, type OpenedFile } from './openedFile.ts';
import { openSafetensorsIn, type SafetensorsFile } from './safetensors.ts';
import type { TensorFile, TensorType } from './tensors.ts';

const mostIndexBytes = 5_000_000;
const mostShards = 1000;

/**
 * Opens all files that an index names, which must lie beside it, as one. Throws ALEX_FILE_READ,
 * ALEX_SAFETENSORS_TRUNCATED, ALEX_SAFETENSORS_INVALID.
 */
export async function openShardedSafetensors(index: OpenedFile): Promise<TensorFile> {
  const shardOf = parseIndex(index.name, await readIndex(index));
  const shards = new Map<string, SafetensorsFile>();
  const close = async (): Promise<void> => {
    for (const shard of shards.values()) await shard.close();
  };
  try {
    for (const name of new Set(shardOf.values())) shards.set(name, await openShard(index, name));
    const tensors = new Map<string, TensorType>();
    for (const [name, shard] of shardOf) {
      const tensor = shards.get(shard)!.tensors.get(name);
      if (tensor === undefined) throw invalid(index.name, `${shard} has no tensor ${JSON.stringify(name)}`);
      tensors.set(name, tensor);
    }
    return {
      tensors,
      metadata: Object.assign({}, ...[...shards.values()].map(({ metadata }) => metadata)),
      read: async (name) => {
        const shard = shardOf.get(name);
        if (shard === undefined) throw alexnetError('ALEX_TENSOR_MISSING', { name });
        return shards.get(shard)!.read(name);
      },
      close: async () => {
        await close();
        await index.close();
      },
    };
  } catch (error) {
    await close();
    throw error;
  }
}

async function openShard(index: OpenedFile, name: string): Promise<SafetensorsFile> {
  const file = await index.openBeside?.(name);
  if (file === undefined) throw invalid(index.name, `its tensors are in other files; expected all in one`);
  return closingOnFailure(file, openSafetensorsIn);
}

async function readIndex({ name, size, read }: OpenedFile): Promise<string> {
  if (size > mostIndexBytes) throw invalid(name, `it has ${size} bytes, more than ${mostIndexBytes}`);
  return new TextDecoder().decode(await read(0, size));
}

/** The name of the file of each tensor. */
function parseIndex(path: string, text: string): ReadonlyMap<string, string> {
  let index: unknown;
  try {
    index = JSON.parse(text);
  } catch (error) {
    throw invalid(path, 'it is no JSON', error);
  }
  const twice = duplicateKey(text);
  if (twice !== undefined) throw invalid(path, `it has ${JSON.stringify(twice)} twice`);
  const { weight_map: map } = (index ?? {}) as { weight_map?: unknown };
  if (typeof map !== 'object' || map === null || Array.isArray(map)) {
    throw invalid(path, 'it has no weight_map');
  }
  const shardOf = new Map(Object.entries(map).map(([name, shard]) => [name, shardName(path, shard)]));
  if (new Set(shardOf.values()).size > mostShards)
    throw invalid(path, `it names more than ${mostShards} files`);
  return shardOf;
}

/** A file beside the index: its plain name, which leads nowhere else. */
function shardName(path: string, name: unknown): string {
  if (typeof name === 'string' && /^[^/\\\0]+\.safetensors$/.test(name)) return name;
  throw invalid(path, `it names the file ${JSON.stringify(name)}, expected a .safetensors file beside it`);
}

function invalid(file: string, problem: string, cause?: unknown): Error {
  return alexnetError('ALEX_SAFETENSORS_INVALID', { file, problem }, cause);
}
