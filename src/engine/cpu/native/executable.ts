/** Machine code in memory from which it can run. No page is ever writable and executable at once. */
import type { Koffi } from './koffi.ts';
import type { SystemMemory } from './systemMemory.ts';

export interface Executable {
  /** Of the first byte. */
  readonly address: bigint;
  /** Gives the memory back. Nothing may run in it any more. */
  release(): void;
}

/** Puts code where it can run. Throws where the system refuses, and then holds no memory. */
export function makeExecutable(koffi: Koffi, system: SystemMemory, code: Uint8Array): Executable {
  const bytes = code.length;
  const address = system.allocate(bytes);
  const release = (): void => system.release(address, bytes);
  try {
    koffi.encode(address, 'uint8', code, bytes);
    system.makeExecutable(address, bytes);
  } catch (error) {
    release();
    throw error;
  }
  return { address, release };
}
