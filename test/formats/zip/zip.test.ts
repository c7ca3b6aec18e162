/** Archives that we write, and hostile ones; PyTorch's own are in test/formats/pth. */
import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test, type TestContext } from 'node:test';
import fc from 'fast-check';
import { openFile } from '../../../src/formats/openFile.ts';
import { readZip, ZipError } from '../../../src/formats/zip/readZip.ts';
import { writeZip } from '../../../src/formats/zip/writeZip.ts';
import { temporaryFolder } from '../temporaryFolder.ts';

type Contents = Record<string, Uint8Array>;

async function zipped(contents: Contents): Promise<Buffer> {
  const parts: Uint8Array[] = [];
  const sources = Object.entries(contents).map(([name, bytes]) => ({ name, read: () => bytes }));
  await writeZip(sources, async (bytes) => void parts.push(bytes));
  return Buffer.concat(parts);
}

/** A function that reads all entries of an archive. */
function reader(context: TestContext): (bytes: Uint8Array) => Promise<Contents> {
  const path = join(temporaryFolder(context), 'a.zip');
  return async (bytes) => {
    writeFileSync(path, bytes);
    const file = await openFile(path);
    try {
      const contents: [string, Uint8Array][] = [];
      for (const [name, entry] of await readZip(file)) {
        contents.push([name, new Uint8Array(await entry.readAll())]);
      }
      return Object.fromEntries(contents);
    } finally {
      await file.close();
    }
  };
}

const text = (content: string): Uint8Array => Uint8Array.from(Buffer.from(content));
const two = { 'a/first': text('one'), 'a/second': text('three') };

test('what is written is what is read, each entry at a multiple of 64', async (context) => {
  const read = reader(context);
  const name = fc.string({ unit: 'grapheme', minLength: 1, maxLength: 80 });
  await fc.assert(
    fc.asyncProperty(
      fc.dictionary(name, fc.uint8Array({ maxLength: 300 }), { noNullPrototype: true }),
      async (contents) => {
        assert.deepEqual(await read(await zipped(contents)), contents);
      },
    ),
    { numRuns: 100 },
  );
  const bytes = await zipped(two);
  assert.deepEqual([bytes.indexOf('one') % 64, bytes.indexOf('three') % 64], [0, 0]);
});

/** Offsets of fields in an entry of the directory, and in the end record. */
const field = { method: 10, crc: 16, packed: 20, size: 24, nameLength: 28, headerAt: 42 };
const endField = { entries: 10, directoryBytes: 12, directoryAt: 16, commentLength: 20 };

/** The archive of two entries with a field of the second's directory entry set. */
async function spoilt(at: number, value: number, bytes: 2 | 4 = 4): Promise<Buffer> {
  const archive = await zipped(two);
  archive.writeUIntLE(value, archive.lastIndexOf('PK\x01\x02', 'latin1') + at, bytes);
  return archive;
}

async function spoiltEnd(at: number, value: number, bytes: 2 | 4 = 4): Promise<Buffer> {
  const archive = await zipped(two);
  archive.writeUIntLE(value, archive.length - 22 + at, bytes);
  return archive;
}

test('archives that lie are refused', async (context) => {
  const read = reader(context);
  const rejects = async (archive: Promise<Buffer> | Buffer, message: RegExp): Promise<void> => {
    await assert.rejects(
      read(await archive),
      (error: Error) => error instanceof ZipError && message.test(error.message),
    );
  };
  await rejects(spoilt(field.method, 8, 2), /"a\/second" is compressed/);
  await rejects(spoilt(field.crc, 5), /"a\/second" is damaged/);
  await rejects(spoilt(field.size, 4), /two sizes, 4 and 5/);
  await rejects(spoilt(field.size, 0xffff_ffff), /directory is damaged/);
  await rejects(spoilt(field.headerAt, 0), /overlaps another entry/);
  await rejects(spoilt(field.headerAt, 10), /overlaps another entry/);
  await rejects(spoilt(field.headerAt, 70), /is not where the directory says/);
  await rejects(spoilt(field.headerAt, 0x7fff_ffff), /outside of the file/);
  await rejects(spoilt(field.nameLength, 0xffff, 2), /directory is damaged/);
  await rejects(spoiltEnd(endField.entries, 3, 2), /has 2 entries, expected 3/);
  await rejects(spoiltEnd(endField.directoryBytes, 0xffff_fff0), /outside of the file/);
  await rejects(spoiltEnd(endField.directoryAt, 0xffff_fff0), /outside of the file/);
  await rejects(spoiltEnd(endField.commentLength, 7, 2), /it has no end/);
  await rejects((await zipped(two)).subarray(0, -1), /it has no end/);
});

test('two entries of one name are refused', async (context) => {
  const contents = { 'a/1': text('one'), 'a/2': text('two') };
  const archive = Buffer.from((await zipped(contents)).toString('latin1').replaceAll('a/2', 'a/1'), 'latin1');
  await assert.rejects(reader(context)(archive), { message: 'it has "a/1" twice' });
});

test('sizes of 64 bits are read, where the plain fields are full', async (context) => {
  const archive = await zipped(two);
  const at = archive.lastIndexOf('PK\x01\x02', 'latin1');
  const headerAt = archive.readUInt32LE(at + field.headerAt);
  archive.fill(0xff, at + field.packed, at + field.packed + 8);
  archive.fill(0xff, at + field.headerAt, at + field.headerAt + 4);
  const extra = Buffer.alloc(4 + 24);
  extra.writeUInt16LE(1, 0);
  extra.writeUInt16LE(24, 2);
  extra.writeBigUInt64LE(5n, 4);
  extra.writeBigUInt64LE(5n, 12);
  extra.writeBigUInt64LE(BigInt(headerAt), 20);
  archive.writeUInt16LE(extra.length, at + 30);
  const directoryAt = archive.readUInt32LE(archive.length - 6);
  const end64 = Buffer.alloc(56 + 20);
  end64.writeUInt32LE(0x06064b50, 0);
  end64.writeBigUInt64LE(2n, 32);
  const head = archive.subarray(0, archive.length - 22);
  end64.writeBigUInt64LE(BigInt(head.length + extra.length - directoryAt), 40);
  end64.writeBigUInt64LE(BigInt(directoryAt), 48);
  end64.writeUInt32LE(0x07064b50, 56);
  end64.writeBigUInt64LE(BigInt(head.length + extra.length), 64);
  const end = archive.subarray(archive.length - 22);
  end.fill(0xff, 8, 20);
  const read = reader(context);
  assert.deepEqual(await read(Buffer.concat([head, extra, end64, end])), two);
  // Past what a number holds exactly, and past the file.
  extra.writeBigUInt64LE(2n ** 63n, 20);
  await assert.rejects(read(Buffer.concat([head, extra, end64, end])), /outside of the file/);
});
