/** Writes small and large archives for tests. */
import { gzipSync } from 'node:zlib';

export interface Member {
  readonly name: string;
  readonly content: Uint8Array;
  /** Of ustar; '0' a file. */
  readonly type?: string;
}

function field(block: Buffer, at: number, length: number, value: number): void {
  block.write(value.toString(8).padStart(length - 1, '0'), at, 'latin1');
}

function header({ name, content, type = '0' }: Member): Buffer {
  const block = Buffer.alloc(512);
  block.write(name, 0, 100, 'utf8');
  field(block, 100, 8, 0o644);
  field(block, 124, 12, content.length);
  block.write(type, 156, 'latin1');
  block.write('ustar\0' + '00', 257, 'latin1');
  block.fill(' ', 148, 156);
  field(
    block,
    148,
    7,
    block.reduce((sum, byte) => sum + byte, 0),
  );
  return block;
}

const end = Buffer.alloc(1024);

function padded(content: Uint8Array): Buffer {
  return Buffer.concat([content, Buffer.alloc((512 - (content.length % 512)) % 512)]);
}

/** A ustar archive. */
export function tar(members: readonly Member[]): Buffer {
  return Buffer.concat([...members.flatMap((member) => [header(member), padded(member.content)]), end]);
}

/** The same compressed, part by part (gzip allows it), so that large equal contents are compressed once. */
export function tarGz(members: readonly Member[]): Buffer {
  const compressed = new Map<Uint8Array, Buffer>();
  const compress = (content: Uint8Array) => {
    const known = compressed.get(content) ?? gzipSync(padded(content), { level: 1 });
    compressed.set(content, known);
    return known;
  };
  const parts = members.flatMap((member) => [gzipSync(header(member)), compress(member.content)]);
  return Buffer.concat([...parts, gzipSync(end)]);
}

/** A binary batch of 10,000 records: labels go round from `shift`, every pixel is the label. */
export function binaryBatch(shift = 0): Buffer {
  const batch = Buffer.alloc(10_000 * 3073);
  for (let record = 0; record < 10_000; record++) {
    const label = (record + shift) % 10;
    batch.fill(label, record * 3073, (record + 1) * 3073);
  }
  return batch;
}

const ascii = (text: string) => Buffer.from(text, 'latin1');

function shortString(text: string): Buffer {
  return Buffer.concat([ascii('U'), Buffer.of(text.length), ascii(text)]);
}

function int(value: number): Buffer {
  const bytes = Buffer.alloc(5);
  bytes.write('J', 'latin1');
  bytes.writeInt32LE(value, 1);
  return bytes;
}

function longString(content: Uint8Array): Buffer {
  const head = Buffer.alloc(5);
  head.write('T', 'latin1');
  head.writeUInt32LE(content.length, 1);
  return Buffer.concat([head, content]);
}

/** A batch pickled as Python 2 with numpy did for the official archive: protocol 2, strings of bytes. */
export function pythonBatch(
  labels: readonly number[],
  data: Uint8Array,
  { fortran = false, labelsKey = 'labels' } = {},
): Buffer {
  const array = [
    [ascii('cnumpy.core.multiarray\n_reconstruct\ncnumpy\nndarray\n')],
    [int(0), ascii('\x85'), shortString('b'), ascii('\x87R')],
    [ascii('('), int(1), int(labels.length), int(3072), ascii('\x86')],
    [ascii('cnumpy\ndtype\n'), shortString('u1'), int(0), int(1), ascii('\x87R')],
    [ascii('('), int(3), shortString('|'), ascii('NNN'), int(-1), int(-1), int(0), ascii('tb')],
    [ascii(fortran ? '\x88' : '\x89'), longString(data), ascii('tb')],
  ];
  const dict = [
    [ascii('\x80\x02}(')],
    [shortString('data'), ...array.flat()],
    [shortString(labelsKey), ascii(']('), ...labels.map(int), ascii('e')],
    [shortString('batch_label'), shortString('training batch 1 of 5')],
    [ascii('u.')],
  ];
  return Buffer.concat(dict.flat());
}
