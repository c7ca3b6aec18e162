import assert from 'node:assert/strict';
import { test } from 'node:test';
import { dotPlot } from '../../../src/cli/chart/dotPlot.ts';

test('corners are the dots of the corners, and points are joined', () => {
  const corners = [
    { x: 0, y: 0 },
    { x: 1, y: 1 },
  ];
  // Two characters wide and one high is four by four dots: a diagonal.
  assert.deepEqual(dotPlot({ columns: 2, rows: 1, points: corners }), ['⡠⠊']);
  assert.deepEqual(dotPlot({ columns: 1, rows: 1, points: [{ x: 0, y: 1 }] }), ['⠁']);
  assert.deepEqual(dotPlot({ columns: 1, rows: 2, points: [{ x: 1, y: 0 }] }), ['⠀', '⢀']);
});

test('what is outside is left out', () => {
  const points = [
    { x: 0, y: 5 },
    { x: 1, y: 5 },
  ];
  assert.deepEqual(dotPlot({ columns: 2, rows: 1, points }), ['⠀⠀']);
});
