import { alexnetError } from '../errors.ts';
import { createCpuEngine } from './cpu/engine.ts';
import { engineNames, type Engine, type EngineName } from './engine.ts';
import { createReferenceEngine } from './reference/engine.ts';

/** Makes an engine by name. Throws ALEX_OPTION_VALUE, ALEX_ENGINE_UNAVAILABLE. */
export async function createEngine(name: EngineName, options: { threads?: number } = {}): Promise<Engine> {
  switch (name) {
    case 'cpu':
      return createCpuEngine(options);
    case 'x64':
    case 'wasm':
      return createCpuEngine({ ...options, target: name });
    case 'reference':
      return createReferenceEngine();
    default: {
      const expected = engineNames.join(', ');
      throw alexnetError('ALEX_OPTION_VALUE', {
        option: 'engine',
        value: name,
        expected: `one of ${expected}`,
      });
    }
  }
}
