import { createCpuEngine } from '../../src/engine/cpu/engine.ts';
import { engineSuite } from './suite.ts';

const tolerances = { activations: 1e-5, gradients: 1e-4, updates: 1e-4 };

engineSuite(
  'cpu, widened, two threads',
  () => createCpuEngine({ threads: 2, target: 'wasm-256' }),
  tolerances,
);
engineSuite(
  'cpu, 128 bits, three threads',
  () => createCpuEngine({ threads: 3, target: 'wasm-128' }),
  tolerances,
);
