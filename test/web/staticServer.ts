/** A web server of static files, as any is. */
import { readFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { extname, join } from 'node:path';

const types: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript',
  '.mjs': 'text/javascript',
  '.css': 'text/css',
  '.svg': 'image/svg+xml',
  '.wasm': 'application/wasm',
};

const isolatingHeaders = {
  'Cross-Origin-Opener-Policy': 'same-origin',
  'Cross-Origin-Embedder-Policy': 'require-corp',
};

export interface Served {
  /** Of the page, with a slash at its end. */
  readonly url: string;
  close(): Promise<void>;
}

export interface StaticServer extends Served {
  readonly folder: string;
}

interface ServeOptions {
  /** Whether pages get the headers for shared memory. Default true. */
  readonly isolating?: boolean;
  /** Default: any that is free. */
  readonly port?: number;
}

/** A server of whatever `contentAt` gives for a path; what it does not know is not found. */
export async function serveFiles(
  contentAt: (path: string) => string | Uint8Array | undefined,
  { isolating = true, port = 0 }: ServeOptions = {},
): Promise<Served> {
  const server: Server = createServer((request, response) => {
    const { pathname } = new URL(request.url ?? '/', 'http://localhost');
    const content = contentAt(pathname);
    if (content === undefined) {
      response.writeHead(404).end();
      return;
    }
    response.writeHead(200, {
      'Content-Type':
        types[pathname.endsWith('/') ? '.html' : extname(pathname)] ?? 'application/octet-stream',
      'Content-Length': Buffer.byteLength(content),
      // What a page has is what it was given, not what its browser has from before.
      'Cache-Control': 'no-store',
      ...(isolating && isolatingHeaders),
    });
    response.end(content);
  });
  await new Promise<void>((done) => server.listen(port, '127.0.0.1', done));
  const { port: taken } = server.address() as AddressInfo;
  const close = (): Promise<void> => {
    const closed = new Promise<void>((done) => server.close(() => done()));
    server.closeAllConnections();
    return closed;
  };
  return { url: `http://127.0.0.1:${taken}/`, close };
}

/** A port for a server that goes and comes back: nobody who asks for any port is given one below 32768 meanwhile. */
export async function lastingPort(): Promise<number> {
  for (;;) {
    const port = 20_000 + Math.floor(10_000 * Math.random());
    const probe = createServer();
    const free = await new Promise<boolean>((done) => {
      probe.once('error', () => done(false)).listen(port, '127.0.0.1', () => done(true));
    });
    await new Promise((done) => probe.close(done));
    if (free) return port;
  }
}

/** A server of a folder's files. */
export async function serveFolder(folder: string, options: ServeOptions = {}): Promise<StaticServer> {
  const server = await serveFiles(
    (path) => contentOf(join(folder, path.endsWith('/') ? `${path}index.html` : path)),
    options,
  );
  return { ...server, folder };
}

/** What is in a file, or undefined where there is none. */
export function contentOf(path: string): Uint8Array | undefined {
  try {
    return readFileSync(path);
  } catch {
    return undefined;
  }
}
