/**
 * `npx node bench/studioPictures.ts [FOLDER]`: draws the pictures of docs/studio.md into docs/studio, or another folder, each
 * room in both languages, with the Chromium that is installed. Takes minutes: it trains, in the page and beside it.
 */
import { execFile } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import type { Page } from 'playwright-core';
import { languages } from '../src/language.ts';
import { startStudioServer } from '../src/serve/server.ts';
import { studioToken } from '../src/serve/token.ts';
import { figureNames, writeFigures } from '../test/web/drawnImages.ts';
import { buildStudio } from '../test/web/buildStudio.ts';
import { launchChromium } from './launchChromium.ts';

interface Picture {
  /** Of the file, before its language. */
  readonly name: string;
  /** In the page's address. */
  readonly place: string;
  /** Of the window. */
  readonly height: number;
  readonly dark?: boolean;
  /** Does what a person would have done before. */
  readonly prepare?: (page: Page) => Promise<void>;
}

const figuresFolder = mkdtempSync(join(tmpdir(), 'alexnet-figures-'));

const pictures: readonly Picture[] = [
  { name: 'learn', place: '#/learn/convolution', height: 880 },
  {
    name: 'learn-training',
    place: '#/learn/training',
    height: 660,
    dark: true,
    prepare: async (page) => {
      for (const activation of ['relu', 'sigmoid']) {
        await page.locator(`.lesson input[value=${activation}]`).check({ force: true });
        await page.locator('.lesson button.primary').click();
        await page.locator(`[data-run=${activation}][data-accuracy]`).waitFor();
      }
    },
  },
  { name: 'train', place: '#/train', height: 1000, prepare: ownImages },
  { name: 'train-run', place: '#/train', height: 1000, prepare: ownTraining },
  { name: 'try', place: '#/train', height: 940, dark: true, prepare: ownModel },
  { name: 'watch', place: '#/watch', height: 900, dark: true, prepare: watchRuns },
];

/** Learning rates of the runs that Watch shows. */
const rates = ['0.01', '0.001'];

/** Trains two runs beside the page. */
async function trainRuns(runs: string): Promise<void> {
  const launcher = join(import.meta.dirname, '../bin/alexnet.js');
  const data = ['--dataset', 'shapes', '--limit-train', '1600', '--limit-test', '200', '--validation', '0.1'];
  const pace = ['--initialization', 'he', '--epochs', '6', '--log-every', '2'];
  for (const rate of rates) {
    const own = ['--lr', rate, '--out', join(runs, `rate-${rate}`)];
    await promisify(execFile)(process.execPath, [launcher, 'train', 'alexnet-32', ...data, ...pace, ...own]);
  }
}

async function watchRuns(page: Page): Promise<void> {
  for (const rate of rates) {
    await page
      .getByRole('row', { name: `rate-${rate} ` })
      .getByRole('checkbox')
      .check();
  }
  await page.waitForFunction(() => document.querySelectorAll('.runs input:checked').length === 2);
  await page.locator('.u-over').first().waitFor();
}

/** Chooses images of one's own: three classes of drawn figures. */
async function ownImages(page: Page): Promise<void> {
  await page.locator('.cards button.card').last().click();
  await page.locator('form.panel button.primary').click();
  await page.locator('.drop input').setInputFiles(figuresFolder);
  await page.locator('.class-card').nth(2).locator('canvas').nth(8).waitFor();
  await page.locator('.cards label.card .number').nth(2).waitFor();
}

/** Trains on them, shortly, to the end. */
async function ownTraining(page: Page): Promise<void> {
  await ownImages(page);
  await page.locator('input[name=recipe][value=quick]').check();
  await page.locator('section[aria-labelledby=stage-training] button.primary').click();
  await page.locator('.result .message.good').waitFor({ timeout: 300_000 });
  await page.locator('.result .confusion').waitFor();
  await page.locator('.run').evaluate((run) => run.scrollIntoView());
}

async function ownModel(page: Page): Promise<void> {
  await ownTraining(page);
  await page.locator('.result a.button.primary').click();
  await page.locator('.samples button').nth(2).click();
  await page.locator('.overlay .heat[style*="0.6"]').waitFor();
  await page.locator('#layers').waitFor();
}

/** Larger files would burden the repository; widths are those of the document. */
const mostBytes = 150_000;

async function draw(): Promise<void> {
  const folder = resolve(process.argv[2] ?? join(import.meta.dirname, '../docs/studio'));
  mkdirSync(folder, { recursive: true });
  const built = mkdtempSync(join(tmpdir(), 'alexnet-studio-'));
  const runs = mkdtempSync(join(tmpdir(), 'alexnet-runs-'));
  await trainRuns(runs);
  const studio = await buildStudio(built);
  const server = await startStudioServer({ studio, runs, port: 0, token: studioToken() });
  writeFigures(figuresFolder, figureNames, 40);
  const browser = await launchChromium();
  try {
    for (const language of languages) {
      for (const { name, place, height, dark, prepare } of pictures) {
        const page = await browser.newPage({
          locale: language,
          colorScheme: dark ? 'dark' : 'light',
          reducedMotion: 'reduce',
          viewport: { width: 1000, height },
        });
        await page.goto(server.makeOpening() + place);
        await page.locator('h1').waitFor();
        await prepare?.(page);
        const path = join(folder, `${name}-${language}.png`);
        await page.screenshot({ path });
        const { size } = statSync(path);
        console.log(
          `${path}: ${size} bytes${size > mostBytes ? ', more than the 150 kB it should have' : ''}`,
        );
        await page.close();
      }
    }
  } finally {
    await browser.close();
    await server.close();
    for (const temporary of [built, runs, figuresFolder]) rmSync(temporary, { recursive: true, force: true });
  }
}

await draw();
