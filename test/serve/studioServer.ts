/** A server for tests: over a folder of runs, with a page that says little. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { startStudioServer, type StudioServer } from '../../src/serve/server.ts';
import { temporaryFolder } from '../formats/temporaryFolder.ts';

export const token = 'T'.repeat(43);

export interface TestServer extends StudioServer {
  readonly base: string;
  readonly runs: string;
  /** With the token unless `headers` says otherwise. */
  ask(path: string, init?: RequestInit): Promise<Response>;
}

/** Closed when the test ends. */
export async function testServer(
  context: TestContext,
  given: { readonly runs?: string; readonly port?: number } = {},
): Promise<TestServer> {
  const folder = temporaryFolder(context);
  const studio = join(folder, 'studio');
  mkdirSync(join(studio, 'assets'), { recursive: true });
  writeFileSync(
    join(studio, 'index.html'),
    '<!doctype html><title>studio</title><script>let a = 1;</script>',
  );
  writeFileSync(join(studio, 'assets/main-1.js'), 'export {};');
  writeFileSync(join(studio, '.secret'), 'hidden');
  writeFileSync(join(folder, 'outside.txt'), 'outside');
  const runs = given.runs ?? join(folder, 'runs');
  const server = await startStudioServer({ studio, runs, port: given.port ?? 0, token });
  context.after(() => server.close());
  const base = `http://127.0.0.1:${server.port}`;
  return {
    ...server,
    base,
    runs,
    ask: (path, { headers, ...init } = {}) =>
      fetch(`${base}${path}`, { ...init, headers: { Authorization: `Bearer ${token}`, ...headers } }),
  };
}

/** The messages of a stream of server-sent events, until it ends or `until` is content. */
export async function messagesOf<Message>(
  response: Response,
  until: (messages: readonly Message[]) => boolean,
): Promise<Message[]> {
  const messages: Message[] = [];
  let text = '';
  for await (const piece of response.body!.pipeThrough(new TextDecoderStream())) {
    text += piece;
    const blocks = text.split('\n\n');
    text = blocks.pop()!;
    for (const block of blocks) {
      if (block.startsWith('data: ')) messages.push(JSON.parse(block.slice('data: '.length)) as Message);
    }
    if (until(messages)) break;
  }
  return messages;
}
