import assert from 'node:assert/strict';
import { test } from 'node:test';
import { betweenImages, factorOf, lab, leaves, type Signals } from '../../labs/initialisation.ts';
import { runTinyLab } from './tinyLab.ts';

test('what differs between images is measured apart from what all of them have', () => {
  // Two units over three images: 1, 2, 3 and 10, 10, 10. Variances 2/3 and 0.
  const values = [1, 10, 2, 10, 3, 10];
  assert.ok(Math.abs(betweenImages(values, 3) - Math.sqrt(1 / 3)) < 1e-12);
});

test('the loss leaves ln(classes) where the mean of 25 steps is 0.1 under it', () => {
  const chance = Math.log(10);
  const waiting = Array.from({ length: 60 }, (_, i) => chance + (i % 2 === 0 ? 0.05 : -0.05));
  assert.equal(leaves(waiting, chance), null);
  // From step 61 on 0.2 under it: 13 such steps of 25, and 12 before them, have a mean of 0.104 under.
  const learning = [...waiting, ...Array.from({ length: 40 }, () => chance - 0.2)];
  assert.equal(leaves(learning, chance), 73);
});

interface Outcome {
  readonly layers: readonly string[];
  readonly signals: Readonly<Record<string, readonly Signals[]>>;
  readonly trainings: Readonly<Record<string, readonly { losses: number[]; left: number | null }[]>>;
}

test('with the same seed PyTorch’s weights are He’s over √6, and so are signals, layer by layer', async (context) => {
  const tiny = {
    subjects: [{ network: 'alexnet-32', seeds: 1, steps: 3 }],
    batchSize: 16,
    images: 64,
  } as const;
  const { values, conclusion, items } = await runTinyLab(context, lab, tiny, { threads: 1 });
  const [outcome] = values['outcomes'] as [Outcome];
  assert.equal(outcome.layers.length, 8);
  const [torchvision] = outcome.signals['torchvision']!;
  const [he] = outcome.signals['he']!;
  // The first layer's ReLUs switch at other places, for torchvision has biases.
  const first = torchvision!.signal[0]! / he!.signal[0]!;
  assert.ok(Math.abs(first * Math.sqrt(6) - 1) < 0.1, `${first}`);
  const factor = (torchvision!.signal[7]! / he!.signal[7]!) ** (1 / 8);
  assert.ok(Math.abs(factorOf(outcome) / factor - 1) < 1e-9);
  assert.equal((values['factors'] as Record<string, number>)['alexnet-32'], factorOf(outcome));
  for (const [{ losses, left }] of Object.values(outcome.trainings) as [[{ losses: number[]; left: null }]]) {
    assert.deepEqual([losses.length, left], [3, null]);
  }
  assert.equal(conclusion.verdict, 'unclear');
  assert.deepEqual(
    items.map(({ kind }) => kind),
    ['story', 'chart', 'chart', 'table', 'story', 'chart', 'chart'],
  );
});
