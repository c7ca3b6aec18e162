/** Koffi, which calls native functions. It is an optional dependency: where it is missing, the engine does without. */
import { createRequire } from 'node:module';
import type koffiModule from 'koffi';

export type Koffi = typeof koffiModule;

/** For the thread that calls it. Throws where the package, or its build for this platform, is not installed. */
export function loadKoffi(): Koffi {
  const koffi = createRequire(import.meta.url)('koffi') as Koffi;
  // Koffi 3.3 reserves what a thread needs for calls when that thread loads its first library, not before.
  koffi.load(process.platform === 'win32' ? 'kernel32.dll' : null);
  return koffi;
}
