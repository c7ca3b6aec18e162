/** A small memory on which kernels run alone, filled so that a write outside the kernel's output shows. */
import assert from 'node:assert/strict';
import type { KernelSource } from '../../../src/engine/cpu/assembler/vector.ts';
import { compileKernels } from '../../../src/engine/cpu/compileKernels.ts';
import { lacks } from '../../../src/engine/cpu/targets/target.ts';
import {
  cpuTargets,
  targetShapes,
  type CpuTarget,
  type TargetShape,
} from '../../../src/engine/cpu/targets/targets.ts';
import { instantiate } from '../../../src/engine/cpu/native/instantiate.ts';
import type { Instance } from '../../../src/engine/cpu/threads/instance.ts';
import { hashedTensor } from '../hashedTensors.ts';

/** Relative rounding error of one float32 operation. */
export const unitRoundoff = 2 ** -24;

export interface KernelTarget extends TargetShape {
  readonly target: CpuTarget;
}

/**
 * Every target that can run here (targets.test.ts says of the others why not). Importing them has set V8's flags as
 * the engine does.
 */
export const kernelTargets: readonly KernelTarget[] = cpuTargets
  .filter((target) => lacks(target) === undefined)
  .map((target) => ({ target, ...targetShapes[target] }));

/** The kernels over a memory of hashed values. */
export function kernelInstance(sources: readonly KernelSource[], target: CpuTarget, pages = 4): Instance {
  const memory = new WebAssembly.Memory({ initial: pages, maximum: pages, shared: true });
  const instance = instantiate(compileKernels(sources, target, memory).compiled, memory);
  instance.floats.set(hashedTensor(1, 0, Math.min(instance.floats.length, 65536)));
  return instance;
}

/** Runs a call and checks that it changes nothing but the floats that `mayWrite` names. */
export function callGuarded(
  { floats, words }: Instance,
  mayWrite: Iterable<number>,
  call: () => void,
): { readonly before: Float32Array } {
  const [before, bits] = [floats.slice(), words.slice()];
  call();
  const allowed = new Set(mayWrite);
  for (let index = 0; index < bits.length; index++) {
    if (words[index] !== bits[index]) assert.ok(allowed.has(index), `float ${index} was overwritten`);
  }
  return { before };
}

/** The indices of `rows` rows of `width` floats, `stride` floats apart. */
export function rowIndices(first: number, rows: number, stride: number, width = 16): number[] {
  return Array.from(
    { length: rows * width },
    (_, index) => first + Math.floor(index / width) * stride + (index % width),
  );
}

/** The smallest prime that is at least `least`. */
export function primeFrom(least: number): number {
  const isPrime = (n: number): boolean => {
    for (let divisor = 2; divisor * divisor <= n; divisor++) if (n % divisor === 0) return false;
    return n > 1;
  };
  let prime = least;
  while (!isPrime(prime)) prime++;
  return prime;
}

/**
 * A sum in float64 beside the greatest error that float32 can make in it, in any order, fused or not: `terms`
 * roundings of each term (Higham, Accuracy and Stability of Numerical Algorithms, section 3.1).
 */
export function assertSum(
  what: string,
  actual: number,
  sum: { readonly value: number; readonly magnitude: number; readonly terms: number },
): void {
  const roundings = (sum.terms + 2) * unitRoundoff;
  const bound = (roundings / (1 - roundings)) * sum.magnitude;
  const distance = Math.abs(actual - sum.value);
  assert.ok(distance <= bound, `${what} is ${actual}, expected ${sum.value} ± ${bound}`);
}
