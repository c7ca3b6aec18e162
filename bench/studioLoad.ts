/**
 * `npx node bench/studioLoad.ts`: how soon the studio can be used, in the Chromium that is installed, from a server on
 * loopback and with nothing kept from before: until the first step stands there and the page's thread has nothing to do,
 * and what is fetched until then, gzipped. The median of seven loads, and the least and most.
 */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import type { Browser } from 'playwright-core';
import { buildStudio } from '../test/web/buildStudio.ts';
import { serveFolder } from '../test/web/staticServer.ts';
import { launchChromium } from './launchChromium.ts';

const rounds = 7;

interface Load {
  /** From the navigation's start. */
  readonly milliseconds: number;
  /** Paths from the server's root. */
  readonly paths: readonly string[];
}

async function load(browser: Browser, url: string): Promise<Load> {
  const context = await browser.newContext();
  const page = await context.newPage();
  const paths = new Set<string>();
  page.on('request', (request) => paths.add(new URL(request.url()).pathname));
  await page.goto(url);
  await page.locator('h1').waitFor();
  const milliseconds = await page.evaluate(
    () => new Promise<number>((done) => requestIdleCallback(() => done(performance.now()))),
  );
  await context.close();
  return { milliseconds, paths: [...paths] };
}

async function measure(): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'alexnet-studio-'));
  const server = await serveFolder(await buildStudio(folder));
  const browser = await launchChromium();
  try {
    const loads: Load[] = [];
    for (let i = 0; i < rounds; i++) loads.push(await load(browser, server.url));
    const times = loads.map(({ milliseconds }) => milliseconds).toSorted((a, b) => a - b);
    const paths = new Set(loads.flatMap((one) => one.paths));
    let bytes = 0;
    for (const path of paths) {
      const file = join(folder, path === '/' ? 'index.html' : path);
      bytes += gzipSync(readFileSync(file)).byteLength;
    }
    const [least, median, most] = [times[0]!, times[(rounds - 1) / 2]!, times.at(-1)!].map(Math.round);
    console.log(`ready after ${median} ms (${least} to ${most}, n = ${rounds})`);
    console.log(`${(bytes / 1000).toFixed(1)} kB gzipped in ${paths.size} files`);
  } finally {
    await browser.close();
    await server.close();
    rmSync(folder, { recursive: true, force: true });
  }
}

await measure();
