import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { activations } from '../../src/explain/activations.ts';
import { excitingCollector, excitingImages } from '../../src/explain/exciting.ts';
import { featureCollector, features, nearestNeighbours } from '../../src/explain/features.ts';
import { scan } from '../../src/explain/scan.ts';
import type { Subject } from '../../src/explain/subject.ts';
import { goldenDataset, goldenImage, goldenSubject } from './goldenSubject.ts';

let subject: Subject;
const dataset = goldenDataset();

before(async () => {
  subject = await goldenSubject('alexnet-32');
});
after(() => subject.close());

test('exciting images are those with the largest activations, each at its largest', async () => {
  const layer = 'features.4';
  const units = [7, 40];
  const found = await excitingImages(subject, dataset, { layer, units, count: 4, workers: 0 });
  const [, height, width] = subject.layers[4]!.output as [number, number, number];
  const area = height * width;
  const all = [];
  for (let index = 0; index < dataset.length; index++) {
    all.push((await activations(subject, goldenImage(index), [layer])).layers[0]!.values);
  }
  for (const [i, unit] of units.entries()) {
    const strongest = all
      .map((values, index) => ({
        index,
        value: Math.max(...values.subarray(unit * area, (unit + 1) * area)),
      }))
      .sort((a, b) => b.value - a.value)
      .slice(0, 4);
    assert.equal(found[i]!.unit, unit);
    assert.deepEqual(
      found[i]!.images.map(({ index, value }) => ({ index, value })),
      strongest,
    );
    for (const { index, label, row, column, value, patch } of found[i]!.images) {
      assert.equal(label, index);
      assert.equal(all[index]![unit * area + row * width + column], value);
      assert.ok(patch.top <= 2 * row + 4 && patch.height <= 15 && patch.width <= 15);
    }
  }
});

test('one scan serves several collectors, of the images that are asked for, and tells its progress', async () => {
  const indices = Uint32Array.from([9, 2, 5, 11, 0, 3, 7]);
  const [collector, exciting] = [featureCollector(subject), excitingCollector(subject, { count: 2 })];
  const progress: number[][] = [];
  const take = (batch: Parameters<Parameters<typeof scan>[2]>[0]): void => {
    collector.take(batch);
    exciting.take(batch);
  };
  const onProgress = (done: number, total: number): number => progress.push([done, total]);
  await scan(subject, dataset, take, { indices, workers: 0, onProgress });
  assert.deepEqual(progress, [
    [5, 7],
    [7, 7],
  ]);
  const found = collector.result();
  assert.deepEqual([...found.indices], [...indices]);
  const whole = await features(subject, dataset, { workers: 0 });
  for (const [at, index] of indices.entries()) {
    const own = (values: Float32Array, i: number): Float32Array => values.subarray(i * 512, (i + 1) * 512);
    assert.deepEqual(own(found.values, at), own(whole.values, index));
  }
  assert.equal(nearestNeighbours(found, whole.values.subarray(5 * 512, 6 * 512), { count: 1 })[0]!.index, 5);
  const units = exciting.result();
  assert.equal(units.length, 16);
  for (const { images } of units)
    assert.ok(images.length === 2 && images.every(({ index }) => indices.includes(index)));
});

test('an aborted signal ends a scan with its reason; what is not there is refused', async () => {
  const controller = new AbortController();
  const reason = new Error('enough');
  let batches = 0;
  const stopped = scan(subject, dataset, () => (++batches, controller.abort(reason)), {
    signal: controller.signal,
    workers: 0,
  });
  await assert.rejects(stopped, reason);
  assert.equal(batches, 1);
  assert.throws(() => excitingCollector(subject, { units: [64] }), { code: 'ALEX_EXPLAIN_UNIT' });
  assert.throws(() => featureCollector(subject, 'nothing'), { code: 'ALEX_EXPLAIN_LAYER' });
});
