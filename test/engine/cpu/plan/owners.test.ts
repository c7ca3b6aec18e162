import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { ConvolutionChoice } from '../../../../src/engine/cpu/plan/builder.ts';
import { lower, type Plan } from '../../../../src/engine/cpu/plan/lower.ts';
import { controlAddresses, phaseOrder } from '../../../../src/engine/cpu/threads/control.ts';
import type { NetworkSpec } from '../../../../src/network/spec.ts';
import { buildNetwork } from '../../../../src/network/zoo/networks.ts';
import { everyLayer } from '../../suiteNetworks.ts';

function planOf(network: NetworkSpec, training: boolean, convolutions: ConvolutionChoice): Plan {
  const firstAddress = controlAddresses.end;
  return lower(network, {
    batchSize: 3,
    training,
    threads: 2,
    inputSlots: 1,
    tileRows: 6,
    evenTileRows: 6,
    firstAddress,
    convolutions,
  });
}

/** `layer pass` of each operation of the phases, each once, in order. */
function ownersOf(plan: Plan, phases: readonly (typeof phaseOrder)[number][]): string[] {
  const names = phases.flatMap((phase) =>
    plan[phase].map((operation) => {
      const owner = plan.owners.get(operation);
      return owner ? `${owner.layer} ${owner.pass}` : `nobody's ${operation.kind}`;
    }),
  );
  return [...new Set(names)];
}

describe('owners', () => {
  for (const convolutions of ['direct', 'winograd'] as const) {
    it(`has a layer and a pass for every operation of AlexNet, ${convolutions}`, () => {
      const network = buildNetwork('alexnet', { classes: 10 });
      const plan = planOf(network, true, convolutions);
      const layers = ['input', 'loss', ...network.layers.map(({ name }) => name)];
      for (const owner of ownersOf(plan, phaseOrder)) assert.ok(layers.includes(owner.split(' ')[0]), owner);
      assert.equal(new Set(phaseOrder.flatMap((phase) => plan[phase])).size, plan.owners.size);
    });
  }

  it('tells the passes of a training step, layer by layer', () => {
    const plan = planOf(everyLayer, true, 'winograd');
    assert.deepEqual(ownersOf(plan, ['prepare']), ['features.3 prepare']);
    assert.deepEqual(ownersOf(plan, ['repack']), ['features.3 inputGradient', 'local inputGradient']);
    assert.deepEqual(ownersOf(plan, ['update']), [
      'features.0 update',
      'features.3 update',
      'bn update',
      'local update',
      'classifier.1 update',
      'classifier.4 update',
    ]);
    const backward = ownersOf(plan, ['backward']);
    assert.deepEqual(backward.slice(0, 3), [
      'loss inputGradient',
      'classifier.4 weightGradient',
      'classifier.4 inputGradient',
    ]);
    const learning = backward.filter((owner) => /^(features\.[03]|bn|local) /.test(owner));
    assert.deepEqual(learning, [
      'local weightGradient',
      'local inputGradient',
      'bn weightGradient',
      'bn inputGradient',
      'features.3 weightGradient',
      'features.3 inputGradient',
      'features.0 weightGradient',
    ]);
  });

  it('has nothing but forward and its preparation in inference', () => {
    const plan = planOf(everyLayer, false, 'winograd');
    const passes = new Set([...plan.owners.values()].map(({ pass }) => pass));
    assert.deepEqual([...passes].toSorted(), ['forward', 'prepare']);
  });
});
