import assert from 'node:assert/strict';
import { test } from 'node:test';
import { planarImage } from '../../src/data/image.ts';
import type { RgbImage } from '../../src/data/images/encodePng.ts';
import { initialFilters } from '../../src/explain/filters.ts';
import { activationPicture, filterPicture, mapPicture, overlayPicture } from '../../src/explain/pictures.ts';
import { initialise } from '../../src/network/initialise.ts';
import { buildNetwork } from '../../src/network/zoo/networks.ts';

function pixel({ width, data }: RgbImage, row: number, column: number): number[] {
  return [...data.subarray(3 * (row * width + column), 3 * (row * width + column) + 3)];
}

// Ends of cividis in its authors' table, and ColorBrewer's RdBu with 11 classes.
const [darkBlue, yellow] = [
  [0, 34, 78],
  [254, 232, 56],
] as const;
const [blue, white, red] = [
  [5, 48, 97],
  [247, 247, 247],
  [103, 0, 31],
] as const;

function assertNear(actual: readonly number[], expected: readonly number[], most = 12): void {
  const apart = Math.max(...actual.map((value, i) => Math.abs(value - expected[i]!)));
  assert.ok(apart <= most, `${actual.join()} is not near ${expected.join()}`);
}

test('magnitudes go from dark blue to yellow, signed values from blue over white to red', () => {
  const plane = (...values: number[]) => ({
    height: 1,
    width: values.length,
    values: Float64Array.from(values),
  });
  const magnitudes = mapPicture(plane(0, 4));
  assertNear(pixel(magnitudes, 0, 0), darkBlue);
  assertNear(pixel(magnitudes, 0, 1), yellow, 20);
  const signed = mapPicture(plane(-4, 0, 4, 2), { scale: 2 });
  assert.deepEqual([signed.width, signed.height], [8, 2]);
  assertNear(pixel(signed, 1, 1), blue);
  assertNear(pixel(signed, 0, 2), white);
  assertNear(pixel(signed, 1, 5), red);
  const wide = mapPicture(plane(-4, 0, 4, 2), { reach: 1000 });
  assertNear(pixel(wide, 0, 2), white);
});

test('a map over an image keeps light and dark apart', () => {
  const image = planarImage(Uint8Array.from([0, 255, 0, 255, 0, 255]), { height: 1, width: 2 });
  const picture = overlayPicture(image, { height: 1, width: 2, values: new Float64Array(2) });
  const [dark, light] = [pixel(picture, 0, 0), pixel(picture, 0, 1)];
  dark.forEach((value, c) => assert.ok(light[c]! - value > 100));
});

test('the channels of a layer are cells, a vector is rows', () => {
  const channels = { layer: 'a', type: 'relu', shape: [5, 2, 3], values: new Float32Array(30) } as const;
  channels.values[29] = 1;
  const grid = activationPicture(channels, { columns: 3, scale: 4 });
  assert.deepEqual([grid.width, grid.height], [3 * (12 + 2) + 2, 2 * (8 + 2) + 2]);
  assertNear(pixel(grid, 2, 2), darkBlue);
  // The last value of the fifth channel, second in its row of cells.
  assertNear(pixel(grid, 2 + 10 + 7, 2 + 14 + 11), yellow, 20);
  assert.equal(activationPicture(channels, { columns: 3, scale: 4, most: 3 }).height, 12);
  const vector = { layer: 'b', type: 'linear', shape: [7], values: new Float32Array(7).fill(1) } as const;
  const rows = activationPicture(vector, { columns: 4, scale: 2 });
  assert.deepEqual([rows.width, rows.height], [8, 4]);
  assertNear(pixel(rows, 3, 5), yellow, 20);
  assert.deepEqual(pixel(rows, 3, 7), [128, 128, 128]);
});

test('kernels of three channels are colours, each with the whole range or all with one', () => {
  // Two kernels of one pixel: red, and a weak blue.
  const filters = {
    layer: 'c',
    shape: [2, 3, 1, 1],
    values: Float32Array.from([2, 0, -2, 0, 0, 0.5]),
  } as const;
  const each = filterPicture(filters, { columns: 2, scale: 1 });
  assert.deepEqual(pixel(each, 2, 2), [255, 128, 0]);
  assert.deepEqual(pixel(each, 2, 5), [128, 128, 255]);
  const all = filterPicture(filters, { columns: 2, scale: 1, normalise: 'all' });
  assert.deepEqual(pixel(all, 2, 5), [128, 128, 159]);
});

test('the filters before training are drawn again from the seed', () => {
  const network = buildNetwork('alexnet-32', { classes: 10 });
  const drawn = new Map<string, Float32Array>();
  initialise(network, { scheme: 'he', seed: 3 }, (name, values) => drawn.set(name, values.slice()));
  const { layer, shape, values } = initialFilters(network, { scheme: 'he', seed: 3 });
  assert.deepEqual([layer, shape], ['features.0', [16, 3, 5, 5]]);
  assert.deepEqual(values, drawn.get('features.0.weight'));
});
