import assert from 'node:assert/strict';
import { test } from 'node:test';
import { crc32 as nodeCrc32 } from 'node:zlib';
import fc from 'fast-check';
import { crc32, slicedCrc32 } from '../../src/formats/crc32.ts';

test("a browser's checksums are Node.js's", () => {
  const own = slicedCrc32();
  // The check value of the catalogue of parametrised CRC algorithms.
  assert.equal(own(Buffer.from('123456789')), 0xcbf43926);
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 40 }), (bytes) => {
      assert.equal(own(bytes), nodeCrc32(bytes));
      assert.equal(crc32(bytes), nodeCrc32(bytes));
    }),
  );
});
