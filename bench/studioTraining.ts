/**
 * `npx node bench/studioTraining.ts`: what a training in the studio costs its page, in the Chromium that is installed: the
 * built-in images, alexnet-32, through five epochs (some 1,000 steps and more) after the first ones. Tells the longest tasks
 * of the page's thread, frames a second, and memory before and after: of the page and its workers, as the browser counts it,
 * and of the renderer's process, where /proc tells.
 */
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { buildStudio } from '../test/web/buildStudio.ts';
import { serveFolder } from '../test/web/staticServer.ts';
import { launchChromium } from './launchChromium.ts';

const firstEpoch = 2;
const epochs = 5;
/** Longer ones are felt. */
const longTask = 50;

interface Watched {
  readonly tasks: number[];
  readonly frames: number[];
}

declare global {
  // What the page has seen since `watch`.
  var watched: Watched;
}

/** Takes note of tasks of 50 ms and more, and of the time between frames. */
function watch(page: Page): Promise<void> {
  return page.evaluate(() => {
    const own: Watched = (globalThis.watched = { tasks: [], frames: [] });
    new PerformanceObserver((list) =>
      own.tasks.push(...list.getEntries().map(({ duration }) => duration)),
    ).observe({ type: 'longtask' });
    let before = performance.now();
    const next = (now: number): void => {
      own.frames.push(now - before);
      before = now;
      requestAnimationFrame(next);
    };
    requestAnimationFrame(next);
  });
}

/** The epoch that the run that is shown is in, from 1; 0 before it is told. */
function epochOf(page: Page): Promise<number> {
  return page.evaluate(() => {
    const text = document.querySelector<HTMLElement>('.run')!.innerText;
    return Number(/Epoch\s+(\d+) \/ /.exec(text)?.[1] ?? 0);
  });
}

async function reachEpoch(page: Page, epoch: number): Promise<void> {
  while ((await epochOf(page)) < epoch) await page.waitForTimeout(250);
}

interface Memory {
  /** Of the page and its workers: JavaScript's. */
  readonly counted: number;
  /** Of the process that draws the page and runs its workers; undefined where the system does not tell. */
  readonly process: number | undefined;
}

async function memoryOf(page: Page, browser: Browser): Promise<Memory> {
  const counted = await page.evaluate(async () => {
    const measured = performance as unknown as {
      measureUserAgentSpecificMemory(): Promise<{ readonly bytes: number }>;
    };
    return (await measured.measureUserAgentSpecificMemory()).bytes;
  });
  const session = await browser.newBrowserCDPSession();
  const { processInfo } = await session.send('SystemInfo.getProcessInfo');
  const sizes = processInfo.filter(({ type }) => type === 'renderer').map(({ id }) => residentBytes(id));
  return { counted, process: sizes.includes(undefined) ? undefined : Math.max(...sizes.map(Number)) };
}

function residentBytes(process: number): number | undefined {
  const file = `/proc/${process}/smaps_rollup`;
  if (!existsSync(file)) return undefined;
  const [, kibibytes] = /^Pss:\s+(\d+) kB/m.exec(readFileSync(file, 'utf8')) ?? [];
  return kibibytes === undefined ? undefined : Number(kibibytes) * 1024;
}

function megabytes(bytes: number | undefined): string {
  return bytes === undefined ? '?' : `${(bytes / 1e6).toFixed(1)} MB`;
}

async function measure(page: Page, browser: Browser): Promise<void> {
  await page.getByRole('radio', { name: /Thorough/ }).check();
  await page.getByRole('button', { name: 'Start training' }).click();
  await page.locator('.run').waitFor();
  await reachEpoch(page, firstEpoch);
  const before = await memoryOf(page, browser);
  await watch(page);
  // Memory takes its time to be measured.
  const from = await epochOf(page);
  const start = performance.now();
  await reachEpoch(page, from + epochs);
  const seconds = (performance.now() - start) / 1000;
  const { tasks, frames } = await page.evaluate(() => globalThis.watched);
  const after = await memoryOf(page, browser);
  const late = frames.filter((milliseconds) => milliseconds > 1000 / 30).length;
  console.log(`${epochs} epochs in ${seconds.toFixed(1)} s`);
  console.log(
    `tasks over ${longTask} ms: ${tasks.length}; the longest: ${Math.max(0, ...tasks).toFixed(0)} ms`,
  );
  console.log(
    `${(frames.length / seconds).toFixed(1)} frames a second; ${late} of ${frames.length} took over 33 ms`,
  );
  console.log(`memory of page and workers: ${megabytes(before.counted)}, then ${megabytes(after.counted)}`);
  console.log(`memory of their process: ${megabytes(before.process)}, then ${megabytes(after.process)}`);
}

const folder = mkdtempSync(join(tmpdir(), 'alexnet-studio-'));
const server = await serveFolder(await buildStudio(folder));
const browser = await launchChromium();
try {
  const page = await browser.newPage({ locale: 'en-GB', viewport: { width: 1200, height: 900 } });
  await page.goto(`${server.url}#/train`);
  await measure(page, browser);
} finally {
  await browser.close();
  await server.close();
  rmSync(folder, { recursive: true, force: true });
}
