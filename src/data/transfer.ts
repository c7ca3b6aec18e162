/** One HTTP transfer into a partial file, from where the file ends (RFC 9110, range requests). */
import { open, readFile, rm, stat, writeFile, type FileHandle } from 'node:fs/promises';

/** When a server is given up. */
export interface Patience {
  /** Without a byte for so long. */
  readonly stallSeconds: number;
  /** Below this rate, averaged over `slowSeconds`; 0 never. */
  readonly slowBytesPerSecond: number;
  readonly slowSeconds: number;
}

export interface TransferProgress {
  readonly bytes: number;
  /** Undefined when the server does not say. */
  readonly total: number | undefined;
  readonly bytesPerSecond: number;
}

export interface Transfer {
  readonly url: string;
  /** The partial file; beside it `PART.json` keeps which version of it the server had. */
  readonly part: string;
  readonly patience: Patience;
  readonly signal?: AbortSignal | undefined;
  readonly onProgress?: ((progress: TransferProgress) => void) | undefined;
}

/** A failure of the server or the network: another mirror may do better. `slow` when patience ran out on its rate. */
export class TransferError extends Error {
  readonly slow: boolean;
  constructor(message: string, slow = false, cause?: unknown) {
    super(message, { cause });
    this.slow = slow;
  }
}

/** What If-Range can name: which server's bytes are in the partial file. */
interface Version {
  readonly url: string;
  readonly validator: string;
}

/**
 * Fetches the rest of the file. Returns when the server says that all bytes are there; the caller checks them.
 * Throws TransferError, the system's errors for the file, and the signal's reason.
 */
export async function transfer(options: Transfer): Promise<void> {
  const patience = new AbortController();
  const signal = AbortSignal.any([patience.signal, ...(options.signal ? [options.signal] : [])]);
  let response: Response;
  const from = await sizeOf(options.part);
  const stall = setTimeout(() => patience.abort(), options.patience.stallSeconds * 1000);
  try {
    const headers = await requestHeaders(options, from);
    response = await fetch(options.url, { headers, signal });
  } catch (error) {
    options.signal?.throwIfAborted();
    throw new TransferError(patience.signal.aborted ? 'no answer' : reasonOf(error), false, error);
  } finally {
    clearTimeout(stall);
  }
  const range = await rangeOf(response, from, options);
  try {
    await receive(response, range, options);
  } finally {
    // Lets go of the connection when it was left early.
    patience.abort();
  }
}

async function requestHeaders({ part, url }: Transfer, from: number): Promise<Record<string, string>> {
  // A server that compresses what is compressed would not give byte ranges of the file.
  const headers: Record<string, string> = { 'accept-encoding': 'identity' };
  if (from === 0) return headers;
  headers['range'] = `bytes=${from}-`;
  const version = await readVersion(part);
  if (version?.url === url) headers['if-range'] = version.validator;
  return headers;
}

interface Range {
  readonly from: number;
  readonly total: number | undefined;
}

/** Which bytes the response has; discards the partial file when the server cannot go on with it. */
async function rangeOf(response: Response, from: number, { part, url }: Transfer): Promise<Range> {
  const { status, headers } = response;
  const encoding = headers.get('content-encoding') ?? 'identity';
  if (encoding !== 'identity') throw await refused(response, `it sends the file encoded as ${encoding}`);
  if (status === 206) {
    const [, start, total] = /^bytes (\d+)-\d+\/(\d+|\*)$/.exec(headers.get('content-range') ?? '') ?? [];
    if (Number(start) !== from) throw await refused(response, 'it answers with other bytes than asked for');
    return { from, total: total === '*' ? undefined : Number(total) };
  }
  if (status === 416) {
    const [, total] = /^bytes \*\/(\d+)$/.exec(headers.get('content-range') ?? '') ?? [];
    await response.body?.cancel();
    if (Number(total) === from) return { from, total: from };
    await discard(part);
    throw new TransferError('the partial file is longer than its file');
  }
  if (status !== 200) throw await refused(response, `it answers with status ${status}`);
  const length = headers.get('content-length');
  await writeVersion(part, url, headers);
  return { from: 0, total: length === null ? undefined : Number(length) };
}

async function refused(response: Response, reason: string): Promise<TransferError> {
  await response.body?.cancel();
  return new TransferError(reason);
}

async function receive(response: Response, { from, total }: Range, options: Transfer): Promise<void> {
  if (response.body === null || from === total) return;
  const file = await open(options.part, from === 0 ? 'w' : 'a');
  try {
    const bytes = await writeAll(response.body, file, { from, total }, options);
    if (total !== undefined && bytes < total)
      throw new TransferError(`it ended after ${bytes} of ${total} bytes`);
  } finally {
    await file.close();
  }
}

async function writeAll(
  body: ReadableStream<Uint8Array>,
  file: FileHandle,
  { from, total }: Range,
  { patience, signal, onProgress }: Transfer,
): Promise<number> {
  const meter = rateMeter(patience.slowSeconds);
  const reader = body.getReader();
  let bytes = from;
  for (;;) {
    const chunk = await nextChunk(reader, patience.stallSeconds, signal);
    if (chunk === undefined) return bytes;
    await file.write(chunk);
    bytes += chunk.length;
    const { bytesPerSecond, seconds } = meter(bytes);
    onProgress?.({ bytes, total, bytesPerSecond });
    if (seconds >= patience.slowSeconds && bytesPerSecond < patience.slowBytesPerSecond && bytes !== total) {
      throw new TransferError(`it gives ${Math.round(bytesPerSecond / 1000)} kB/s only`, true);
    }
  }
}

/** The next bytes; undefined at the end. */
async function nextChunk(
  reader: ReadableStreamDefaultReader<Uint8Array>,
  stallSeconds: number,
  signal: AbortSignal | undefined,
): Promise<Uint8Array | undefined> {
  const stalled = Promise.withResolvers<never>();
  const silence = new TransferError(`nothing came for ${stallSeconds} seconds`);
  const timer = setTimeout(() => stalled.reject(silence), stallSeconds * 1000);
  try {
    return (await Promise.race([reader.read(), stalled.promise])).value;
  } catch (error) {
    signal?.throwIfAborted();
    if (error instanceof TransferError) throw error;
    throw new TransferError(`the connection broke (${reasonOf(error)})`, false, error);
  } finally {
    clearTimeout(timer);
  }
}

/** Rate over the last `seconds`, and how long that window is by now. */
function rateMeter(seconds: number): (bytes: number) => { bytesPerSecond: number; seconds: number } {
  const marks: { at: number; bytes: number }[] = [];
  return (bytes) => {
    const at = performance.now() / 1000;
    if (marks.length === 0 || at - marks.at(-1)!.at >= seconds / 50) marks.push({ at, bytes });
    while (marks.length > 2 && at - marks[1]!.at >= seconds) marks.shift();
    const window = at - marks[0]!.at;
    return { bytesPerSecond: window === 0 ? 0 : (bytes - marks[0]!.bytes) / window, seconds: window };
  };
}

/** Bytes in a file; 0 when there is none. */
export async function sizeOf(path: string): Promise<number> {
  const found = await stat(path).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return undefined;
    throw error;
  });
  return found?.size ?? 0;
}

/** Removes a partial file and what is known of it. */
export async function discard(part: string): Promise<void> {
  await rm(part, { force: true });
  await rm(`${part}.json`, { force: true });
}

async function writeVersion(part: string, url: string, headers: Headers): Promise<void> {
  const etag = headers.get('etag');
  // A weak tag does not promise equal bytes.
  const validator = etag?.startsWith('W/') === false ? etag : headers.get('last-modified');
  if (validator === null) await rm(`${part}.json`, { force: true });
  else await writeFile(`${part}.json`, JSON.stringify({ url, validator } satisfies Version));
}

async function readVersion(part: string): Promise<Version | undefined> {
  try {
    const { url, validator } = JSON.parse(await readFile(`${part}.json`, 'utf8')) as Partial<Version>;
    return typeof url === 'string' && typeof validator === 'string' ? { url, validator } : undefined;
  } catch {
    return undefined;
  }
}

/** The system's word for a failed connection, such as ENOTFOUND. */
function reasonOf(error: unknown): string {
  const { message, cause } = error as Error & { cause?: NodeJS.ErrnoException };
  return cause?.code ?? cause?.message ?? message;
}
