import type { OpenedFile } from '../openedFile.ts';
import { PickleEndsEarly, readPickleAt, type PickleContext, type PickleValue } from '../pickle.ts';
import { quoted } from '../quoted.ts';
import { dtypes } from '../tensors.ts';
import { checkStorage, PthError, type PthContainer } from './pthContainer.ts';
import { text, torchPickle, type PthStorage } from './torchObjects.ts';

const magicNumber = 0x1950a86a20f9469cfc6cn;
const protocolVersion = 1001;
const countBytes = 8;
const mostPickleBytes = 16_000_000;

/** A storage as the pickle describes it. */
type Storage = Pick<PthStorage, 'dtype' | 'bytes'>;

/** What the pickles at the start of a file say. */
interface Pickles {
  readonly root: PickleValue;
  /** Of the storages, in the order in which they follow. */
  readonly keys: readonly string[];
  readonly storages: ReadonlyMap<string, Storage>;
  /** Where the storages begin. */
  readonly end: number;
}

/**
 * The form before PyTorch 1.6: pickles of a magic number, the version, the system, what was saved and the keys of
 * its storages; then each storage, its number of elements before it. Throws PthError, PickleError.
 */
export async function readLegacy(file: OpenedFile): Promise<PthContainer> {
  const pickles = await readPickles(file);
  const places = placesOf(pickles, file.size);
  return {
    root: pickles.root,
    readStorage: async (storage, from, length) => {
      const { key } = storage;
      const at = places.get(key);
      checkStorage(at === undefined ? undefined : pickles.storages.get(key)!.bytes, storage);
      await checkCount(file, at!, key, pickles.storages.get(key)!);
      return file.read(at! + from, length);
    },
    readExtra: () => Promise.resolve(undefined),
  };
}

/** Where each storage's elements begin. */
function placesOf({ keys, storages, end }: Pickles, size: number): ReadonlyMap<string, number> {
  const places = new Map<string, number>();
  let at = end;
  for (const key of keys) {
    const storage = storages.get(key);
    if (storage === undefined) throw new PthError(`no tensor has the storage ${quoted(key)}`);
    if (places.has(key)) throw new PthError(`it has the storage ${quoted(key)} twice`);
    places.set(key, at + countBytes);
    at += countBytes + storage.bytes;
  }
  if (at > size) throw new PthError(`it is cut short: it has ${size} bytes, expected ${at}`);
  if (at < size) throw new PthError(`it has ${size - at} bytes after its last storage`);
  return places;
}

/** The number of elements that stands before them must be that which the pickle says. */
async function checkCount(
  file: OpenedFile,
  at: number,
  key: string,
  { dtype, bytes }: Storage,
): Promise<void> {
  const count = new DataView(await file.read(at - countBytes, countBytes)).getBigUint64(0, true);
  const expected = bytes / dtypes[dtype].BYTES_PER_ELEMENT;
  if (Number(count) === expected) return;
  throw new PthError(`the storage ${quoted(key)} has ${count} elements, expected ${expected}`);
}

/** How long the pickles are is known once they are read: tries with the first bytes, and then with more. */
async function readPickles({ size, read }: OpenedFile): Promise<Pickles> {
  for (let length = 1 << 16; ; length *= 4) {
    const bytes = new Uint8Array(await read(0, Math.min(length, size, mostPickleBytes)));
    try {
      return parsePickles(bytes);
    } catch (error) {
      if (!(error instanceof PickleEndsEarly) || length >= Math.min(size, mostPickleBytes)) throw error;
    }
  }
}

function parsePickles(bytes: Uint8Array): Pickles {
  let end = 0;
  const storages = new Map<string, Storage>();
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
      const { key, bytes: whole, dtype } = storage;
      const before = storages.get(key) ?? storage;
      if (before.bytes !== whole || before.dtype !== dtype) {
        throw new PthError(`the storage ${quoted(key)} is of two types or sizes`);
      }
      storages.set(key, { dtype, bytes: whole });
      return storage;
    },
  });
  const keys = next();
  if (!Array.isArray(keys)) throw new PthError('it does not say which storages follow');
  return { root, keys: keys.map((key) => text(key) ?? ''), storages, end };
}
