import type { PickleValue } from '../pickle.ts';
import { dtypes } from '../tensors.ts';
import type { PthStorage } from './torchObjects.ts';

/** Where a form of PyTorch file keeps its parts. */
export interface PthContainer {
  /** What was saved. */
  readonly root: PickleValue;
  /** Reads so many bytes from a place of a storage. Throws PthError, and what the form throws. */
  readStorage(storage: PthStorage, from: number, length: number): Promise<ArrayBuffer>;
  /** A text that lies beside PyTorch's own parts. */
  readExtra(name: string): Promise<string | undefined>;
}

/** A file is unlike what PyTorch writes; the caller says which file. */
export class PthError extends Error {}

/** Checks that a storage has the bytes that its tensors expect. Throws PthError. */
export function checkStorage(bytes: number | undefined, storage: PthStorage): asserts bytes is number {
  const { key, base, elements, dtype } = storage;
  if (bytes === undefined) throw new PthError(`the storage ${JSON.stringify(key)} is missing`);
  const expected = (base + elements) * dtypes[dtype].BYTES_PER_ELEMENT;
  if (bytes < expected) {
    throw new PthError(`the storage ${JSON.stringify(key)} has ${bytes} bytes, expected ${expected}`);
  }
}
