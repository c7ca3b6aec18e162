import type { CompileOptions, Engine, Program } from '../engine.ts';
import type { NetworkSpec } from '../../network/spec.ts';
import { compileReference } from './program.ts';

/** The engine of plain loops in float64, one thread: slow, obvious, the truth that other engines are held to. */
export function createReferenceEngine(): Engine {
  return {
    name: 'reference',
    target: 'float64',
    threads: 1,
    compile: async (network: NetworkSpec, options: CompileOptions): Promise<Program> =>
      compileReference(network, options),
  };
}
