/** A list of operations without a network around it, on threads that take the time of each. */
import { compileKernels } from '../compileKernels.ts';
import { askForHugePages } from '../native/hugePages.ts';
import { instantiate } from '../native/instantiate.ts';
import { createBuilder, type BuiltMemory } from '../plan/builder.ts';
import type { Operation } from '../plan/operations.ts';
import { tileRowsOf, type CpuTarget } from '../targets/targets.ts';
import { controlAddresses, controlWords, phases } from '../threads/control.ts';
import { nodeTeam } from '../threads/nodeTeam.ts';

export interface RunningOperations {
  /** Runs all, for a batch of one image, and returns the milliseconds of each. */
  run(): Promise<readonly number[]>;
  close(): Promise<void>;
}

export interface Machine {
  readonly threads: number;
  readonly target: CpuTarget;
}

const pageBytes = 65536;

/** What plans such operations. */
export function createOperationsBuilder({ threads, target }: Machine): ReturnType<typeof createBuilder> {
  return createBuilder(
    {
      threads,
      ...tileRowsOf(target),
      batchSize: 1,
      training: false,
      firstAddress: controlAddresses.end,
      convolutions: 'direct',
    },
    { shared: 0, thread: 0 },
  );
}

export function startOperations(
  built: BuiltMemory,
  operations: readonly Operation[],
  { threads, target }: Machine,
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
  const none = { prepare: [], repack: [], backward: [], update: [], average: [] };
  const nowhere = places(0);
  const team = nodeTeam(
    {
      compiled,
      memory,
      threads,
      operations: { ...none, forward: operations },
      milliseconds: {
        prepare: nowhere,
        repack: nowhere,
        forward,
        backward: nowhere,
        update: nowhere,
        average: nowhere,
      },
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
