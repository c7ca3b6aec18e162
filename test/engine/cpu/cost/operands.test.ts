/** An operation that runs may change what it is said to write, and no other memory but what it works in. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { compileKernels } from '../../../../src/engine/cpu/compileKernels.ts';
import { operandsOf } from '../../../../src/engine/cpu/cost/operands.ts';
import type { Range } from '../../../../src/engine/cpu/cost/ranges.ts';
import type { ConvolutionChoice } from '../../../../src/engine/cpu/plan/builder.ts';
import { runOperation, type Operation } from '../../../../src/engine/cpu/plan/operations.ts';
import { planProgram } from '../../../../src/engine/cpu/plan/planProgram.ts';
import { phaseOrder } from '../../../../src/engine/cpu/threads/control.ts';
import { instantiate } from '../../../../src/engine/cpu/native/instantiate.ts';
import type { CompileOptions } from '../../../../src/engine/engine.ts';
import type { NetworkSpec } from '../../../../src/network/spec.ts';
import { everyLayer, suiteCases } from '../../suiteNetworks.ts';

const threads = 1;
const target = 'wasm-128';
const alignedBytes = 64;

/** What a thread works in. */
function ownScratch(operation: Operation): Range[] {
  if ('map' in operation) return [{ address: operation.map.scratch, bytes: operation.map.scratchBytes }];
  if ('squares' in operation) {
    return [{ address: operation.scratch.address, bytes: operation.scratch.threadBytes }];
  }
  if (operation.kind === 'linearUpdate' || operation.kind === 'linearSum')
    return [{ address: operation.scratch, bytes: 1 << 15 }];
  return [];
}

function isWithin(address: number, ranges: readonly Range[]): boolean {
  // Vectors are written whole, and memory is reserved so.
  return ranges.some(
    (range) =>
      address >= range.address &&
      address < range.address + Math.ceil(range.bytes / alignedBytes) * alignedBytes,
  );
}

function checkWrites(
  network: NetworkSpec,
  batchSize: number,
  convolutions: ConvolutionChoice,
  options: Partial<CompileOptions> = {},
): void {
  const compiled = { batchSize, training: true, ...options };
  const plan = planProgram(network, compiled, { threads, target, convolutions });
  const pages = Math.ceil(plan.memory.bytes / 65536);
  const memory = new WebAssembly.Memory({ initial: pages, maximum: pages, shared: true });
  const code = compileKernels(plan.memory.kernels, target, memory);
  const { kernels, floats, words } = instantiate(code.compiled, memory);
  const command = { count: batchSize, slot: 0, form: 0, training: { seed: 1, step: 0 } };
  for (const operation of phaseOrder.flatMap((phase) => plan[phase])) {
    // Of both signs, so that no operation leaves all as it is; but what a run must find as it is.
    floats.forEach((_, index) => (floats[index] = ((index * 37) % 97) / 64 - 0.75));
    for (const { address, make } of plan.memory.constants) words.set(make(), address / 4);
    const before = words.slice();
    runOperation(operation, { floats, words, kernels, thread: 0, threads, command });
    const allowed = [...operandsOf(operation, batchSize).writes, ...ownScratch(operation)];
    const wrong = words.findIndex((word, index) => word !== before[index] && !isWithin(index * 4, allowed));
    assert.equal(wrong, -1, `${operation.kind} writes at ${wrong * 4}`);
    assert.ok(
      operandsOf(operation, batchSize).writes.some(({ address, bytes }) =>
        words
          .subarray(address / 4, (address + bytes) / 4)
          .some((word, at) => word !== before[address / 4 + at]),
      ),
      `${operation.kind} writes nothing that it is said to`,
    );
  }
}

/** Small ones: all memory is looked through after each operation. */
const someCases = suiteCases.filter(({ network }, index) => index % 5 === 0 && network.layers.length < 12);

describe('operandsOf', () => {
  for (const convolutions of ['direct', 'winograd'] as const) {
    it(`knows what operations of every layer write: ${convolutions}`, () =>
      checkWrites(everyLayer, 3, convolutions));
  }
  for (const { network, batchSize } of someCases) {
    it(`knows what operations write: ${network.name}, batch ${batchSize}`, () =>
      checkWrites(network, batchSize, 'auto'));
  }
  it('knows what sums of gradients, AdamW and averages write', () =>
    checkWrites(everyLayer, 3, 'direct', { optimizer: 'adamw', accumulates: true, averages: true }));
  it('knows what a strided convolution by Winograd writes', () => {
    const strided = suiteCases.find(({ network }) => network.name.startsWith('conv 11×11 /4'))!;
    checkWrites(strided.network, strided.batchSize, 'winograd');
  });
});
