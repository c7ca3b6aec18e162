import { alexnetError } from '../../errors.ts';
import type { CompileOptions } from '../engine.ts';
import type { Host } from './host.ts';
import type { Plan } from './plan/lower.ts';

const pageBytes = 65536;

/** The memory that a plan wants. Throws ALEX_ENGINE_MEMORY. */
export function allocateMemory(
  { bytes }: Plan['memory'],
  { batchSize, training }: CompileOptions,
  host: Host,
): WebAssembly.Memory {
  try {
    return host.allocate(Math.ceil(bytes / pageBytes), { training });
  } catch (error) {
    throw alexnetError('ALEX_ENGINE_MEMORY', { bytes, batchSize }, error);
  }
}
