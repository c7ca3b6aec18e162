import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createLossTrace } from '../../src/cli/lossTrace.ts';
import { createProgress, progressLine } from '../../src/cli/progress.ts';
import { createTerminal, type Terminal } from '../../src/cli/terminal.ts';
import {
  bar,
  bytes,
  clock,
  cut,
  displayWidth,
  padded,
  shortened,
  sparkline,
  table,
} from '../../src/cli/text.ts';
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
      rows: 0,
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

test('a terminal that says it has no size is taken for one of the usual size', () => {
  const { terminal } = written(false, true, true, 0);
  assert.deepEqual([terminal.columns, terminal.rows], [80, 24]);
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

test('the curve of the losses fits beside the bar, and comes before it where room is short', () => {
  const losses = [2.4, 2.2, 1.9, 1.2, 0.7, 0.4];
  assert.match(progressLine(progress, 100, losses), /█.*  656\/1563  loss 2\.302 █▇▆▄▂▁  25\.1 images/);
  const narrow = progressLine(progress, 80, losses);
  assert.ok(narrow.includes(' █▇▆▄▂▁ ') && narrow.length <= 80, narrow);
  assert.doesNotMatch(progressLine(progress, 60, losses), /█/);
  assert.doesNotMatch(progressLine({ ...progress, phase: 'test' }, 100, losses), /▂/);
});

test('a trace of losses has means of equally many steps, and no more values than asked for', () => {
  const trace = createLossTrace(4);
  const seen = Array.from({ length: 11 }, (_, i) => {
    trace.add(i);
    return trace.values();
  });
  assert.deepEqual(
    [seen[0], seen[3], seen[4], seen[7]],
    [[0], [0, 1, 2, 3], [0.5, 2.5, 4], [0.5, 2.5, 4.5, 6.5]],
  );
  assert.deepEqual([seen[10], trace.steps], [[1.5, 5.5, 9], 11]);
});

test('a training ends with the curve of its losses; another one begins anew', () => {
  const text = written(false, true, true, 120);
  let now = 0;
  const show = createProgress(text.terminal, () => (now += 1000));
  for (const step of [1, 2, 3, 4, 1, 2]) show({ ...progress, step, loss: 5 - step });
  assert.match(text.out, /loss 1\.000 █▆▃▁  .*loss 3\.000 █▁  /s);
  const plain = written(false, false, false);
  const report = createTrainingReport(plain.terminal);
  for (const step of [1, 2, 3, 4]) report({ ...progress, step, loss: 5 - step });
  const epoch = { type: 'epoch', epoch: 1, loss: 2.5, seconds: 1, imagesPerSecond: 1, waitShare: 0 } as const;
  report({ ...epoch, last: false });
  assert.doesNotMatch(plain.error, /▁/);
  report({ ...epoch, last: true });
  assert.match(plain.error, /^loss over 4 steps: 4\.000 █▆▃▁ 1\.000$/m);
});

test('colours are those of the terminal, and what NO_COLOR and FORCE_COLOR say', () => {
  const depth = (isTTY: boolean, environment: NodeJS.ProcessEnv, json = false): number => {
    const stream = { isTTY, write: () => true } as unknown as NodeJS.WriteStream;
    return createTerminal(json, stream, stream, environment).colorDepth;
  };
  const term = { TERM: 'xterm-256color' };
  assert.deepEqual([depth(true, term), depth(false, term), depth(true, term, true)], [8, 1, 1]);
  assert.equal(depth(true, { ...term, COLORTERM: 'truecolor' }), 24);
  assert.deepEqual([depth(true, { ...term, NO_COLOR: '1' }), depth(true, { ...term, NO_COLOR: '' })], [1, 8]);
  assert.deepEqual([depth(true, { TERM: 'dumb' }), depth(true, {})], [1, 1]);
  assert.deepEqual([depth(false, { FORCE_COLOR: '3' }), depth(true, { ...term, FORCE_COLOR: '0' })], [24, 1]);
});

test('columns are counted as a terminal shows them', () => {
  assert.equal(displayWidth('ab'), 2);
  assert.equal(displayWidth('損失 🦊'), 7);
  assert.equal(displayWidth('e\u0301 ⠉█'), 4);
  assert.equal(displayWidth('\x1b[38;5;1mab\x1b[0m'), 2);
  assert.deepEqual(
    [cut('損失の', 5), cut('abc', 3), shortened('損失の', 5), shortened('abc', 3)],
    ['損失', 'abc', '損失…', 'abc'],
  );
  assert.deepEqual([padded('損', 4), padded('損', 4, 'right'), padded('損', 1)], ['損  ', '  損', '損']);
  assert.equal(sparkline([0, 1, NaN, 7, 3.4]), '▁▂ █▄');
  assert.equal(sparkline([2, 2]), '▁▁');
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
