import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { KernelSource, VectorAssembler, Pointer } from '../../../../src/engine/cpu/assembler/vector.ts';
import { kernelCost, type InstructionCosts } from '../../../../src/engine/cpu/cost/kernelCost.ts';
import { threadWork } from '../../../../src/engine/cpu/cost/threadWork.ts';
import { planProgram } from '../../../../src/engine/cpu/plan/planProgram.ts';
import { targetShapes, type CpuTarget } from '../../../../src/engine/cpu/targets/targets.ts';
import { inferShapes } from '../../../../src/network/shapes.ts';
import type { LayerSpec, NetworkSpec } from '../../../../src/network/spec.ts';

const nothing: InstructionCosts = {
  multiplyAdd: 0,
  arithmetic: 0,
  load: 0,
  store: 0,
  issue: 0,
  latency: 0,
  turn: 0,
};

function kernel(parameters: number, emit: KernelSource['emit']): KernelSource {
  return { name: 'kernel', parameters, emit };
}

function costOf(
  source: KernelSource,
  costs: Partial<InstructionCosts>,
  parameters: readonly number[],
): number {
  return kernelCost(source, 8, { ...nothing, ...costs })(parameters);
}

/** Two sums, and `repeated` multiply-adds to each in a turn. */
function sums(repeated: number): KernelSource {
  return kernel(2, (a: VectorAssembler, [base, times]: readonly Pointer[]) => {
    const [x, y, other, splat] = [a.vector(), a.vector(), a.vector(), a.splat()];
    const counter = a.pointer();
    a.copy(counter, times);
    a.broadcast(splat, base, 0);
    a.load(other, base, 0);
    a.zero(x);
    a.zero(y);
    a.loop(counter, () => {
      for (let index = 0; index < repeated; index++) {
        a.multiplyAdd(x, splat, other);
        a.multiplyAdd(y, splat, other);
      }
    });
    a.store(x, base, 0);
    a.store(y, base, 32);
  });
}

describe('kernelCost', () => {
  it('counts what loops run, as often as a parameter says, be it copied', () => {
    assert.equal(costOf(sums(3), { multiplyAdd: 2 }, [0, 5]), 2 * 6 * 5);
    assert.equal(costOf(sums(3), { turn: 7 }, [0, 5]), 7 * 5);
    assert.equal(costOf(sums(3), { load: 1 }, [0, 5]), 2);
    assert.equal(costOf(sums(3), { store: 1 }, [0, 5]), 2);
  });

  it('waits for the longest chain from turn to turn', () => {
    assert.equal(costOf(sums(3), { multiplyAdd: 1, latency: 4 }, [0, 5]), 3 * 4 * 5);
    assert.equal(costOf(sums(3), { multiplyAdd: 10, latency: 4 }, [0, 5]), 10 * 6 * 5);
  });

  it('takes the slowest of units and front end', () => {
    // A copy, two loads and two zeros before the loop, two stores after it.
    assert.equal(costOf(sums(3), { multiplyAdd: 1, issue: 3 }, [0, 5]), 3 * (5 + 6 * 5 + 2));
  });

  it('cannot know a loop whose count comes from memory', () => {
    const source = kernel(1, (a, [base]) => {
      const count = a.pointer();
      a.loadPointer(count, base, 0);
      a.loop(count, () => {});
    });
    assert.throws(() => costOf(source, {}, [0]), TypeError);
  });
});

function network(layer: LayerSpec, [channels, height, width]: readonly number[]): NetworkSpec {
  const layers: LayerSpec[] = [layer, { type: 'flatten', name: 'flatten' }];
  return { name: 'one layer', input: { channels, height, width }, layers };
}

/** Multiply-adds of all values that the forward pass computes, padded ones too. */
function multiplyAddsOf(spec: NetworkSpec, target: CpuTarget, batchSize: number, threads: number): number {
  const { lanes } = targetShapes[target];
  const plan = planProgram(spec, { batchSize, training: false }, { threads, target, convolutions: 'direct' });
  const costs = { ...nothing, multiplyAdd: lanes };
  const calls = new Map(plan.memory.kernels.map((source) => [source.name, kernelCost(source, lanes, costs)]));
  const command = { count: batchSize, slot: 0, form: 0, training: undefined };
  let sum = 0;
  for (const operation of plan.forward.filter(({ kind }) => kind === 'gemm' || kind === 'gemv'))
    for (let thread = 0; thread < threads; thread++)
      sum += threadWork(operation, calls, command, thread, threads).nanoseconds;
  return sum;
}

describe('threadWork', () => {
  // Sizes that every target's tile divides: nothing is computed twice.
  const convolution = network(
    { type: 'conv', name: 'conv', outChannels: 32, kernelSize: 5, padding: 2 },
    [3, 12, 12],
  );
  const linear = network({ type: 'linear', name: 'linear', outFeatures: 48 }, [64, 1, 1]);
  const linearAlone: NetworkSpec = {
    ...linear,
    layers: [{ type: 'flatten', name: 'flatten' }, linear.layers[0]],
  };
  for (const target of ['x64-avx512', 'x64-avx2', 'wasm-128'] as const) {
    for (const threads of [1, 3]) {
      it(`adds up to a layer's multiply-adds: ${target}, threads ${threads}`, () => {
        const [{ multiplyAdds }] = inferShapes(convolution);
        assert.equal(multiplyAddsOf(convolution, target, 2, threads), 2 * multiplyAdds);
        assert.equal(multiplyAddsOf(linearAlone, target, 24, threads), 24 * 64 * 48);
        assert.equal(multiplyAddsOf(linearAlone, target, 1, threads), 64 * 48);
      });
    }
  }
});
