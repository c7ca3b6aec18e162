import type { CpuEngine } from '../engine/cpu/engine.ts';
import type { EngineName } from '../engine/engine.ts';
import { alexnetError } from '../errors.ts';

/** The CPU engine that `--engine` names, taking the time of each operation. Throws ALEX_OPTION_VALUE for `reference`. */
export async function createProfiledEngine(
  name: EngineName,
  threads: number | undefined,
): Promise<CpuEngine> {
  if (name === 'reference') {
    const expected = 'cpu, x64 or wasm: the reference engine is not made for speed';
    throw alexnetError('ALEX_OPTION_VALUE', { option: '--engine', value: name, expected });
  }
  const { createCpuEngine } = await import('../engine/cpu/engine.ts');
  return createCpuEngine({ threads, target: name === 'cpu' ? 'auto' : name, profile: true });
}
