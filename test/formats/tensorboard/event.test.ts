import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import fc from 'fast-check';
import { crc32c } from '../../../src/formats/tensorboard/crc32c.ts';
import {
  fileVersionRecord,
  restartRecord,
  scalarsRecord,
  textRecord,
} from '../../../src/formats/tensorboard/event.ts';
import { tfRecord } from '../../../src/formats/tensorboard/record.ts';
import { bitwiseCrc32c, readEvents, readRecords } from './readEvents.ts';

test('checksums are those of RFC 3720, section B.4', () => {
  const ascending = Uint8Array.from({ length: 32 }, (_, index) => index);
  const examples = [
    [new Uint8Array(32), 0x8a9136aa],
    [new Uint8Array(32).fill(0xff), 0x62a8ab43],
    [ascending, 0x46dd794e],
    [ascending.toReversed(), 0x113fdb5c],
  ] as const;
  for (const [bytes, expected] of examples) {
    assert.equal(crc32c(bytes), expected);
    assert.equal(bitwiseCrc32c(bytes), expected);
  }
});

test('a record is framed so that a reader gets its bytes back, both checksums right', () => {
  fc.assert(
    fc.property(fc.array(fc.uint8Array({ maxLength: 300 }), { maxLength: 5 }), (contents) => {
      const read = readRecords(Buffer.concat(contents.map(tfRecord)));
      assert.deepEqual(
        read.map((record) => [...record]),
        contents.map((content) => [...content]),
      );
    }),
    { numRuns: 50 },
  );
});

const golden = JSON.parse(
  readFileSync(new URL('../../golden/tensorboardEvents.json', import.meta.url), 'utf8'),
) as Record<string, string>;

const records = {
  fileVersion: fileVersionRecord(1_700_000_000.25),
  restart: restartRecord(1_700_000_001, 200),
  scalars: scalarsRecord(1_700_000_002, 2 ** 33, { 'loss/step': 2.5, learning_rate: 0.001 }),
  text: textRecord(1_700_000_003, 7, 'configuration', '# é'),
};

test("records are those of TensorBoard's own writer, to the byte", () => {
  const written = Object.entries(records).map(([name, bytes]) => [name, Buffer.from(bytes).toString('hex')]);
  assert.deepEqual(Object.fromEntries(written), golden);
});

test('events say when, at which step, and what', () => {
  const nothing = { fileVersion: undefined, session: undefined, scalars: {}, texts: {} };
  const rates = { 'loss/step': 2.5, learning_rate: Math.fround(0.001) };
  assert.deepEqual(readEvents(Buffer.concat(Object.values(records))), [
    { ...nothing, wallTime: 1_700_000_000.25, step: 0, fileVersion: 'brain.Event:2' },
    { ...nothing, wallTime: 1_700_000_001, step: 200, session: 1 },
    { ...nothing, wallTime: 1_700_000_002, step: 2 ** 33, scalars: rates },
    { ...nothing, wallTime: 1_700_000_003, step: 7, texts: { configuration: '# é' } },
  ]);
});
