import assert from 'node:assert/strict';
import { it } from 'node:test';
import type { Operation } from '../../../../src/engine/cpu/plan/operations.ts';
import type { Owner } from '../../../../src/engine/cpu/plan/owners.ts';
import { lower } from '../../../../src/engine/cpu/plan/lower.ts';
import { passTimes } from '../../../../src/engine/cpu/plan/passTimes.ts';
import type { OperationTime } from '../../../../src/engine/cpu/profile.ts';
import { controlAddresses, phaseOrder } from '../../../../src/engine/cpu/threads/control.ts';
import { everyLayer } from '../../suiteNetworks.ts';

const plan = lower(everyLayer, {
  batchSize: 3,
  training: true,
  threads: 1,
  inputSlots: 1,
  tileRows: 6,
  evenTileRows: 6,
  firstAddress: controlAddresses.end,
  convolutions: 'winograd',
});

/** Every operation in turn, with the time that is made for it. */
function step(milliseconds: (operation: Operation, owner: Owner) => number): OperationTime[] {
  return phaseOrder.flatMap((phase) =>
    plan[phase].map((operation) => {
      const owner = plan.owners.get(operation)!;
      return { ...owner, phase, operation, milliseconds: milliseconds(operation, owner) };
    }),
  );
}

it("adds up each pass's operations, step by step, in the network's order", () => {
  const steps = [step(() => 1), step((operation) => (operation.kind === 'winogradProduct' ? 10 : 0))];
  const times = passTimes(everyLayer, 3, steps);
  const conv = times.filter(({ layer }) => layer === 'features.3');
  assert.deepEqual(
    conv.map(({ pass, algorithm }) => [pass, algorithm]),
    [
      ['prepare', undefined],
      ['forward', 'winograd F(3,3)'],
      ['weightGradient', 'winograd F(3,3)'],
      ['inputGradient', 'winograd F(3,3)'],
      ['update', undefined],
    ],
  );
  // Forward: to the points, products, and back. The input's gradient: first the weights are turned, and transformed.
  assert.deepEqual(conv[1].milliseconds, [3, 10]);
  assert.deepEqual(conv[3].milliseconds, [5, 10]);
  assert.equal(conv[1].flops, 2 * 3 * 9 * 6 * 5 * 17 * 9);
  const layers = [...new Set(times.map(({ layer }) => layer))];
  assert.deepEqual(
    layers.filter((layer) => layer.startsWith('features')),
    ['features.0', 'features.2', 'features.3', 'features.4'],
  );
  const first = times.find(({ layer, pass }) => layer === 'features.0' && pass === 'forward');
  assert.equal(first?.algorithm, 'direct');
});
