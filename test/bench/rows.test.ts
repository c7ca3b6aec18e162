import assert from 'node:assert/strict';
import { it } from 'node:test';
import { rowName, rows, selectRows, selectStarts } from '../../bench/rows.ts';

it('names each row differently', () => {
  const names = rows.map(rowName);
  assert.equal(new Set(names).size, names.length);
});

it('leaves the slow rows out unless all are wanted', () => {
  assert.deepEqual(selectRows({ full: true }), rows);
  assert.deepEqual(rows.filter((row) => !selectRows({}).includes(row)).map(rowName), [
    'alexnet, train, batch 128',
  ]);
});

it('selects rows and starts by a part of their names', () => {
  assert.deepEqual(selectRows({ only: 'alexnet, infer' }).map(rowName), [
    'alexnet, infer, batch 32',
    'alexnet, infer, batch 1',
    'alexnet, infer, batch 32, WebAssembly, one thread',
    'alexnet, infer, batch 32, WebAssembly as in a browser, one thread',
  ]);
  assert.deepEqual(selectStarts({ only: 'alexnet, infer' }), []);
  assert.deepEqual(selectRows({ only: 'first step' }), []);
  assert.deepEqual(selectStarts({ only: 'first step' }), ['alexnet-32', 'alexnet']);
});
