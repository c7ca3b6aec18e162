/** The studio's server, as its page asks it. */
import type { Proof, ServerError } from '../../../src/serve/protocol.ts';

/** Nothing came for so long that the server must be gone: its heartbeats are five seconds apart. */
const silentMilliseconds = 12_000;

/** The server has refused: what it said. */
export class Refused extends Error implements ServerError {
  readonly status: number;
  readonly code: string;
  readonly advice: string;

  constructor(status: number, { code, message, advice }: ServerError) {
    super(message);
    this.status = status;
    this.code = code;
    this.advice = advice;
  }
}

export interface Connection {
  get<T>(path: string, signal?: AbortSignal): Promise<T>;
  post(path: string, body: object): Promise<void>;
  /** Messages of a stream, until it ends, falls silent, or the signal is aborted. */
  stream<T>(path: string, signal: AbortSignal): AsyncGenerator<T>;
}

/**
 * Paths are from the page's folder. Before each request the server has to prove that it knows the token, which is sent only
 * then: another program may have taken its port. All methods throw Refused, and TypeError when nobody answers.
 */
export function createConnection(token: string): Connection {
  const ask = async (path: string, init: RequestInit = {}): Promise<Response> => {
    await prove(token, init.signal ?? null);
    const headers = { ...init.headers, Authorization: `Bearer ${token}` };
    return accepted(await fetch(`./${path}`, { ...init, headers, cache: 'no-store' }));
  };
  return {
    get: async <T>(path: string, signal?: AbortSignal) =>
      (await (await ask(path, { ...(signal && { signal }) })).json()) as T,
    post: async (path, body) => {
      await ask(path, {
        method: 'POST',
        body: JSON.stringify(body),
        headers: { 'Content-Type': 'application/json' },
      });
    },
    async *stream<T>(path: string, signal: AbortSignal) {
      const silence = new AbortController();
      const response = await ask(path, { signal: AbortSignal.any([signal, silence.signal]) });
      yield* messages<T>(response.body!, () => silence.abort(new TypeError('the server fell silent')));
    },
  };
}

async function accepted(response: Response): Promise<Response> {
  if (response.ok) return response;
  const told = (await response.json().catch(() => ({}))) as Partial<ServerError>;
  const { code = '', message = `${response.status} ${response.statusText}`, advice = '' } = told;
  throw new Refused(response.status, { code, message, advice });
}

async function prove(token: string, signal: AbortSignal | null): Promise<void> {
  const nonce = hexadecimal(crypto.getRandomValues(new Uint8Array(24)));
  const response = await accepted(await fetch(`./api/proof?nonce=${nonce}`, { signal, cache: 'no-store' }));
  const { proof } = (await response.json()) as Proof;
  const bytes = new TextEncoder();
  const algorithm = { name: 'HMAC', hash: 'SHA-256' };
  const key = await crypto.subtle.importKey('raw', bytes.encode(token), algorithm, false, ['sign']);
  const expected = await crypto.subtle.sign('HMAC', key, bytes.encode(`${nonce} ${location.port || 80}`));
  if (proof === hexadecimal(new Uint8Array(expected))) return;
  throw new Refused(401, { code: 'ALEX_SERVE_TOKEN', message: 'the server has another token', advice: '' });
}

function hexadecimal(bytes: Uint8Array): string {
  return [...bytes].map((byte) => byte.toString(16).padStart(2, '0')).join('');
}

/** Server-sent events, of which each is one line of JSON. */
async function* messages<T>(body: ReadableStream<Uint8Array>, onSilence: () => void): AsyncGenerator<T> {
  const takeBlocks = blockReader();
  let timer = setTimeout(onSilence, silentMilliseconds);
  const decoder = new TextDecoder();
  try {
    for await (const piece of body) {
      clearTimeout(timer);
      timer = setTimeout(onSilence, silentMilliseconds);
      for (const block of takeBlocks(decoder.decode(piece, { stream: true }))) {
        if (block.startsWith('data: ')) yield JSON.parse(block.slice('data: '.length)) as T;
      }
    }
  } finally {
    clearTimeout(timer);
  }
}

/** Takes text piece by piece, and gives the blocks that have ended in an empty line; each piece is looked at once. */
export function blockReader(): (piece: string) => readonly string[] {
  let waiting: string[] = [];
  // The end of a line, which may be followed by that of an empty one.
  let lineEnd = '';
  return (piece) => {
    const blocks = (lineEnd + piece).split('\n\n');
    const rest = blocks.pop()!;
    lineEnd = rest.endsWith('\n') ? '\n' : '';
    const begun = lineEnd === '' ? rest : rest.slice(0, -1);
    if (blocks.length === 0) {
      waiting.push(begun);
      return [];
    }
    blocks[0] = waiting.join('') + blocks[0];
    waiting = [begun];
    return blocks;
  };
}
