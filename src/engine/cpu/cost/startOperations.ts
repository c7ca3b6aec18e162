/** A list of operations without a network around it, on threads that take the time of each. */
import { compileKernels } from '../compileKernels.ts';
import { askForHugePages } from '../native/hugePages.ts';
import type { BuiltMemory } from '../plan/builder.ts';
import type { Operation } from '../plan/operations.ts';
import type { CpuTarget } from '../targets/targets.ts';
import { controlWords, phases } from '../threads/control.ts';
import { instantiate } from '../threads/instance.ts';
import { createTeam } from '../threads/team.ts';

export interface RunningOperations {
  /** Runs all, for a batch of one image, and returns the milliseconds of each. */
  run(): Promise<readonly number[]>;
  close(): Promise<void>;
}

const pageBytes = 65536;

export function startOperations(
  built: BuiltMemory,
  operations: readonly Operation[],
  { threads, target }: { readonly threads: number; readonly target: CpuTarget },
): RunningOperations {
  const pages = Math.ceil(built.bytes / pageBytes);
  const memory = new WebAssembly.Memory({ initial: pages, maximum: pages, shared: true });
  askForHugePages(memory);
  const { compiled, release } = compileKernels(built.kernels, target, memory);
  const instance = instantiate(compiled, memory);
  // What was never written is one page of zeros to the system, which the caches always have.
  instance.floats.fill(0);
  for (const { address, make } of built.constants) instance.words.set(make(), address / 4);
  instance.words[controlWords.count] = 1;
  const places = (count: number): Float64Array => new Float64Array(new SharedArrayBuffer(count * 8));
  const forward = places(operations.length);
  const none = { prepare: [], repack: [], backward: [], update: [] };
  const nowhere = places(0);
  const team = createTeam(
    {
      compiled,
      memory,
      threads,
      operations: { ...none, forward: operations },
      milliseconds: { prepare: nowhere, repack: nowhere, forward, backward: nowhere, update: nowhere },
    },
    instance.words,
  );
  return {
    async run() {
      await team.run(phases.forward);
      return [...forward];
    },
    async close() {
      await team.close();
      release();
    },
  };
}
