import assert from 'node:assert/strict';
import { test } from 'node:test';
import { stripVTControlCharacters } from 'node:util';
import { classTable, confusionTable } from '../../src/cli/confusionTable.ts';
import { onHeat } from '../../src/cli/heatColor.ts';
import { displayWidth } from '../../src/cli/text.ts';
import type { ResultEvent } from '../../src/training/events.ts';

/** Four images of each class: class i is right for i % 5 of them, and the rest are said to be class 0. */
function result(classes: number): ResultEvent {
  const confusion = Array.from({ length: classes }, (_, label) =>
    Array.from({ length: classes }, (__, said) => (said === label ? label % 5 : 0)),
  );
  confusion.forEach((row, label) => (row[0]! += 4 - (label % 5)));
  const perClass = confusion.map((row, label) => {
    return { class: `c${label}`, correct: row[label]!, total: 4, accuracy: row[label]! / 4 };
  });
  return {
    type: 'result',
    accuracy: 0.5,
    top5: 1,
    loss: 1,
    correct: 1,
    total: 4 * classes,
    perClass,
    confusion,
  };
}

const plain = { colorDepth: 1, shown: true, columns: 80 } as const;

test('few classes are told all', () => {
  const few = result(6);
  assert.equal(classTable(few).split('\n').length, 7);
  assert.equal(confusionTable(few, plain).split('\n')[2], 'c1             3   1   0   0   0   0');
});

test('where there are colours, a cell has that of its share; one without images has none', () => {
  const row = confusionTable(result(6), { ...plain, colorDepth: 24 }).split('\n')[2]!;
  const cell = (share: number, text: string): string => onHeat(text, 24, share);
  assert.equal(row, `c1           ${cell(0.75, '  3 ')}${cell(0.25, '  1 ')}  0   0   0   0`);
  assert.equal(stripVTControlCharacters(row), confusionTable(result(6), plain).split('\n')[2]);
});

test('names of columns are shortened to the room of a terminal, and nowhere else', () => {
  const wide = result(6);
  const named = {
    ...wide,
    perClass: wide.perClass.map((line, i) => ({ ...line, class: `飛行機 number ${i}` })),
  };
  const lines = confusionTable(named, { ...plain, columns: 60 }).split('\n');
  assert.ok(
    lines.every((line) => displayWidth(line) <= 60),
    lines.join('\n'),
  );
  assert.match(lines[0]!, /^label \\ said .* 飛行…$/m);
  assert.match(confusionTable(named, { ...plain, shown: false }), /^.* 飛行機 number 5\n/);
});

test('of a thousand, those with the least and the most frequent mistakes', () => {
  const many = result(1000);
  const lines = classTable(many).split('\n');
  assert.match(lines[0]!, /^least accurate of 1000 /);
  assert.deepEqual(
    lines.slice(1).map((line) => line.split(' ')[0]),
    ['c5', 'c10', 'c15', 'c20', 'c25', 'c30', 'c35', 'c40', 'c45', 'c50'],
  );
  const mistakes = confusionTable(many, plain).split('\n');
  assert.equal(mistakes.length, 11);
  assert.match(mistakes[1]!, /^c5 +c0 +4$/);
});
