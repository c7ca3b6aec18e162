import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { openFileAs } from '../../src/formats/openFile.ts';
import { writeFileAtomically } from '../../src/formats/atomicFile.ts';
import { articleTransforms } from '../../src/data/transforms.ts';
import { createCpuEngine } from '../../src/engine/cpu/engine.ts';
import { createReferenceEngine } from '../../src/engine/reference/engine.ts';
import { openPth } from '../../src/formats/pth/pthFile.ts';
import { findSgdState } from '../../src/formats/pth/sgdState.ts';
import { orderedDict, writePth } from '../../src/formats/pth/writePth.ts';
import { readSafetensors } from '../../src/formats/safetensorsFile.ts';
import type { NetworkSpec } from '../../src/network/spec.ts';
import { convertCheckpoint, openCheckpointFile } from '../../src/training/checkpointFile.ts';
import { loadModel } from '../../src/training/modelFile.ts';
import { hashed, hashedPixels } from '../data/goldenImages.ts';
import { temporaryFolder } from '../formats/temporaryFolder.ts';
import { abortAfter, tinyDataset, tinyNetwork, trainTiny } from './tinyTraining.ts';

const golden = (name: string): string => join(import.meta.dirname, '../golden/pth', name);

/** The tiny network without dropout: what resumed.py trains. */
const plainNetwork: NetworkSpec = {
  ...tinyNetwork,
  layers: tinyNetwork.layers.filter(({ type }) => type !== 'dropout'),
};

test("from a checkpoint of PyTorch, the next five losses are PyTorch's", async (context) => {
  const { losses, after } = JSON.parse(readFileSync(golden('resumed.json'), 'utf8')) as {
    losses: number[];
    after: Record<string, number[]>;
  };
  const images = new Uint8Array(new SharedArrayBuffer(40 * 192));
  images.set(hashedPixels(17, 0, 80 * 192).subarray(40 * 192));
  const labels = new Uint8Array(new SharedArrayBuffer(40));
  labels.set(
    hashed(17, 1, 80)
      .subarray(40)
      .map((u) => Math.floor(3 * u)),
  );
  const train = { ...tinyDataset('train', 40), images, labels };
  for (const engine of [createReferenceEngine(), await createCpuEngine({ threads: 2 })]) {
    const out = join(temporaryFolder(context), 'run');
    const { events, model } = await trainTiny(
      {
        network: plainNetwork,
        dataset: { train, test: tinyDataset('test', 8) },
        transforms: articleTransforms(8),
        shuffle: false,
        // Those of SGD come from the file, and the epoch that is done.
        learningRate: undefined,
        epochs: undefined,
        resume: golden('resumed.pth'),
        out,
        logEvery: 1,
      },
      { engine },
    );
    const steps = events.filter((event) => event.type === 'step');
    assert.deepEqual(
      steps.map(({ epoch, step, learningRate }) => [epoch, step, learningRate]),
      [1, 2, 3, 4, 5].map((step) => [2, step, 0.05]),
    );
    steps.forEach(({ loss }, i) => assert.ok(Math.abs(loss - losses[i]!) < 1e-4, `${loss}, ${losses[i]}`));
    const { parameters } = await loadModel(model!);
    for (const [name, expected] of Object.entries(after)) {
      const difference = parameters.get(name)!.map((value, i) => Math.abs(value - expected[i]!));
      assert.ok(Math.max(...difference) < 1e-5, name);
    }
    const notice = events.find((event) => event.type === 'notice');
    assert.match(notice!.message, /resumed\.pth says that 1 epoch is done: .* epoch 2/);
  }
});

test('a checkpoint goes to PyTorch and back: the same bytes, and the run can go on', async (context) => {
  const folder = temporaryFolder(context);
  const run = join(folder, 'run');
  await trainTiny({ out: run }, abortAfter(10));
  const own = join(run, 'checkpoint.safetensors');
  const [there, back] = [join(folder, 'c.pth'), join(folder, 'c.safetensors')];
  assert.equal((await convertCheckpoint(own, there)).epoch, 1);
  await convertCheckpoint(there, back);
  assert.deepEqual(readFileSync(back), readFileSync(own));
  // What PyTorch finds in it.
  const file = await openFileAs(there, openPth);
  const { options, buffers } = findSgdState(file.root)!;
  await file.close();
  assert.deepEqual(options, { learningRate: 0.05, momentum: 0.9, weightDecay: 0 });
  assert.deepEqual(
    buffers.map((tensor) => tensor!.shape),
    [[4, 3, 3, 3], [4], [3, 36], [3]],
  );
  // A checkpoint is a model, too, in either form.
  const [model, weights] = [await loadModel(own), (await readSafetensors(own)).tensors];
  assert.deepEqual(model.classes, ['red', 'green', 'blue']);
  assert.deepEqual(model.parameters.get('classifier.1.bias'), weights.get('classifier.1.bias')!.values);
  assert.deepEqual(await loadModel(there), model);
});

test('what is no checkpoint of SGD is refused, and says why', async (context) => {
  const folder = temporaryFolder(context);
  const path = join(folder, 'c.pth');
  await assert.rejects(openCheckpointFile(golden('state-dict.pth')), {
    code: 'ALEX_CHECKPOINT_INVALID',
    message: /no state of an optimizer/,
  });
  const group = { lr: 0.1, momentum: 0.9, weight_decay: 0, params: [0] };
  const rejects = async (problem: RegExp, groups: object[], state: [string, number][] = []) => {
    await writeFileAtomically(path, (target) =>
      writePth(target, (tensor) => {
        const weight = tensor({ name: 'w', shape: [1], read: () => Float32Array.of(1) });
        const param_groups = groups.map((one) => new Map<string, never>(Object.entries(one) as never));
        return new Map<string, never>(
          Object.entries({
            model: orderedDict(new Map([['w', weight]])),
            optimizer: new Map<string, never>(
              Object.entries({ state: new Map([[0, new Map(state)]]), param_groups }) as never,
            ),
          }) as never,
        );
      }),
    );
    await assert.rejects(openCheckpointFile(path), { code: 'ALEX_CHECKPOINT_INVALID', message: problem });
  };
  await rejects(/not SGD: its state has exp_avg/, [group], [['exp_avg', 1]]);
  await rejects(/it has no number momentum/, [{ lr: 0.1, betas: [0.9, 0.99], params: [0] }]);
  await rejects(/its optimizer has nesterov/, [{ ...group, nesterov: true }]);
  await rejects(/other options for some parameters/, [group, { ...group, lr: 0.2, params: [] }]);
  await rejects(/has 2 parameters, and its state_dict 1/, [{ ...group, params: [0, 1] }]);
  await rejects(/no state and param_groups/, []);
});
