/** Serves folders and texts to a browser, with or without the headers that isolate a page. */
import { readFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { extname } from 'node:path';

const types: Readonly<Record<string, string>> = {
  '.js': 'text/javascript',
  '.mjs': 'text/javascript',
  '.html': 'text/html; charset=utf-8',
  '.wasm': 'application/wasm',
};

export interface StaticServer {
  readonly url: string;
  close(): Promise<void>;
}

/** `files` by path: contents, or the name of a file that has them. */
export async function serveFiles(
  files: (path: string) => string | Uint8Array | undefined,
  { isolated }: { readonly isolated: boolean },
): Promise<StaticServer> {
  const server: Server = createServer((request, response) => {
    const path = request.url!.split('?')[0]!;
    const content = path === '/favicon.ico' ? '' : files(path);
    if (isolated) {
      response.setHeader('Cross-Origin-Opener-Policy', 'same-origin');
      response.setHeader('Cross-Origin-Embedder-Policy', 'require-corp');
    }
    response.setHeader('Content-Type', types[extname(path) || '.html'] ?? 'application/octet-stream');
    if (content !== undefined) response.setHeader('Content-Length', Buffer.byteLength(content));
    response.writeHead(content === undefined ? 404 : 200).end(content ?? 'there is no such file');
  });
  await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`,
    close: () => new Promise((resolve) => void server.close(() => resolve())),
  };
}

/** What is in a file, or undefined where there is none. */
export function contentOf(path: string): Uint8Array | undefined {
  try {
    return readFileSync(path);
  } catch {
    return undefined;
  }
}
