/** The studio, built and served for tests, in the Chromium that is installed. */
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after } from 'node:test';
import type { AxeResults } from 'axe-core';
import { chromium, type Browser, type BrowserContextOptions, type Page } from 'playwright-core';
import { findChromium } from '../report/chromium.ts';
import { buildPage, buildStudio } from './buildStudio.ts';
import { serveFolder, type StaticServer } from './staticServer.ts';

export type { StaticServer } from './staticServer.ts';

const executablePath = findChromium();
/** For tests that drive a browser: why they cannot, where they cannot. */
export const skip =
  executablePath === undefined && 'there is no Chromium on the path, and ALEXNET_CHROMIUM does not name one';

/** What the file's tests leave behind, taken away after the last of them. */
const cleanups: (() => unknown)[] = [];
after(async () => {
  for (const clean of cleanups.toReversed()) await clean();
});

let built: Promise<string> | undefined;

/** A temporary folder that goes after the file's tests. */
function temporary(name: string): string {
  const folder = mkdtempSync(join(tmpdir(), name));
  cleanups.push(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

/** Builds the studio once a test file, into a temporary folder. */
export function builtStudio(): Promise<string> {
  built ??= buildStudio(temporary('alexnet-studio-'));
  return built;
}

/** Builds another page, such as one that has a single part of the studio, into a temporary folder. */
export function builtPage(root: string): Promise<string> {
  return buildPage(temporary('alexnet-page-'), root);
}

/** See serveFolder; closed after the file's tests. */
export async function serveStatic(
  folder: string,
  options: { readonly isolating?: boolean; readonly port?: number } = {},
): Promise<StaticServer> {
  const server = await serveFolder(folder, options);
  cleanups.push(server.close);
  return server;
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
