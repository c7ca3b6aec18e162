import assert from 'node:assert/strict';
import { test } from 'node:test';
import { lab } from '../../labs/vanishing-gradient.ts';
import {
  activations,
  length,
  plainNetwork,
  wayBack,
  weightNames,
} from '../../labs/vanishing-gradient/plainNetwork.ts';
import { createReferenceEngine, initialise } from '../../src/index.ts';
import { runTinyLab } from './tinyLab.ts';

const labels = [3, 0, 7];

for (const activation of activations) {
  test(`the way back by hand ends in the engine's gradients: ${activation}`, async () => {
    const network = plainNetwork(activation, 5, 10);
    const program = await createReferenceEngine().compile(network, { batchSize: 3, training: true });
    initialise(network, { scheme: 'torchvision', seed: 5 }, (name, values) =>
      program.writeParameter(name, values),
    );
    const { data } = program.inputs[0]!;
    for (let i = 0; i < data.length; i++) data[i] = Math.sin(i * 0.37);
    await program.forward();
    await program.backward(labels);
    const passages = wayBack({
      activation,
      weights: weightNames(network).map((name) => program.readParameter(name)),
      outputs: [1, 2, 3, 4].map((layer) => program.readActivation(`${activation}${layer}`)),
      logits: program.readActivation('linear5'),
      labels,
    });
    assert.deepEqual(
      passages.map(({ layer }) => layer),
      [4, 3, 2],
    );
    for (const passage of passages) {
      // The gradient of a bias is the sum over images and pixels of the gradient by what it is added to.
      const sums = new Float64Array(16);
      for (const [i, value] of passage.gradient.entries()) sums[Math.floor(i / 16) % 16]! += value;
      const engine = program.readGradient(`conv${passage.layer}.bias`);
      const away = length(engine.map((value, i) => value - sums[i]!)) / length(engine);
      assert.ok(away < 1e-5, `layer ${passage.layer}: relative difference ${away}`);
      assert.ok(passage.activation <= (activation === 'sigmoid' ? 0.25 : 1) + 1e-12);
    }
    await program.dispose();
  });
}

interface Gradients {
  readonly activation: string;
  readonly scheme: string;
  readonly trials: readonly { readonly gradients: readonly (readonly number[])[] }[];
}

interface Trained {
  readonly activation: string;
  readonly depth: number;
  readonly losses: readonly (readonly number[])[];
  readonly best: readonly number[];
}

test('what the lab says follows from the gradients and losses that it keeps', async (context) => {
  const measured = { layers: 4, batchSize: 8, steps: 2, seeds: 1 };
  const trained = { depths: [2, 3, 4], rates: [0.01], trainingSteps: 3, trainingSeeds: 1 };
  const tiny = { ...measured, ...trained };
  const { values, conclusion, items } = await runTinyLab(context, lab, tiny, { threads: 1 });
  const gradients = values['gradients'] as Gradients[];
  const factors = values['factors'] as { activation: string; scheme: string; reach: number }[];
  assert.equal(gradients.length, 12);
  for (const [i, { activation, scheme, trials }] of gradients.entries()) {
    assert.deepEqual([factors[i]!.activation, factors[i]!.scheme], [activation, scheme]);
    const [first] = trials[0]!.gradients;
    assert.ok(Math.abs(first![0]! / first![3]! / factors[i]!.reach - 1) < 1e-9);
  }
  // In three steps nothing is learnt: every activation stops at the first depth, and the third is not tried.
  const depths = values['depths'] as Trained[];
  assert.deepEqual(
    depths.map(({ activation, depth }) => `${activation} ${depth}`),
    activations.flatMap((activation) => [`${activation} 2`, `${activation} 3`]),
  );
  for (const { losses, best } of depths) assert.deepEqual(best, [Math.min(...losses[0]!)]);
  assert.deepEqual(values['stops'], { sigmoid: 2, tanh: 2, relu: 2 });
  assert.equal(conclusion.verdict, 'unclear');
  assert.deepEqual(
    items.map(({ kind }) => kind),
    ['story', 'chart', 'chart', 'chart', 'story', 'table', 'story', 'chart'],
  );
});
