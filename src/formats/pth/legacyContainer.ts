import type { FileHandle } from 'node:fs/promises';
import { PickleEndsEarly, readPickleAt, type PickleContext, type PickleValue } from '../pickle.ts';
import { readAt } from '../readAt.ts';
import { dtypes } from '../tensors.ts';
import { checkStorage, PthError, type PthContainer } from './pthContainer.ts';
import { text, torchPickle, type PthStorage } from './torchObjects.ts';

const magicNumber = 0x1950a86a20f9469cfc6cn;
const protocolVersion = 1001;
const countBytes = 8;
const mostPickleBytes = 16_000_000;

/** What the pickles at the start of a file say. */
interface Pickles {
  readonly root: PickleValue;
  /** Of the storages, in the order in which they follow. */
  readonly keys: readonly string[];
  /** Bytes of an element, by the storage's key. */
  readonly elementBytes: ReadonlyMap<string, number>;
  /** Where the storages begin. */
  readonly end: number;
}

interface Place {
  readonly at: number;
  readonly bytes: number;
}

/**
 * The form before PyTorch 1.6: pickles of a magic number, the version, the system, what was saved and the keys of
 * its storages; then each storage, its number of elements before it. Throws PthError, PickleError.
 */
export async function readLegacy(handle: FileHandle, size: number): Promise<PthContainer> {
  const { root, keys, elementBytes, end } = await readPickles(handle, size);
  const places = new Map<string, Place>();
  let at = end;
  for (const key of keys) {
    const each = elementBytes.get(key);
    if (each === undefined) throw new PthError(`no tensor has the storage ${JSON.stringify(key)}`);
    if (places.has(key)) throw new PthError(`it has the storage ${JSON.stringify(key)} twice`);
    if (at + countBytes > size) throw new PthError(`it is cut short: it has ${size} bytes`);
    const count = new DataView(await readAt(handle, at, countBytes)).getBigUint64(0, true);
    at += countBytes;
    const bytes = Number(count) * each;
    if (at + bytes > size)
      throw new PthError(`it is cut short: it has ${size} bytes, expected ${at + bytes}`);
    places.set(key, { at, bytes });
    at += bytes;
  }
  if (at !== size) throw new PthError(`it has ${size - at} bytes after its last storage`);
  return {
    root,
    readStorage: (storage, from, length) => readAt(handle, placeOf(places, storage) + from, length),
    readExtra: () => Promise.resolve(undefined),
  };
}

function placeOf(places: ReadonlyMap<string, Place>, storage: PthStorage): number {
  const place = places.get(storage.key);
  checkStorage(place?.bytes, storage);
  return place!.at;
}

/** How long the pickles are is known once they are read: tries with the first bytes, and then with more. */
async function readPickles(handle: FileHandle, size: number): Promise<Pickles> {
  for (let length = 1 << 16; ; length *= 4) {
    const bytes = new Uint8Array(await readAt(handle, 0, Math.min(length, size, mostPickleBytes)));
    try {
      return parsePickles(bytes);
    } catch (error) {
      if (!(error instanceof PickleEndsEarly) || length >= Math.min(size, mostPickleBytes)) throw error;
    }
  }
}

function parsePickles(bytes: Uint8Array): Pickles {
  let end = 0;
  const elementBytes = new Map<string, number>();
  const next = (context: PickleContext = { globals: {} }): PickleValue => {
    const pickle = readPickleAt(bytes, end, context);
    end = pickle.end;
    return pickle.value;
  };
  if (next() !== magicNumber) throw new PthError('it does not begin as a PyTorch file does');
  const version = next();
  if (version !== protocolVersion) throw new PthError(`its version is not ${protocolVersion}`);
  const system = next();
  if (!(system instanceof Map) || system.get('little_endian') !== true) {
    throw new PthError('its byte order is not little');
  }
  const root = next({
    ...torchPickle,
    persistentLoad: (id) => {
      const storage = torchPickle.persistentLoad(id);
      const each = dtypes[storage.dtype].BYTES_PER_ELEMENT;
      if ((elementBytes.get(storage.key) ?? each) !== each) {
        throw new PthError(`the storage ${JSON.stringify(storage.key)} is of two types`);
      }
      elementBytes.set(storage.key, each);
      return storage;
    },
  });
  const keys = next();
  if (!Array.isArray(keys)) throw new PthError('it does not say which storages follow');
  return { root, keys: keys.map((key) => text(key) ?? ''), elementBytes, end };
}
