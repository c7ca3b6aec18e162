/** Reads TensorBoard's event files by the rules of its own reader, and checks both checksums of every record. */
import assert from 'node:assert/strict';
import { byteStrings, messages, numbers, readMessage, texts, type Message } from '../protobuf/readMessage.ts';

export interface ReadEvent {
  readonly wallTime: number;
  readonly step: number;
  readonly fileVersion?: string;
  /** 1: a session starts. */
  readonly session?: number;
  readonly scalars: Readonly<Record<string, number>>;
  readonly texts: Readonly<Record<string, string>>;
}

/** CRC-32C bit by bit: RFC 3720, section B.4. */
export function bitwiseCrc32c(bytes: Uint8Array): number {
  let crc = 0xffffffff;
  for (const byte of bytes) {
    for (let bit = 0; bit < 8; bit++) {
      const last = (crc ^ (byte >> bit)) & 1;
      crc = (crc >>> 1) ^ (last * 0x82f63b78);
    }
  }
  return ~crc >>> 0;
}

/** In 64-bit arithmetic, where ours is in 32. */
function masked(bytes: Uint8Array): number {
  const crc = BigInt(bitwiseCrc32c(bytes));
  return Number((((crc >> 15n) | (crc << 17n)) & 0xffffffffn) + 0xa282ead8n) % 2 ** 32;
}

export function readRecords(file: Buffer): Buffer[] {
  const records: Buffer[] = [];
  for (let at = 0; at < file.length;) {
    const length = Number(file.readBigUInt64LE(at));
    const record = file.subarray(at + 12, at + 12 + length);
    assert.equal(record.length, length, 'a record is cut short');
    assert.equal(file.readUInt32LE(at + 8), masked(file.subarray(at, at + 8)), 'checksum of a length');
    assert.equal(file.readUInt32LE(at + 12 + length), masked(record), 'checksum of a record');
    records.push(record);
    at += 12 + length + 4;
  }
  return records;
}

export function readEvents(file: Buffer): ReadEvent[] {
  return readRecords(file).map((record) => readEvent(readMessage(record)));
}

function readEvent(event: Message): ReadEvent {
  const values = messages(event, 5).flatMap((summary) => messages(summary, 1));
  const scalars = values.flatMap((value) =>
    byteStrings(value, 2).map((bytes) => [texts(value, 1)[0]!, Buffer.from(bytes).readFloatLE()] as const),
  );
  const written = values.flatMap((value) =>
    messages(value, 8).map((tensor) => [texts(value, 1)[0]!, text(value, tensor)]),
  );
  return {
    wallTime: Buffer.from(byteStrings(event, 1)[0]!).readDoubleLE(),
    step: numbers(event, 2)[0] ?? 0,
    fileVersion: texts(event, 3)[0],
    session: messages(event, 7).flatMap((session) => numbers(session, 1))[0],
    scalars: Object.fromEntries(scalars),
    texts: Object.fromEntries(written) as Record<string, string>,
  };
}

/** A tensor of one string, whose tag's plugin is that of texts. */
function text(value: Message, tensor: Message): string {
  const [plugin] = messages(messages(value, 9)[0]!, 1);
  assert.deepEqual(texts(plugin!, 1), ['text']);
  assert.deepEqual(numbers(tensor, 1), [7], 'strings');
  const [dimension] = messages(messages(tensor, 2)[0]!, 2);
  assert.deepEqual(numbers(dimension!, 1), [1]);
  return texts(tensor, 8)[0]!;
}
