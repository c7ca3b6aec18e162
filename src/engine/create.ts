import { alexnetError } from '../errors.ts';
import { createCpuEngine } from './cpu/engine.ts';
import type { Engine, EngineName } from './engine.ts';
import { createReferenceEngine } from './reference/engine.ts';

export const engineNames: readonly EngineName[] = ['cpu', 'reference'];

/** Makes an engine by name. Throws ALEX_OPTION_VALUE, ALEX_ENGINE_UNAVAILABLE. */
export async function createEngine(name: EngineName, options: { threads?: number } = {}): Promise<Engine> {
  switch (name) {
    case 'cpu':
      return createCpuEngine(options);
    case 'reference':
      return createReferenceEngine();
    default:
      throw alexnetError('ALEX_OPTION_VALUE', {
        option: 'engine',
        value: name,
        expected: engineNames.join(' or '),
      });
  }
}
