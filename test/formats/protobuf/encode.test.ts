/** The examples of protobuf.dev/programming-guides/encoding. */
import assert from 'node:assert/strict';
import { it } from 'node:test';
import {
  doubleField,
  floatField,
  messageField,
  numberField,
  textField,
  varint,
  type Pieces,
} from '../../../src/formats/protobuf/encode.ts';

function hex(pieces: Pieces): string {
  return Buffer.concat(pieces).toString('hex');
}

it('writes numbers seven bits a byte', () => {
  assert.equal(hex([varint(0)]), '00');
  assert.equal(hex([varint(127)]), '7f');
  assert.equal(hex([varint(150)]), '9601');
  assert.equal(hex([varint(2 ** 53 - 1)]), 'ffffffffffffff0f');
  assert.equal(hex([varint(-2)]), 'feffffffffffffffff01');
});

it('writes fields', () => {
  assert.equal(hex(numberField(1, 150)), '089601');
  assert.equal(hex(textField(2, 'testing')), '120774657374696e67');
  assert.equal(hex(messageField(3, numberField(1, 150))), '1a03089601');
  // 0.15625 is 1.25 × 2^-3 in IEEE 754's float32 and float64.
  assert.equal(hex(floatField(2, 0.15625)), '150000203e');
  assert.equal(hex(doubleField(1, 0.15625)), '09000000000000c43f');
  // A field number of two bytes: 20 << 3 | 0 is 160.
  assert.equal(hex(numberField(20, 2)), 'a00102');
});
