import type { OpenedFile } from '../openedFile.ts';
import { readPickle } from '../pickle.ts';
import { quoted } from '../quoted.ts';
import { readZip, type ZipEntry } from '../zip/readZip.ts';
import { checkStorage, PthError, type PthContainer } from './pthContainer.ts';
import { torchPickle, type PthStorage } from './torchObjects.ts';

const mostTextBytes = 5_000_000;
const mostPickleBytes = 16_000_000;
const pickleName = 'data.pkl';

/**
 * The form since PyTorch 1.6: a zip archive of stored entries, in one folder of any name: `data.pkl`, `data/KEY` for
 * each storage, `byteorder`. Throws PthError, ZipError, PickleError.
 */
export async function readZipContainer(file: OpenedFile): Promise<PthContainer> {
  const entries = await readZip(file);
  const folder = findFolder(entries);
  const byteOrder = await readText(entries.get(`${folder}byteorder`));
  if (byteOrder !== undefined && byteOrder.trim() !== 'little') {
    throw new PthError(`its byte order is ${quoted(byteOrder)}, expected "little"`);
  }
  const pickle = await readSmall(entries.get(folder + pickleName)!, mostPickleBytes);
  return {
    root: readPickle(pickle, torchPickle),
    readStorage: (storage, from, length) => readStorage(entries, folder, storage, from, length),
    readExtra: (name) => readText(entries.get(`${folder}extra/${name}`)),
  };
}

function findFolder(entries: ReadonlyMap<string, ZipEntry>): string {
  const names = [...entries.keys()];
  const found = names.filter((name) => /^[^/]*\/[^/]*$/.test(name) && name.endsWith(`/${pickleName}`));
  if (found.length !== 1) {
    throw new PthError(`it is a zip archive with ${found.length} ${pickleName}, expected 1`);
  }
  const folder = found[0]!.slice(0, -pickleName.length);
  if (entries.has(`${folder}constants.pkl`)) {
    throw new PthError('it is a TorchScript program, expected the state_dict of a model');
  }
  return folder;
}

async function readStorage(
  entries: ReadonlyMap<string, ZipEntry>,
  folder: string,
  storage: PthStorage,
  from: number,
  length: number,
): Promise<ArrayBuffer> {
  const entry = entries.get(`${folder}data/${storage.key}`);
  checkStorage(entry?.size, storage);
  // What is read whole can be checked for damage.
  return from === 0 && length === entry!.size ? entry!.readAll() : entry!.read(from, length);
}

async function readSmall(entry: ZipEntry, most: number): Promise<Uint8Array> {
  if (entry.size > most) {
    throw new PthError(`${quoted(entry.name)} has ${entry.size} bytes, more than ${most}`);
  }
  return new Uint8Array(await entry.readAll());
}

async function readText(entry: ZipEntry | undefined): Promise<string | undefined> {
  return entry === undefined ? undefined : new TextDecoder().decode(await readSmall(entry, mostTextBytes));
}
