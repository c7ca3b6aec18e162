import { createCpuEngine } from '../../src/engine/cpu/engine.ts';
import { engineSuite } from './suite.ts';

const tolerances = { activations: 1e-5, gradients: 1e-4, updates: 1e-4 };

engineSuite(
  'cpu, widened, two threads',
  () => createCpuEngine({ threads: 2, target: 'wasm-256', convolutions: 'direct' }),
  tolerances,
);
engineSuite(
  'cpu, 128 bits, three threads',
  () => createCpuEngine({ threads: 3, target: 'wasm-128', convolutions: 'direct' }),
  tolerances,
);

/**
 * Winograd's transforms add and subtract values larger than the result: rounding errors are some times those of a plain
 * sum (docs/performance.md). Over steps, a rounding that turns a ReLU moves a gradient more than that.
 */
const winogradTolerances = { ...tolerances, updates: 5e-4 };

engineSuite(
  'cpu, Winograd wherever it can be, two threads',
  () => createCpuEngine({ threads: 2, target: 'wasm-256', convolutions: 'winograd' }),
  winogradTolerances,
);
