/** What the room Watch computes by itself. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { RunState, RunSummary } from '../../src/serve/protocol.ts';
import { tickLabels } from '../../web/parts/tickLabels.ts';
import { blockReader } from '../../web/rooms/watch/connection.ts';
import { resumeCommand } from '../../web/rooms/watch/resumeCommand.ts';
import { inOrder } from '../../web/rooms/watch/runOrder.ts';

test('runs that go on come first, the latest to be started above the others, whatever they tell', () => {
  const run = (id: string, state: RunState, startedAt: number): RunSummary =>
    ({ id, state, startedAt }) as RunSummary;
  const runs = [run('a', 'ended', 9), run('b', 'running', 1), run('d', 'failed', 3), run('c', 'failed', 3)];
  const ids = inOrder([...runs, run('e', 'waiting', 5)]).map(({ id }) => id);
  assert.deepEqual(ids, ['e', 'b', 'a', 'c', 'd']);
});

test('labels of an axis tell its ticks from each other, however small or close they are', () => {
  assert.deepEqual(tickLabels([0, 0.2, 0.4, 0.6000000000000001], 0.2), ['0', '0.2', '0.4', '0.6']);
  assert.deepEqual(tickLabels([0, 5e-6, 1e-5, 1.5000000000000002e-5], 5e-6), ['0', '5e-6', '1e-5', '1.5e-5']);
  assert.deepEqual(tickLabels([0.0005, 0.00075, 0.001], 0.00025), ['0.0005', '0.00075', '0.001']);
  assert.deepEqual(tickLabels([-1.7e-18, 2500, 5000], 2500), ['0', '2,500', '5,000']);
  const step = fc.tuple(fc.constantFrom(1, 2, 2.5, 5), fc.integer({ min: -9, max: 6 }));
  fc.assert(
    fc.property(step, fc.integer({ min: -400, max: 400 }), ([digit, power], from) => {
      const size = digit * 10 ** power;
      const labels = tickLabels(
        [from, from + 1, from + 2].map((times) => times * size),
        size,
      );
      assert.equal(new Set(labels).size, 3, labels.join(' '));
    }),
  );
});

test('blocks of a stream are the same however it is cut into pieces', () => {
  const text = 'data: {"a":1}\n\n: still here\n\ndata: {"b":\ndata: 2}\n\n\n\ndata: cut';
  const whole = ['data: {"a":1}', ': still here', 'data: {"b":\ndata: 2}', ''];
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 0, max: text.length })), (cuts) => {
      const take = blockReader();
      const ends = [...cuts.toSorted((a, b) => a - b), text.length];
      const pieces = ends.map((end, i) => text.slice(ends[i - 1] ?? 0, end));
      assert.deepEqual(pieces.flatMap(take), whole);
    }),
  );
});

test('a command names a folder as one word of the shell', () => {
  const word = (path: string): string =>
    /^npx alexnet train --resume (.*) --control$/.exec(resumeCommand(path))![1]!;
  assert.equal(word('/home/a/runs/x-1'), '/home/a/runs/x-1');
  assert.equal(word(String.raw`C:\runs\x-1`), String.raw`C:\runs\x-1`);
  assert.equal(word(String.raw`C:\my runs\x`), String.raw`"C:\my runs\x"`);
});
