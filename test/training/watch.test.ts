import assert from 'node:assert/strict';
import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { createCpuEngine } from '../../src/engine/cpu/engine.ts';
import type { NetworkSpec } from '../../src/network/spec.ts';
import type { TrainingEvent, WatchEvent } from '../../src/training/events.ts';
import type { StepDone } from '../../src/training/session.ts';
import { isWatched } from '../../src/training/watch.ts';
import { readEvents } from '../formats/tensorboard/readEvents.ts';
import { temporaryFolder } from '../formats/temporaryFolder.ts';
import { abortAfter, trainTiny } from './tinyTraining.ts';

/** With dropout, a pooling between a layer and its ReLU, and channels that are no multiple of a vector. */
const network: NetworkSpec = {
  name: 'watched',
  input: { channels: 3, height: 8, width: 8 },
  layers: [
    { type: 'conv', name: 'first', outChannels: 9, kernelSize: 3, padding: 1 },
    { type: 'maxPool', name: 'pool', kernelSize: 2, stride: 2 },
    { type: 'relu', name: 'first.relu' },
    { type: 'flatten', name: 'flatten' },
    { type: 'linear', name: 'second', outFeatures: 21 },
    { type: 'relu', name: 'second.relu' },
    { type: 'dropout', name: 'dropout', probability: 0.5 },
    { type: 'linear', name: 'last', outFeatures: 3 },
  ],
};

function watches(events: readonly TrainingEvent[]): WatchEvent[] {
  return events.filter((event) => event.type === 'watch');
}

function rms(values: readonly number[]): number {
  return Math.sqrt(values.reduce((sum, value) => sum + value * value, 0) / values.length);
}

/** What a step should be told as, from the weights before it and what can be read after it. */
function expectedLayer(name: string, before: Float32Array, { program }: StepDone): object {
  const after = program.readParameter(`${name}.weight`);
  const weight = rms([...before]);
  const update = rms([...before].map((value, i) => after[i]! - value));
  const gradient = rms([...program.readGradient(`${name}.weight`)]);
  const sizes = { name, gradient, weight, update, ratio: update / weight };
  if (name === 'last') return sizes;
  const [units, positions] = name === 'first' ? [9, 16] : [21, 1];
  const values = program.readActivation(`${name}.relu`);
  const dead = Array.from({ length: units }, (_, unit) =>
    values.every((value, i) => Math.floor(i / positions) % units !== unit || value === 0),
  );
  return { ...sizes, dead: dead.filter(Boolean).length / units };
}

function assertLayers(got: readonly object[], expected: readonly object[]): void {
  assert.equal(got.length, expected.length);
  for (const [i, layer] of expected.entries()) {
    for (const [key, value] of Object.entries(layer)) {
      const own = (got[i] as Record<string, unknown>)[key];
      if (typeof value !== 'number') assert.equal(own, value);
      else assert.ok(Math.abs((own as number) - value) <= 1e-6 * Math.abs(value), `${key} ${own} ${value}`);
    }
    assert.deepEqual(Object.keys(got[i]!), Object.keys(layer));
  }
}

test('a watch tells the sizes of weights, gradients and updates, and the share of dead units', async () => {
  const engine = await createCpuEngine({ threads: 1 });
  const expected: object[][] = [];
  const told: WatchEvent[] = [];
  let before: Float32Array[] = [];
  const names = ['first', 'second', 'last'];
  await trainTiny(
    { network, out: false, epochs: 2, watchEvery: 1, optimizer: 'nesterov', weightDecay: 0.01 },
    {
      engine,
      onEvent: (event) => event.type === 'watch' && told.push(event),
      onStep: (step) => {
        if (before.length > 0) {
          expected.push(names.map((name, i) => expectedLayer(name, before[i]!, step)));
          const { epoch, step: inEpoch, globalStep, loss, labels } = step;
          const { layers: _, ...at } = told.at(-1)!;
          assert.deepEqual(at, {
            type: 'watch',
            epoch,
            step: inEpoch,
            globalStep,
            loss,
            images: labels.length,
          });
        }
        before = names.map((name) => step.program.readParameter(`${name}.weight`));
      },
    },
  );
  assert.equal(expected.length, 13);
  told.slice(1).forEach(({ layers }, i) => assertLayers(layers, expected[i]!));
  const dead = told.flatMap(({ layers }) => layers.map((layer) => layer.dead ?? 0));
  assert.ok(
    dead.some((share) => share > 0 && share < 1),
    'some units are dead, some are not',
  );
});

test('watching changes no bit, and a resumed run tells the same watches, after updates only', async (context) => {
  const engine = await createCpuEngine({ threads: 1 });
  const folder = temporaryFolder(context);
  const options = { network, epochs: 2, accumulate: 2, tensorboard: false };
  const tensors = (name: string): Buffer => {
    const file = readFileSync(join(folder, name, 'checkpoint.safetensors'));
    return file.subarray(8 + Number(file.readBigUInt64LE(0)));
  };
  const whole = await trainTiny({ ...options, out: join(folder, 'whole'), watchEvery: 3 }, { engine });
  const plain = await trainTiny({ ...options, out: join(folder, 'plain'), watchEvery: null }, { engine });
  assert.deepEqual(watches(plain.events), []);
  assert.equal(tensors('whole').equals(tensors('plain')), true);
  // Steps 1, 3, 6, 9 and 12 are due; updates follow the steps 2, 4, 6, 7 and 9, 11, 13, 14.
  assert.deepEqual(
    watches(whole.events).map(({ epoch, step, globalStep }) => [epoch, step, globalStep]),
    [
      [1, 2, 2],
      [1, 4, 4],
      [1, 6, 6],
      [2, 2, 9],
      [2, 6, 13],
    ],
  );
  const out = join(folder, 'pieces');
  const first = await trainTiny({ ...options, out, watchEvery: 3 }, { engine, ...abortAfter(4) });
  const second = await trainTiny({ resume: out, network, epochs: 2 }, { engine });
  assert.ok(watches(second.events).length > 0);
  assert.deepEqual([...watches(first.events), ...watches(second.events)], watches(whole.events));
  assert.equal(tensors('pieces').equals(tensors('whole')), true);
});

test('without an own interval there are more watches at the beginning', () => {
  const steps = Array.from({ length: 1000 }, (_, i) => i + 1);
  const watched = (watchEvery?: number): number[] =>
    steps.filter((to) => isWatched({ watchEvery }, { from: to - 1, to }));
  assert.deepEqual(watched(400), [1, 20, 100, 400, 800]);
  assert.deepEqual(watched(100).slice(0, 4), [1, 20, 100, 200]);
  assert.deepEqual(watched(1), steps);
  assert.deepEqual(watched(), []);
});

test('frozen layers are not watched, and TensorBoard has a tag for each number', async (context) => {
  const out = join(temporaryFolder(context), 'run');
  const { events } = await trainTiny({ out, epochs: 1, freeze: ['features'] });
  const [{ layers }] = watches(events) as [WatchEvent];
  assert.deepEqual(
    layers.map(({ name }) => name),
    ['classifier.1'],
  );
  const file = readdirSync(out).find((name) => name.includes('tfevents'))!;
  const scalars = readEvents(readFileSync(join(out, file))).filter(({ scalars }) =>
    Object.keys(scalars).some((tag) => tag.startsWith('update_ratio/')),
  );
  const last = layers.at(-1)!;
  assert.equal(scalars[0]!.step, 1);
  assert.equal(scalars[0]!.scalars[`update_ratio/${last.name}`], Math.fround(last.ratio));
  assert.equal(scalars[0]!.scalars[`gradient/${last.name}`], Math.fround(last.gradient));
});
