import { createCpuEngine } from '../../src/engine/cpu/engine.ts';
import { kernelTargets } from './cpu/kernelMemory.ts';
import { engineSuite } from './suite.ts';

const tolerances = { activations: 1e-5, gradients: 1e-4, updates: 1e-4 };

kernelTargets.forEach(({ target }, index) => {
  const threads = 2 + (index % 2);
  engineSuite(
    `cpu, ${target}, ${threads} threads`,
    () => createCpuEngine({ threads, target, convolutions: 'direct' }),
    tolerances,
    // Of machine code and of WebAssembly one each: every target's kernels are held to float64 by themselves.
    { updates: index === 0 || target === 'wasm-128' },
  );
});

/**
 * Winograd's transforms add and subtract values larger than the result: rounding errors are some times those of a plain
 * sum (docs/performance.md). Over steps, a rounding that turns a ReLU moves a gradient more than that.
 */
const winogradTolerances = { ...tolerances, updates: 5e-4 };

for (const [index, { target }] of kernelTargets.filter((one) => one.lanes > 4).entries()) {
  engineSuite(
    `cpu, ${target}, Winograd wherever it can be, two threads`,
    () => createCpuEngine({ threads: 2, target, convolutions: 'winograd' }),
    winogradTolerances,
    // An update is the same after any convolution; one target shows that its gradients are.
    { updates: index === 0, convolutionsOnly: true },
  );
}
