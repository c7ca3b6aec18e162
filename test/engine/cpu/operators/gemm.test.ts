import assert from 'node:assert/strict';
import { it } from 'node:test';
import { coverRows } from '../../../../src/engine/cpu/operators/gemm.ts';

/** How often the tiles of a tiling cover each row. */
function coverage(
  rows: number,
  tileRows: number,
  overlap: boolean,
): { readonly times: number[]; readonly sizes: number[] } {
  const { full, tails } = coverRows(rows, tileRows, overlap);
  const times = Array<number>(rows).fill(0);
  const tiles = Array.from({ length: full }, (_, tile) => ({ row: tile * tileRows, rows: tileRows }));
  for (const tile of [...tiles, ...tails]) {
    assert.ok(tile.rows >= 1 && tile.rows <= tileRows && tile.row + tile.rows <= rows);
    for (let row = tile.row; row < tile.row + tile.rows; row++) times[row]!++;
  }
  return { times, sizes: [...tiles, ...tails].map((tile) => tile.rows) };
}

for (const tileRows of [6, 12]) {
  it(`covers every row once where a tile may not overlap another, tiles of ${tileRows}`, () => {
    for (let rows = 1; rows <= 200; rows++) {
      const { times } = coverage(rows, tileRows, false);
      assert.deepEqual(times, Array<number>(rows).fill(1), `${rows} rows`);
    }
  });

  it(`takes no tile of less than half the rows where there are enough, tiles of ${tileRows}`, () => {
    for (let rows = tileRows; rows <= 200; rows++) {
      assert.ok(Math.min(...coverage(rows, tileRows, false).sizes) >= tileRows / 2, `${rows} rows`);
    }
  });

  it(`covers every row, and takes whole tiles only, where tiles may overlap, tiles of ${tileRows}`, () => {
    for (let rows = 1; rows <= 200; rows++) {
      const { times, sizes } = coverage(rows, tileRows, true);
      assert.ok(Math.min(...times) >= 1, `${rows} rows`);
      assert.deepEqual(sizes, rows < tileRows ? [rows] : sizes.map(() => tileRows));
      assert.equal(sizes.length, Math.ceil(rows / tileRows));
    }
  });
}
