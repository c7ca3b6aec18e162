/** The examples of protobuf.dev/programming-guides/encoding. */
import assert from 'node:assert/strict';
import { it } from 'node:test';
import { messageField, numberField, textField, varint, type Pieces } from '../../../bench/peers/protobuf.ts';

function hex(pieces: Pieces): string {
  return Buffer.concat(pieces).toString('hex');
}

it('writes numbers seven bits a byte', () => {
  assert.equal(hex([varint(0)]), '00');
  assert.equal(hex([varint(127)]), '7f');
  assert.equal(hex([varint(150)]), '9601');
  assert.equal(hex([varint(2 ** 53 - 1)]), 'ffffffffffffff0f');
});

it('writes fields', () => {
  assert.equal(hex(numberField(1, 150)), '089601');
  assert.equal(hex(textField(2, 'testing')), '120774657374696e67');
  assert.equal(hex(messageField(3, numberField(1, 150))), '1a03089601');
  // A field number of two bytes: 20 << 3 | 0 is 160.
  assert.equal(hex(numberField(20, 2)), 'a00102');
});
