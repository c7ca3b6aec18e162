/** A training on images in files: its own split, broken ones, resuming. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { createReferenceEngine } from '../../src/engine/reference/engine.ts';
import type { TrainingOptions } from '../../src/training/trainingOptions.ts';
import type { TrainingEvent } from '../../src/training/events.ts';
import { train } from '../../src/training/train.ts';
import { goldenFile } from '../data/goldenImages.ts';
import { bmp, testFolder, writeFiles } from '../data/imageSets/files.ts';
import { tinyNetwork } from '../model/tinyNetwork.ts';

const root = testFolder();
const photos = join(root, 'photos');
const files: Record<string, Buffer> = {};
for (let i = 0; i < 30; i++) {
  const colour: [number, number, number] = [20, 20, 20];
  colour[i % 3] = 120 + 4 * i;
  files[`${['blue', 'green', 'red'][2 - (i % 3)]}/${i}.bmp`] = bmp(10 + (i % 7), 12, colour);
}
writeFiles(photos, files);

async function run(out: string, options: TrainingOptions = {}) {
  const events: TrainingEvent[] = [];
  const controller = new AbortController();
  const outcome = await train(
    {
      network: tinyNetwork,
      dataset: photos,
      batchSize: 4,
      epochs: 2,
      learningRate: 0.05,
      workers: 0,
      tensorboard: false,
      cacheDir: join(root, 'cache'),
      out: join(root, out),
      ...options,
    },
    { engine: createReferenceEngine(), onEvent: (event) => events.push(event), signal: controller.signal },
  );
  return { ...outcome, events, notices: events.flatMap((event) => (event.type === 'notice' ? [event] : [])) };
}

function weights(folder: string): Float32Array {
  const bytes = readFileSync(join(root, folder, 'model.safetensors'));
  return new Float32Array(new Uint8Array(bytes.subarray(8 + Number(bytes.readBigUInt64LE(0)))).buffer);
}

test('a folder trains to the same weights with its cache and without, and learns its colours', async () => {
  const cached = await run('cached', { epochs: 8 });
  const plain = await run('plain', { epochs: 8, cache: false });
  assert.deepEqual(weights('cached'), weights('plain'));
  assert.deepEqual(cached.result, plain.result);
  const opened = cached.events.filter((event) => event.type === 'progress' && event.phase === 'open');
  assert.deepEqual(
    opened.map((event) => 'step' in event && event.step),
    [24, 6],
  );
  assert.equal(cached.result!.total, 6);
  assert.deepEqual(
    cached.result!.perClass.map((line) => line.class),
    ['blue', 'green', 'red'],
  );
  assert.ok(cached.result!.accuracy > 0.8, `accuracy ${cached.result!.accuracy}`);
});

test('a broken image ends a run with a checkpoint, from which it goes on without that image', async () => {
  const broken = join(root, 'with a broken one');
  // Its beginning and its end are whole.
  const damaged = goldenFile('png rgb');
  damaged[50] ^= 0xff;
  writeFiles(broken, { ...files, 'red/z.png': damaged });
  const options: TrainingOptions = { dataset: broken, testFraction: 0.1, splitSeed: 3 };
  await assert.rejects(run('refused', options), { code: 'ALEX_DATA_BAD_IMAGES', message: /z\.png/ });
  const resumed = await run('refused', {
    ...options,
    resume: join(root, 'refused'),
    onBadImage: 'skip',
    out: undefined,
  });
  const left = resumed.notices.filter(({ code }) => code === 'bad-image').map(({ message }) => message);
  assert.equal(left.length, 1);
  assert.match(left[0]!, /ALEX_IMAGE_DAMAGED: .*z\.png/);
  await run('skipped', { ...options, onBadImage: 'skip' });
  const [whole, gone] = [weights('skipped'), weights('refused')];
  assert.equal(whole.length, gone.length);
  whole.forEach((weight, i) => assert.ok(Math.abs(weight - gone[i]!) < 1e-5));
});
