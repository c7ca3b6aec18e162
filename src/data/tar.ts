/** Reads tar archives (POSIX ustar, with pax and GNU long names) as a stream; nothing is written to disk. */
import { closeSync, fstatSync, openSync, readSync } from 'node:fs';
import { alexnetError } from '../errors.ts';
import { unreadable } from './unreadable.ts';

const blockBytes = 512;
/** Longest name that an extended header may give. */
const mostHeaderBytes = 65536;
/** Longest member that is read into memory. */
const mostMemberBytes = 2 ** 30;

/** A file in a tar archive. */
export interface TarMember {
  /** With `/`; never absolute, never with `..`. */
  readonly name: string;
  readonly bytes: number;
  /** Where the content begins in the archive. */
  readonly offset: number;
  /** Reads the content, once; what is not read is skipped. */
  read(): Promise<Uint8Array<ArrayBuffer>>;
}

/** Takes exact numbers of bytes from a stream of chunks of any length. */
interface ByteReader {
  /** Fills the target as far as the stream goes; returns how many bytes it got. */
  fill(target: Uint8Array): Promise<number>;
  /** Returns how many bytes it passed over. */
  skip(bytes: number): Promise<number>;
}

function byteReader(chunks: AsyncIterator<Uint8Array>): ByteReader {
  let chunk: Uint8Array = new Uint8Array(0);

  async function each(bytes: number, use: (part: Uint8Array, at: number) => void): Promise<number> {
    let done = 0;
    while (done < bytes) {
      if (chunk.length === 0) {
        const next = await chunks.next();
        if (next.done === true) return done;
        chunk = next.value;
      }
      const part = chunk.subarray(0, bytes - done);
      use(part, done);
      done += part.length;
      chunk = chunk.subarray(part.length);
    }
    return done;
  }

  return {
    fill: (target) => each(target.length, (part, at) => target.set(part, at)),
    skip: (bytes) => each(bytes, () => {}),
  };
}

/** Reads a file that can be read at any place: what is skipped is not read. */
function fileReader(file: number, bytes: number): ByteReader {
  let position = 0;
  return {
    async fill(target) {
      let done = 0;
      while (done < target.length) {
        const got = readSync(file, target, done, target.length - done, position + done);
        if (got === 0) break;
        done += got;
      }
      position += done;
      return done;
    },
    async skip(wanted) {
      const skipped = Math.max(0, Math.min(wanted, bytes - position));
      position += skipped;
      return skipped;
    },
  };
}

interface Header {
  readonly name: string;
  readonly bytes: number;
  /** '0' a file, '5' a folder, '1' and '2' links, 'x', 'g' and 'L' extended headers. */
  readonly type: string;
}

function text(block: Uint8Array, at: number, length: number): string {
  const field = Buffer.from(block.buffer, block.byteOffset + at, length);
  const end = field.indexOf(0);
  return field.toString('utf8', 0, end < 0 ? length : end);
}

function checksumFits(block: Uint8Array): boolean {
  const spaces = 8 * 0x20;
  const sum = block.reduce((total, byte, i) => total + (i >= 148 && i < 156 ? 0 : byte), spaces);
  return Number.parseInt(text(block, 148, 8), 8) === sum;
}

function parseHeader(block: Uint8Array, archive: string): Header {
  if (!checksumFits(block)) {
    throw alexnetError('ALEX_DATA_CORRUPT', { file: archive, problem: 'a tar header has a wrong checksum' });
  }
  const size = text(block, 124, 12).trim();
  if (!/^[0-7]+$/.test(size)) {
    throw alexnetError('ALEX_DATA_CORRUPT', { file: archive, problem: 'a tar header has no size' });
  }
  const prefix = text(block, 257, 6) === 'ustar' ? text(block, 345, 155) : '';
  const name = text(block, 0, 100);
  const type = String.fromCharCode(block[156]!).replace('\0', '0');
  return { name: prefix === '' ? name : `${prefix}/${name}`, bytes: Number.parseInt(size, 8), type };
}

/** The value of `path` among pax records, `LENGTH path=VALUE\n` each; undefined when it is not there. */
function paxPath(content: Uint8Array): string | undefined {
  return /(?:^|\n)\d+ path=([^\n]*)\n/.exec(Buffer.from(content).toString('utf8'))?.[1];
}

function checkMember({ name, type }: Header, archive: string): void {
  const refuse = (problem: string) => alexnetError('ALEX_DATA_MEMBER', { archive, member: name, problem });
  if (/^[/\\]|^[A-Za-z]:/.test(name)) throw refuse('its path is absolute');
  if (name.split(/[/\\]/).includes('..')) throw refuse('its path leaves the folder');
  if (type === '1' || type === '2') throw refuse('it is a link');
  if (!'057'.includes(type)) throw refuse(`it is neither a file nor a folder (type ${JSON.stringify(type)})`);
}

/**
 * The files of a tar archive in order. `archive` names it in errors: ALEX_DATA_CORRUPT when it ends early or a
 * header is wrong, ALEX_DATA_MEMBER for links, devices and paths that leave their folder.
 */
export async function* readTar(
  chunks: AsyncIterable<Uint8Array>,
  archive: string,
): AsyncGenerator<TarMember, void, void> {
  const iterator = chunks[Symbol.asyncIterator]();
  try {
    yield* readMembers(byteReader(iterator), archive);
  } finally {
    await iterator.return?.();
  }
}

/** The files of a tar archive that is not compressed, as readTar gives them; only what is asked for is read. */
export async function* readTarFile(path: string): AsyncGenerator<TarMember, void, void> {
  let file: number | undefined;
  try {
    file = openSync(path, 'r');
    yield* readMembers(fileReader(file, fstatSync(file).size), path);
  } catch (error) {
    throw (error as NodeJS.ErrnoException).syscall === undefined ? error : unreadable(path, error);
  } finally {
    if (file !== undefined) closeSync(file);
  }
}

async function* readMembers(reader: ByteReader, archive: string): AsyncGenerator<TarMember, void, void> {
  const endsEarly = () =>
    alexnetError('ALEX_DATA_CORRUPT', { file: archive, problem: 'it ends in the middle of a member' });
  const block = new Uint8Array(blockBytes);
  let longName: string | undefined;
  /** Of the next header. */
  let position = 0;
  for (;;) {
    const got = await reader.fill(block);
    if (got === 0 || (got === blockBytes && block.every((byte) => byte === 0))) break;
    if (got < blockBytes) throw endsEarly();
    const header = parseHeader(block, archive);
    const padded = Math.ceil(header.bytes / blockBytes) * blockBytes;
    let left = padded;
    const offset = position + blockBytes;
    position = offset + padded;
    const read = async () => {
      if (header.bytes > mostMemberBytes) {
        const problem = `${header.name} claims ${header.bytes} bytes`;
        throw alexnetError('ALEX_DATA_CORRUPT', { file: archive, problem });
      }
      const content = new Uint8Array(header.bytes);
      left -= await reader.fill(content);
      if (left > padded - header.bytes) throw endsEarly();
      return content;
    };
    if ('xgL'.includes(header.type)) {
      if (header.bytes > mostHeaderBytes) {
        throw alexnetError('ALEX_DATA_CORRUPT', { file: archive, problem: 'a tar header is too long' });
      }
      const content = await read();
      if (header.type === 'x') longName = paxPath(content) ?? longName;
      if (header.type === 'L') longName = text(content, 0, content.length);
    } else {
      const name = longName ?? header.name;
      longName = undefined;
      checkMember({ ...header, name }, archive);
      if (header.type !== '5') yield { name, bytes: header.bytes, offset, read };
    }
    if ((await reader.skip(left)) < left) throw endsEarly();
  }
  // To the very end, so that whatever checks the stream (gzip's checksum) has seen all of it.
  await reader.skip(Infinity);
}
