import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, afterEach, before, beforeEach, test } from 'node:test';
import { download, fetchCifar10, type DownloadOptions } from '../../src/data/download.ts';
import type { Mirror } from '../../src/data/mirrors.ts';
import { hashedPixels } from './goldenImages.ts';

const content = Buffer.from(hashedPixels(4, 0, 300_000));
const md5 = createHash('md5').update(content).digest('hex');
const file = 'set.tar.gz';

type Answer = (request: IncomingMessage, response: ServerResponse) => void;
const answers = new Map<string, Answer>();
const requests: { path: string; range: string | undefined; ifRange: string | undefined }[] = [];

const server = createServer((request, response) => {
  const { url: path = '', headers } = request;
  requests.push({ path, range: headers.range, ifRange: headers['if-range'] as string | undefined });
  (answers.get(path) ?? notFound)(request, response);
});

const notFound: Answer = (_, response) => response.writeHead(404).end();

/** From where a request asks, by `Range: bytes=N-`. */
function askedFrom(request: IncomingMessage): number {
  return Number(/^bytes=(\d+)-$/.exec(request.headers.range ?? '')?.[1] ?? 0);
}

/** A server that gives ranges and names its version; after `most` bytes of an answer its connection breaks. */
function good(bytes: Buffer, { etag = '"v1"', most = Infinity } = {}): Answer {
  return (request, response) => {
    const unchanged = (request.headers['if-range'] ?? etag) === etag;
    const from = unchanged ? askedFrom(request) : 0;
    if (from >= bytes.length) {
      response.writeHead(416, { 'content-range': `bytes */${bytes.length}` }).end();
      return;
    }
    const part = bytes.subarray(from);
    const range = { 'content-range': `bytes ${from}-${bytes.length - 1}/${bytes.length}` };
    response.writeHead(from > 0 ? 206 : 200, {
      etag,
      'content-length': part.length,
      ...(from > 0 ? range : {}),
    });
    if (part.length <= most) response.end(part);
    else response.write(part.subarray(0, most), () => setTimeout(() => response.destroy(), 20));
  };
}

const withoutRanges: Answer = (_, response) => {
  response.writeHead(200, { 'content-length': content.length }).end(content);
};

let root: string;
let folder: string;
before(async () => {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
});
after(() => {
  server.closeAllConnections();
  server.close();
});
beforeEach(() => {
  folder = root = mkdtempSync(join(tmpdir(), 'alexnet-download-'));
  answers.clear();
  requests.length = 0;
});
afterEach(() => rmSync(root, { recursive: true }));

/** Where nobody listens. */
async function closedUrl(): Promise<string> {
  const other = createServer();
  await new Promise<void>((resolve) => other.listen(0, '127.0.0.1', resolve));
  const { port } = other.address() as AddressInfo;
  await new Promise((resolve) => other.close(resolve));
  return `http://127.0.0.1:${port}/refused`;
}

function mirror(path: string, answer?: Answer): Mirror {
  if (answer !== undefined) answers.set(path, answer);
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}${path}`, file, md5 };
}

function get(mirrors: readonly Mirror[], options: Partial<DownloadOptions> = {}): Promise<string> {
  const patience = { stallSeconds: 5, slowBytesPerSecond: 0, slowSeconds: 5 };
  return download({ mirrors, folder, patience, ...options });
}

/** Leaves what an earlier, interrupted download would have left. */
function leavePart(bytes: Uint8Array, version?: object): void {
  writeFileSync(join(folder, `${file}.part`), bytes);
  if (version !== undefined) writeFileSync(join(folder, `${file}.part.json`), JSON.stringify(version));
}

function assertWhole(path: string): void {
  assert.equal(path, join(folder, file));
  assert.equal(Buffer.compare(readFileSync(path), content), 0);
  assert.deepEqual(readdirSync(folder), [file]);
}

const ranges = () => requests.map(({ path, range }) => `${path} ${range ?? 'all'}`);

test('a download with progress, into a folder that is made', async () => {
  let last = { bytes: 0, total: 0 as number | undefined };
  folder = join(folder, 'a', 'b');
  const path = await get([mirror('/a', good(content))], { onProgress: (progress) => (last = progress) });
  assertWhole(path);
  assert.deepEqual([last.bytes, last.total], [content.length, content.length]);
});

test('a partial file is gone on with', async () => {
  const home = mirror('/a', good(content));
  leavePart(content.subarray(0, 100_000), { url: home.url, validator: '"v1"' });
  assertWhole(await get([home]));
  assert.deepEqual(requests, [{ path: '/a', range: 'bytes=100000-', ifRange: '"v1"' }]);
});

test('a partial file of another version on the server is thrown away', async () => {
  const home = mirror('/a', good(content));
  leavePart(Buffer.alloc(100_000, 7), { url: home.url, validator: '"v0"' });
  assertWhole(await get([home]));
  assert.equal(requests.length, 1);
});

test('a partial file with wrong bytes and no known version: once more from the start', async () => {
  leavePart(Buffer.alloc(100_000, 7));
  assertWhole(await get([mirror('/a', good(content))]));
  assert.deepEqual(ranges(), ['/a bytes=100000-', '/a all']);
});

test('a partial file that is whole, or too long', async () => {
  leavePart(content);
  assertWhole(await get([mirror('/a', good(content))]));
  rmSync(join(folder, file));
  leavePart(Buffer.concat([content, content]));
  assertWhole(await get([mirror('/a', good(content))]));
});

test('a server that ignores ranges', async () => {
  leavePart(content.subarray(0, 100_000));
  assertWhole(await get([mirror('/a', withoutRanges)]));
});

test('a connection that breaks is taken up where it broke', async () => {
  assertWhole(await get([mirror('/a', good(content, { most: 120_000 }))]));
  assert.equal(requests.length, 3);
  assert.ok(requests.slice(1).every(({ range }) => range !== undefined));
});

test('mirrors that fail are left for the next, and said so', async () => {
  const notices: string[] = [];
  const mirrors = [
    { ...mirror('/x'), url: await closedUrl() },
    mirror('/missing'),
    mirror('/wrong', good(Buffer.alloc(1000))),
    mirror(
      '/encoded',
      (_, response) => void response.writeHead(200, { 'content-encoding': 'gzip' }).end('x'),
    ),
    mirror('/a', good(content)),
  ];
  assertWhole(await get(mirrors, { onNotice: (notice) => notices.push(notice) }));
  assert.equal(notices.length, 4);
  assert.match(notices[0]!, /refused: ECONNREFUSED/);
  assert.match(notices[1]!, /status 404/);
  assert.match(notices[2]!, /checksum/);
  assert.match(notices[3]!, /encoded as gzip/);
});

test('the next mirror goes on with what the first gave', async () => {
  const dies: Answer = (request, response) =>
    askedFrom(request) === 0
      ? good(content, { most: 200_000 })(request, response)
      : notFound(request, response);
  assertWhole(await get([mirror('/a', dies), mirror('/b', good(content))]));
  assert.equal(ranges().at(-1)!.startsWith('/b bytes='), true);
});

test('a silent mirror is left', async () => {
  const patience = { stallSeconds: 0.2, slowBytesPerSecond: 0, slowSeconds: 5 };
  const halfSilent: Answer = (_, response) =>
    void response.writeHead(200, { 'content-length': content.length }).write('x');
  const silent: Answer = () => {};
  const mirrors = [mirror('/a', silent), mirror('/b', halfSilent), mirror('/c', good(content))];
  assertWhole(await get(mirrors, { patience }));
});

/** A few bytes every 20 ms, to the end. */
const slowly: Answer = (request, response) => {
  let at = askedFrom(request);
  const headers = { 'content-range': `bytes ${at}-${content.length - 1}/${content.length}` };
  response.writeHead(at > 0 ? 206 : 200, { ...headers, 'content-length': content.length - at });
  const timer = setInterval(() => {
    response.write(content.subarray(at, at + 20_000));
    at += 20_000;
    if (at < content.length) return;
    clearInterval(timer);
    response.end();
  }, 20);
  response.on('close', () => clearInterval(timer));
};

test('a slow mirror is left for a better one, and taken when there is none', async () => {
  const patience = { stallSeconds: 5, slowBytesPerSecond: 1e9, slowSeconds: 0.1 };
  assertWhole(await get([mirror('/slow', slowly), mirror('/a', good(content))], { patience }));
  rmSync(join(folder, file));
  requests.length = 0;
  assertWhole(await get([mirror('/slow', slowly), mirror('/missing')], { patience }));
  assert.deepEqual(
    requests.map(({ path }) => path),
    ['/slow', '/missing', '/slow'],
  );
});

test('without network the error says how to place the file by hand', async () => {
  await assert.rejects(get([{ ...mirror('/'), url: await closedUrl() }]), (error: Error) => {
    assert.match(
      error.message,
      /^ALEX_DATA_DOWNLOAD: set\.tar\.gz could not be downloaded: http.*ECONNREFUSED/,
    );
    return error.message.includes(`place it in ${folder}`);
  });
});

test('a stopped download keeps its partial file', async () => {
  const stop = new AbortController();
  const options = { signal: stop.signal, onProgress: () => stop.abort(new Error('stopped')) };
  await assert.rejects(get([mirror('/a', slowly)], options), { message: 'stopped' });
  assert.ok(existsSync(join(folder, `${file}.part`)));
  assert.ok(!existsSync(join(folder, file)));
});

test('a folder that cannot be written is told', async () => {
  writeFileSync(join(folder, 'file'), '');
  await assert.rejects(get([mirror('/a', good(content))], { folder: join(folder, 'file', 'in') }), {
    code: 'ALEX_DATA_WRITE',
  });
});

test('fetchCifar10 downloads only what is not there', async () => {
  const archive = { ...mirror('/a', good(content)), file: 'cifar-10-binary.tar.gz' };
  const first = await fetchCifar10({ dataDir: folder, mirrors: [archive] });
  assert.deepEqual(first, { path: join(folder, archive.file), downloaded: true });
  assert.deepEqual(await fetchCifar10({ dataDir: folder, mirrors: [archive] }), {
    ...first,
    downloaded: false,
  });
  assert.equal(requests.length, 1);
});
