import assert from 'node:assert/strict';
import { it } from 'node:test';
import type { Measurement } from '../../bench/processes.ts';
import { peerSideOf, sideOf } from '../../bench/results.ts';

function measurement(peer: string, median: number, peakBytes: number): Measurement {
  return { peer, imagesPerSecond: { median, min: median / 2, max: median * 2 }, peakBytes };
}

const ours = [measurement('a', 30, 100), measurement('a', 15, 300), measurement('a', 33, 200)];
const theirs = [measurement('b', 20, 400), measurement('b', 10, 400), measurement('b', 30, 600)];

it('sums up processes: the spread of their medians, the most memory of any', () => {
  const imagesPerSecond = { median: 30, min: 15, max: 33 };
  assert.deepEqual(sideOf(ours), { name: 'a', imagesPerSecond, peakBytes: 300 });
  assert.equal(sideOf(ours, 'one thread').name, 'a, one thread');
});

it('sets a peer beside ours', () => {
  assert.deepEqual(peerSideOf(ours, theirs), {
    name: 'b',
    imagesPerSecond: { median: 20, min: 10, max: 30 },
    peakBytes: 600,
    ratio: 1.5,
    pairs: { median: 1.5, min: 1.1, max: 1.5 },
    memoryRatio: 0.5,
  });
});
