import assert from 'node:assert/strict';
import { test } from 'node:test';
import { newChanceWatch, watchChance, type ChanceContext } from '../../src/training/chance.ts';

const context: ChanceContext = { classes: 10, initialization: 'torchvision', learningRate: 0.001 };

/** Steps after which a message came, with the messages. */
function told(losses: readonly number[], given = context): [number, string][] {
  let watch = newChanceWatch;
  return losses.flatMap((loss, i) => {
    const after = watchChance(watch, loss, given);
    watch = after.watch;
    return after.message === undefined ? [] : [[i + 1, after.message] as [number, string]];
  });
}

/** A loss line of each 200 steps, as the article prints them. */
function windows(...means: number[]): number[] {
  return means.flatMap((mean) => Array.from({ length: 200 }, (_, i) => mean + (i % 2 === 0 ? 0.1 : -0.1)));
}

test("the loss lines of the article's recipe are explained, once", () => {
  // PyTorch's, with its default initialization and then with He's.
  const messages = told(windows(2.303, 2.303, 2.302, 2.302, 2.302, 2.301, 2.299));
  assert.equal(messages.length, 1);
  const [step, message] = messages[0]!;
  assert.equal(step, 400);
  assert.match(message, /ln\(10\) = 2\.303.*expected.*0\.41.*--initialization he/);
  assert.deepEqual(told(windows(2.203, 1.862, 1.693, 1.606, 1.553)), []);
});

test('a network that takes its time in the first steps is let be', () => {
  assert.deepEqual(told(windows(2.303, 2.1, 1.9)), []);
});

test('with other weights to begin with, the advice is another', () => {
  const [[, message]] = told(windows(2.303, 2.303), { ...context, initialization: 'he' }) as [
    [number, string],
  ];
  assert.match(message, /larger --lr, such as 0\.01/);
  assert.doesNotMatch(message, /--initialization/);
});
