/** Finds places for the labels of points, so that none covers another, a point, or what else must be seen. */

export interface Place {
  readonly x: number;
  readonly y: number;
}

/** `x`, `y` are its upper left corner. */
export interface Box extends Place {
  readonly width: number;
  readonly height: number;
}

/** A point with the size of its label. */
export interface LabelledPoint extends Place {
  readonly width: number;
  readonly height: number;
}

const gap = 3;
/** How far from its point a label may go, in steps. */
const mostSteps = 12;
const step = 7;

/** A box for each label inside `bounds`, near its point, clear of the obstacles; points are discs of `radius`. */
export function placeLabels(
  points: readonly LabelledPoint[],
  { bounds, obstacles, radius }: { bounds: Box; obstacles: readonly Box[]; radius: number },
): Box[] {
  const discs = points.map(({ x, y }) => ({
    x: x - radius,
    y: y - radius,
    width: 2 * radius,
    height: 2 * radius,
  }));
  const placed: Box[] = [];
  for (const point of points) {
    const boxes = candidates(point, radius);
    const free = boxes.find(
      (box) =>
        inside(box, bounds) && ![...obstacles, ...discs, ...placed].some((other) => overlap(box, other)),
    );
    placed.push(free ?? boxes[0]!);
  }
  return placed;
}

/** Right, left, above and below, then the same further up and down. */
function candidates({ x, y, width, height }: LabelledPoint, radius: number): Box[] {
  const boxes: Box[] = [];
  for (let n = 0; n < mostSteps; n++) {
    for (const shift of n === 0 ? [0] : [-n * step, n * step]) {
      const top = y - height / 2 + shift;
      boxes.push({ x: x + radius + gap, y: top, width, height });
      boxes.push({ x: x - radius - gap - width, y: top, width, height });
      if (Math.abs(shift) > height / 2 + radius) boxes.push({ x: x - width / 2, y: top, width, height });
    }
  }
  return boxes;
}

function inside(box: Box, bounds: Box): boolean {
  return (
    box.x >= bounds.x &&
    box.y >= bounds.y &&
    box.x + box.width <= bounds.x + bounds.width &&
    box.y + box.height <= bounds.y + bounds.height
  );
}

function overlap(a: Box, b: Box): boolean {
  return a.x < b.x + b.width && b.x < a.x + a.width && a.y < b.y + b.height && b.y < a.y + a.height;
}
