import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { Dataset } from '../../src/data/dataset.ts';
import { stratifiedSplit } from '../../src/data/split.ts';

function labelled(labels: readonly number[]): Dataset {
  const shared = new Uint8Array(new SharedArrayBuffer(labels.length));
  shared.set(labels);
  const images = new Uint8Array(new SharedArrayBuffer(0));
  const classes = ['a', 'b', 'c', 'd'];
  return {
    name: 'x',
    split: 'train',
    classes,
    length: labels.length,
    height: 1,
    width: 1,
    images,
    labels: shared,
  };
}

test('both parts together are the data set, and each class gives its share', () => {
  const some = fc.array(fc.nat(3), { minLength: 2, maxLength: 200 });
  fc.assert(
    fc.property(some, fc.double({ min: 0, max: 1, noNaN: true }), fc.nat(1000), (labels, at, seed) => {
      const wanted = 1 + Math.floor(at * (labels.length - 2));
      const { kept, held } = stratifiedSplit(labelled(labels), wanted, seed);
      assert.equal(held.length, wanted);
      assert.deepEqual(
        [...kept, ...held].toSorted((a, b) => a - b),
        [...labels.keys()],
      );
      for (const label of [0, 1, 2, 3]) {
        const share = (labels.filter((own) => own === label).length * wanted) / labels.length;
        const got = [...held].filter((index) => labels[index] === label).length;
        assert.ok(Math.abs(got - share) < 1, `${got} of class ${label}, expected about ${share}`);
      }
    }),
  );
});

test('the seed chooses, and only the seed', () => {
  const dataset = labelled(Array.from({ length: 400 }, (_, i) => i % 4));
  const held = (seed: number): number[] => [...stratifiedSplit(dataset, 0.1, seed).held];
  assert.equal(held(1).length, 40);
  assert.deepEqual(held(1), held(1));
  assert.notDeepEqual(held(1), held(2));
});

test('a part without images is refused', () => {
  const dataset = labelled([0, 1, 2, 3]);
  for (const amount of [0.01, 0.99, 4, 5]) {
    assert.throws(() => stratifiedSplit(dataset, amount, 0), { code: 'ALEX_OPTION_VALUE' });
  }
});
