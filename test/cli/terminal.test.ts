import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createProgress, progressLine } from '../../src/cli/progress.ts';
import { createTerminal, type Terminal } from '../../src/cli/terminal.ts';
import { bar, bytes, clock, table } from '../../src/cli/text.ts';
import { accuracyLine, createTrainingReport, lossLine } from '../../src/cli/trainingReport.ts';
import type { ProgressEvent, ResultEvent } from '../../src/training/events.ts';

interface Written {
  readonly terminal: Terminal;
  out: string;
  error: string;
}

function written(json: boolean, outIsTTY: boolean, errorIsTTY: boolean, columns = 80): Written {
  const text = { out: '', error: '' };
  const stream = (key: 'out' | 'error', isTTY: boolean): NodeJS.WriteStream =>
    ({
      isTTY,
      columns,
      write: (piece: string) => (text[key] += piece) !== '',
    }) as unknown as NodeJS.WriteStream;
  const terminal = createTerminal(json, stream('out', outIsTTY), stream('error', errorIsTTY));
  return Object.assign(text, { terminal });
}

function tellAll({ terminal }: Written): void {
  terminal.print('result');
  terminal.say('remark');
  terminal.emit({ a: 1 });
}

test('standard output has results, and remarks only when it is a terminal', () => {
  const piped = written(false, false, true);
  tellAll(piped);
  assert.deepEqual([piped.out, piped.error], ['result\n', 'remark\n']);
  const shown = written(false, true, true);
  tellAll(shown);
  assert.deepEqual([shown.out, shown.error], ['result\nremark\n', '']);
});

test('with --json, standard output has JSON lines and nothing else, even on a terminal', () => {
  const text = written(true, true, true);
  text.terminal.drawLine('50%');
  tellAll(text);
  assert.equal(text.out, '{"a":1}\n');
  assert.equal(text.error, '50%\r\x1b[2Kremark\n');
});

test('a live line is taken away before other text, cut to the terminal, and never drawn elsewhere', () => {
  const text = written(false, true, true, 10);
  text.terminal.drawLine('0123456789abc');
  text.terminal.print('result');
  assert.equal(text.out, '012345678\r\x1b[2Kresult\n');
  const piped = written(false, false, false);
  piped.terminal.drawLine('50%');
  assert.deepEqual([piped.out, piped.error], ['', '']);
});

const progress: ProgressEvent = {
  type: 'progress',
  phase: 'train',
  epoch: 1,
  step: 656,
  steps: 1563,
  loss: 2.3024,
  imagesPerSecond: 25.13,
  secondsLeft: 1156,
};

test('progress is redrawn at most ten times a second', () => {
  const text = written(false, true, true);
  let now = 0;
  const show = createProgress(text.terminal, () => now);
  for (; now < 1000; now += 10) show(progress);
  assert.equal(text.out.split('epoch 1').length - 1, 10);
});

test('where nothing is live, progress is a plain line now and then', () => {
  const text = written(false, false, false);
  let now = 0;
  const show = createProgress(text.terminal, () => now);
  for (; now <= 60_000; now += 100) show(progress);
  assert.equal(text.error, 'epoch 1   42.0%  656/1563  loss 2.302  25.1 images/s  19:16 left\n'.repeat(4));
});

test('the progress bar fits the terminal and gives way on a narrow one', () => {
  assert.ok(progressLine(progress, 100).length < 100);
  assert.match(progressLine(progress, 100), /█████/);
  assert.doesNotMatch(progressLine(progress, 60), /█/);
});

const result: ResultEvent = {
  type: 'result',
  accuracy: 0.1299,
  top5: 0.5,
  loss: 2.3,
  correct: 1299,
  total: 10_000,
  perClass: [],
  confusion: [],
};

test("the article's lines, in the article's format", () => {
  const step = {
    type: 'step',
    epoch: 1,
    step: 200,
    loss: 2.30279,
    learningRate: 0.001,
    imagesPerSecond: 20,
    waitShare: 0,
  } as const;
  assert.equal(lossLine(step), '[1,   200] loss: 2.303');
  // Python's '%d %%' drops what follows the point.
  assert.equal(accuracyLine(result), 'Accuracy of the network on the 10000 test images: 12 %');
});

test('a training run tells every event but progress as JSON, or prints the lines', () => {
  const json = written(true, false, false);
  const report = createTrainingReport(json.terminal);
  report(progress);
  report(result);
  assert.deepEqual(
    json.out
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line)),
    [result],
  );
  assert.equal(json.error, '');
  const plain = written(false, false, false);
  createTrainingReport(plain.terminal)(result);
  assert.equal(plain.out, 'Accuracy of the network on the 10000 test images: 12 %\n');
});

test('bars, sizes, clocks and tables', () => {
  assert.equal(bar(0.5, 4), '██  ');
  assert.equal(bar(1 / 32, 4), '▏   ');
  assert.equal(bar(2, 3), '███');
  assert.equal(bytes(999), '999 B');
  assert.equal(bytes(244_403_360), '244 MB');
  assert.equal(clock(59.6), '1:00');
  assert.equal(clock(3661), '1:01:01');
  assert.equal(clock(NaN), '-:--');
  assert.equal(
    table(
      [
        ['a', '1'],
        ['bcd', '22'],
      ],
      [1],
    ),
    'a     1\nbcd  22',
  );
});
