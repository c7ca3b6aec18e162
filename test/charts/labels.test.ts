import assert from 'node:assert/strict';
import { test } from 'node:test';
import { placeLabels, type Box } from '../../src/charts/labels.ts';

const bounds = { x: 0, y: 0, width: 300, height: 200 };

function overlap(a: Box, b: Box): boolean {
  return a.x < b.x + b.width && b.x < a.x + a.width && a.y < b.y + b.height && b.y < a.y + a.height;
}

test('labels of points in one place cover neither each other, nor points, nor obstacles', () => {
  const points = [150, 152, 150, 148, 290, 3].map((x) => ({ x, y: 100, width: 60, height: 12 }));
  const obstacles = [{ x: 0, y: 118, width: 300, height: 4 }];
  const labels = placeLabels(points, { bounds, obstacles, radius: 4 });
  const discs = points.map(({ x, y }) => ({ x: x - 4, y: y - 4, width: 8, height: 8 }));
  labels.forEach((label, index) => {
    for (const other of [...labels.slice(0, index), ...discs, ...obstacles])
      assert.ok(!overlap(label, other));
    assert.ok(label.x >= 0 && label.x + label.width <= 300 && label.y >= 0 && label.y + label.height <= 200);
  });
});

test('a label stands to the right of its point when there is room', () => {
  const [label] = placeLabels([{ x: 20, y: 50, width: 60, height: 12 }], {
    bounds,
    obstacles: [],
    radius: 4,
  });
  assert.deepEqual(label, { x: 27, y: 44, width: 60, height: 12 });
});
