import { totalmem } from 'node:os';

/** Bytes of memory that the system, or its control group, has left. */
export function memoryLimit(): number {
  // What macOS calls free is little, for it keeps files in all memory that nobody wants.
  return process.platform === 'darwin' ? totalmem() : process.availableMemory();
}
