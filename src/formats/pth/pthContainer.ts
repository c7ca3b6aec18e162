import type { PickleValue } from '../pickle.ts';
import { quoted } from '../quoted.ts';
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

/** Checks that a storage is there, with the bytes that the pickle says. Throws PthError. */
export function checkStorage(found: number | undefined, { key, bytes }: PthStorage): asserts found is number {
  if (found === undefined) throw new PthError(`the storage ${quoted(key)} is missing`);
  if (found < bytes) {
    throw new PthError(`the storage ${quoted(key)} has ${found} bytes, expected ${bytes}`);
  }
}
