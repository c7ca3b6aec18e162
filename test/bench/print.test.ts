import assert from 'node:assert/strict';
import { it } from 'node:test';
import { tableLines } from '../../bench/print.ts';
import type { PeerSide, RowResult } from '../../bench/results.ts';

const spread = { median: 20, min: 10.04, max: 30 };
const ours = { name: 'alexnet', imagesPerSecond: spread, peakBytes: 1.5e9 };
const job = { network: 'alexnet', mode: 'train', batch: 32, threads: 2, rounds: 1 } as const;
const row: RowResult = { type: 'row', name: 'training', ...job, n: 3, ours, peers: [] };

function peer(name: string): PeerSide {
  const pairs = { median: 2, min: 1.9, max: 2.1 };
  return { name, imagesPerSecond: spread, peakBytes: 3e9, ratio: 2, pairs, memoryRatio: 0.5 };
}

it('prints a line for each peer of a row', () => {
  assert.deepEqual(tableLines({ ...row, peers: [peer('A'), peer('B')] }), [
    '| training, images/s | 20.0 (10.0–30.0), alexnet | 20.0 (10.0–30.0), A | 2.00 | 1.90–2.10 | 1.50 GB; 3.00 GB (0.50) | 3 |',
    '| training, images/s | 20.0 (10.0–30.0), alexnet | 20.0 (10.0–30.0), B | 2.00 | 1.90–2.10 | 1.50 GB; 3.00 GB (0.50) | 3 |',
  ]);
});

it('prints a row without peers', () => {
  assert.deepEqual(tableLines(row), [
    '| training, images/s | 20.0 (10.0–30.0), alexnet | – | – | – | 1.50 GB | 3 |',
  ]);
});

it('prints how long a start takes', () => {
  assert.deepEqual(tableLines({ type: 'start', name: 'the start', n: 2, seconds: spread }), [
    '| the start, s | 20.00 (10.04–30.00) | – | – | – | – | 2 |',
  ]);
});
