import assert from 'node:assert/strict';
import { availableParallelism } from 'node:os';
import { it } from 'node:test';
import { mostThreads } from '../../../src/engine/cpu/checkThreads.ts';
import { createCpuEngine } from '../../../src/engine/cpu/engine.ts';
import { chooseTarget } from '../../../src/engine/cpu/targets/targetChoice.ts';
import type { Engine } from '../../../src/engine/engine.ts';
import { fillHashed, hashedTensor } from '../hashedTensors.ts';
import { writeImages } from '../images.ts';
import { everyLayer } from '../suiteNetworks.ts';
import { kernelTargets } from './kernelMemory.ts';

it('takes every processor and the fastest target, if not told otherwise', async () => {
  const engine = await createCpuEngine();
  assert.equal(engine.threads, availableParallelism());
  assert.equal(engine.target, chooseTarget('auto').chosen);
});

it('takes the threads and the target that it is told to', async () => {
  for (const { target } of kernelTargets) {
    const engine = await createCpuEngine({ threads: 5, target });
    assert.deepEqual([engine.threads, engine.target], [5, target]);
  }
});

it('refuses other numbers of threads', async () => {
  for (const threads of [0, -1, 1.5, NaN, Infinity, mostThreads + 1, 1000]) {
    await assert.rejects(createCpuEngine({ threads }), {
      code: 'ALEX_OPTION_VALUE',
      message: /from 1 to 256/,
    });
  }
});

it('refuses a target that there is not', async () => {
  const target = 'avx-1024' as 'wasm-256';
  await assert.rejects(createCpuEngine({ target }), { code: 'ALEX_ENGINE_UNAVAILABLE' });
});

it('takes the algorithm of convolutions from the environment, and refuses what it does not know', async (t) => {
  t.after(() => delete process.env['ALEXNET_CONVOLUTIONS']);
  process.env['ALEXNET_CONVOLUTIONS'] = 'fast';
  await assert.rejects(createCpuEngine(), { code: 'ALEX_OPTION_VALUE', message: /auto, direct, winograd/ });
  const logits: Float32Array[] = [];
  for (const choice of ['direct', 'winograd', 'auto']) {
    process.env['ALEXNET_CONVOLUTIONS'] = choice;
    logits.push(await forwardOnce(await createCpuEngine({ threads: 1 })));
  }
  assert.notDeepEqual(logits[0], logits[1]);
  assert.deepEqual(
    await forwardOnce(await createCpuEngine({ threads: 1, convolutions: 'winograd' })),
    logits[1],
  );
});

/** Logits of one hashed image. */
async function forwardOnce(engine: Engine): Promise<Float32Array> {
  const program = await engine.compile(everyLayer, { batchSize: 1, training: false });
  fillHashed(everyLayer, { seed: 3 }, (name, values) => program.writeParameter(name, values));
  const { channels, height, width } = everyLayer.input;
  writeImages(program.inputs[0]!, hashedTensor(4, 0, channels * height * width));
  const logits = await program.forward();
  await program.dispose();
  return logits;
}
