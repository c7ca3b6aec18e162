import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createDotCanvas, type Place } from '../../../src/cli/chart/dotCanvas.ts';

function drawn(columns: number, rows: number, from: Place, to: Place): string[] {
  const canvas = createDotCanvas(columns, rows);
  canvas.line(from, to, 0);
  return Array.from({ length: rows }, (_, row) =>
    Array.from({ length: columns }, (__, column) => canvas.at({ column, row })?.character ?? ' ').join(''),
  );
}

test('corners are the dots of the corners, and places are joined', () => {
  // Two characters wide and one high is four by four dots: a diagonal.
  assert.deepEqual(drawn(2, 1, { x: 0, y: 0 }, { x: 1, y: 1 }), ['⡠⠊']);
  assert.deepEqual(drawn(1, 1, { x: 0, y: 1 }, { x: 0, y: 1 }), ['⠁']);
  assert.deepEqual(drawn(1, 2, { x: 1, y: 0 }, { x: 1, y: 0 }), [' ', '⢀']);
});

test('what is outside is left out, however far it is', () => {
  assert.deepEqual(drawn(2, 1, { x: 0, y: 5 }, { x: 1, y: 5 }), ['  ']);
  assert.deepEqual(drawn(2, 1, { x: NaN, y: 0 }, { x: 1, y: 0 }), ['  ']);
  assert.deepEqual(drawn(2, 1, { x: -1e15, y: -1e15 }, { x: 1e15, y: 1e15 }), ['⡠⠊']);
});
