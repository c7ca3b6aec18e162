/**
 * PyTorch's files, as torch.save writes them: a pickle that describes, and storages that hold the values. Since
 * PyTorch 1.6 that is a zip archive, before it a pickle followed by the storages. Nothing in a file is run.
 */
import { AlexnetError, alexnetError } from '../../errors.ts';
import type { OpenedFile } from '../openedFile.ts';
import { PickleError, PickleRefused, type PickleValue } from '../pickle.ts';
import { dtypes, type SafeTensor } from '../tensors.ts';
import { ZipError } from '../zip/readZip.ts';
import { readLegacy } from './legacyContainer.ts';
import { PthError, type PthContainer } from './pthContainer.ts';
import { tensorValues } from './tensorValues.ts';
import type { PthTensor } from './torchObjects.ts';
import { readZipContainer } from './zipContainer.ts';

/** A file that is open: what it describes is known, values are read tensor by tensor. */
export interface PthFile {
  /** What was saved: a dict is a Map, a tensor a PthTensor. */
  readonly root: PickleValue;
  /** Reads a tensor. Throws ALEX_PTH_INVALID, ALEX_FILE_READ. */
  read(tensor: PthTensor): Promise<SafeTensor>;
  /** A text that lies in the archive beside PyTorch's own entries. Throws ALEX_PTH_INVALID, ALEX_FILE_READ. */
  readExtra(name: string): Promise<string | undefined>;
  close(): Promise<void>;
}

const zipMagic = 0x504b_0304;

/**
 * Opens a file as a PyTorch file. Throws ALEX_FILE_READ, ALEX_PTH_INVALID, and ALEX_PTH_REFUSED, with the name, when
 * its pickle asks for a function that tensors do not need.
 */
export async function openPth(file: OpenedFile): Promise<PthFile> {
  const { name } = file;
  const container = await reading(name, () => openContainer(file));
  return {
    root: container.root,
    read: (tensor) => reading(name, () => readTensor(container, tensor)),
    readExtra: (extra) => reading(name, () => container.readExtra(extra)),
    close: () => file.close(),
  };
}

async function openContainer(file: OpenedFile): Promise<PthContainer> {
  if (file.size < 4) throw new PthError(`it has ${file.size} bytes`);
  const magic = new DataView(await file.read(0, 4)).getUint32(0);
  return magic === zipMagic ? readZipContainer(file) : readLegacy(file);
}

async function readTensor(container: PthContainer, tensor: PthTensor): Promise<SafeTensor> {
  const { storage, shape } = tensor;
  const { dtype, base } = storage;
  const bytes = dtypes[dtype].BYTES_PER_ELEMENT;
  const values = await tensorValues(tensor, async (from, count) => {
    return new dtypes[dtype](await container.readStorage(storage, (base + from) * bytes, count * bytes));
  });
  return { dtype, shape, values };
}

/** Faults of the parts become coded errors with the file's name. */
async function reading<T>(file: string, read: () => Promise<T>): Promise<T> {
  try {
    return await read();
  } catch (error) {
    if (error instanceof AlexnetError) throw error;
    if (error instanceof PickleRefused)
      throw alexnetError('ALEX_PTH_REFUSED', { file, asked: error.asked }, error);
    if (error instanceof PickleError) {
      throw alexnetError(
        'ALEX_PTH_INVALID',
        { file, problem: `its pickle is refused: ${error.message}` },
        error,
      );
    }
    if (error instanceof ZipError || error instanceof PthError) {
      throw alexnetError('ALEX_PTH_INVALID', { file, problem: error.message }, error);
    }
    throw error;
  }
}
