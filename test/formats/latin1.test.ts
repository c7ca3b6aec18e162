import assert from 'node:assert/strict';
import { test } from 'node:test';
import { latin1Bytes, latin1Text } from '../../src/formats/latin1.ts';

test('every byte is the character of its number, as Node.js has it', () => {
  const bytes = Uint8Array.from({ length: 20_000 }, (_, i) => i & 0xff);
  assert.equal(latin1Text(bytes), Buffer.from(bytes).toString('latin1'));
  assert.deepEqual(latin1Bytes(latin1Text(bytes)), bytes);
  assert.deepEqual(latin1Bytes('é犬'), new Uint8Array(Buffer.from('é犬', 'latin1')));
});
