import { compileKernels } from './compileKernels.ts';
import type { Host } from './host.ts';
import { askForHugePages } from './native/hugePages.ts';
import { instantiate } from './native/instantiate.ts';
import { memoryLimit } from './native/memoryLimit.ts';
import { nodeTeam } from './threads/nodeTeam.ts';

/** The engine's surroundings in Node.js. */
export const nodeHost: Host = {
  compileKernels,
  instantiate,
  startTeam: nodeTeam,
  memoryLimit,
  allocate(pages, { training }) {
    const memory = new WebAssembly.Memory({ initial: pages, maximum: pages, shared: true });
    // They take longer to come into being, which a single forward pass does not make up for.
    if (training) askForHugePages(memory);
    return memory;
  },
};
