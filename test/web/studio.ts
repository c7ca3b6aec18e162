/** The studio, built and served for tests, in the Chromium that is installed. */
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import { createRequire } from 'node:module';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { extname, join, resolve } from 'node:path';
import { after } from 'node:test';
import type { AxeResults } from 'axe-core';
import { chromium, type Browser, type BrowserContextOptions, type Page } from 'playwright-core';
import { build, type InlineConfig } from 'vite';
import { findChromium } from '../report/chromium.ts';

const web = resolve(import.meta.dirname, '../../web');

const executablePath = findChromium();
/** For tests that drive a browser: why they cannot, where they cannot. */
export const skip =
  executablePath === undefined && 'there is no Chromium on the path, and ALEXNET_CHROMIUM does not name one';

const types: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript',
  '.css': 'text/css',
  '.svg': 'image/svg+xml',
  '.wasm': 'application/wasm',
};

const isolatingHeaders = {
  'Cross-Origin-Opener-Policy': 'same-origin',
  'Cross-Origin-Embedder-Policy': 'require-corp',
};

/** What the file's tests leave behind, taken away after the last of them. */
const cleanups: (() => unknown)[] = [];
after(async () => {
  for (const clean of cleanups.toReversed()) await clean();
});

let built: Promise<string> | undefined;

/** Builds the studio once a test file, into a temporary folder that goes with the process. */
export function builtStudio(): Promise<string> {
  built ??= buildInto(mkdtempSync(join(tmpdir(), 'alexnet-studio-')));
  return built;
}

async function buildInto(outDir: string): Promise<string> {
  await buildQuietly(outDir, { root: web, configFile: join(web, 'vite.config.ts') });
  return outDir;
}

/** Builds another page, such as one that has a single part of the studio, into a temporary folder. */
export async function builtPage(root: string): Promise<string> {
  const outDir = mkdtempSync(join(tmpdir(), 'alexnet-page-'));
  await buildQuietly(outDir, { root, configFile: false, base: './', worker: { format: 'es' } });
  return outDir;
}

async function buildQuietly(outDir: string, config: InlineConfig): Promise<void> {
  cleanups.push(() => rmSync(outDir, { recursive: true, force: true }));
  // The test runner sets it to test, which would build another page than people get.
  process.env['NODE_ENV'] = 'production';
  await build({ ...config, logLevel: 'error', build: { outDir, emptyOutDir: true, target: 'esnext' } });
}

export interface StaticServer {
  /** Of the page, with a slash at its end. */
  readonly url: string;
  readonly folder: string;
  close(): Promise<void>;
}

/** A server of static files as any is; with the headers for shared memory, unless they are refused. At `port`, or any free one. */
export async function serveStatic(
  folder: string,
  { isolating = true, port = 0 } = {},
): Promise<StaticServer> {
  const server: Server = createServer((request, response) => {
    const path = new URL(request.url ?? '/', 'http://localhost').pathname;
    const file = join(folder, path.endsWith('/') ? `${path}index.html` : path);
    readFile(file).then(
      (body) => {
        response.writeHead(200, {
          'Content-Type': types[extname(file)] ?? 'application/octet-stream',
          ...(isolating && isolatingHeaders),
        });
        response.end(body);
      },
      () => response.writeHead(404).end(),
    );
  });
  await new Promise<void>((done) => server.listen(port, '127.0.0.1', done));
  const { port: taken } = server.address() as AddressInfo;
  const close = (): Promise<void> => {
    const closed = new Promise<void>((done) => server.close(() => done()));
    server.closeAllConnections();
    return closed;
  };
  cleanups.push(close);
  return { url: `http://127.0.0.1:${taken}/`, folder, close };
}

let browser: Promise<Browser> | undefined;

/** One browser a test file; each page a profile of its own. Console errors and uncaught ones fail in `assertQuiet`. */
export async function openPage(
  url: string,
  { arguments: given = [], ...options }: BrowserContextOptions & { arguments?: readonly string[] } = {},
): Promise<Page> {
  assert.ok(executablePath !== undefined);
  // It may run as root, as in containers, where it has no sandbox.
  browser ??= chromium.launch({ executablePath, args: ['--no-sandbox', ...given] }).then((launched) => {
    cleanups.push(() => launched.close());
    return launched;
  });
  const context = await (
    await browser
  ).newContext({
    viewport: { width: 1200, height: 900 },
    reducedMotion: 'reduce',
    ...options,
  });
  const page = await context.newPage();
  const faults: string[] = [];
  pageFaults.set(page, faults);
  page.on('console', (message) => {
    if (message.type() === 'error' || message.type() === 'warning') faults.push(message.text());
  });
  page.on('pageerror', (error) => faults.push(error.message));
  await page.goto(url);
  return page;
}

const pageFaults = new WeakMap<Page, string[]>();

/** What the page's console has had to complain of. */
export function faultsOf(page: Page): readonly string[] {
  return pageFaults.get(page) ?? [];
}

const axe = createRequire(import.meta.url).resolve('axe-core/axe.min.js');

/** Serious and critical findings of axe on the page as it is. */
export async function accessibilityFaults(page: Page): Promise<string[]> {
  // Evaluated, as a script tag would not pass the page's policies.
  const isThere = await page.evaluate(() => 'axe' in globalThis);
  if (!isThere) await page.evaluate(await readFile(axe, 'utf8'));
  const { violations } = await page.evaluate(() =>
    (globalThis as unknown as { axe: { run(): Promise<AxeResults> } }).axe.run(),
  );
  return violations
    .filter(({ impact }) => impact === 'serious' || impact === 'critical')
    .map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html.slice(0, 200)).join('\n')}`);
}

/** Pixels by which the page is wider than its window. */
export function overhang(page: Page): Promise<number> {
  return page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
}
