/**
 * `npx node bench/studioPictures.ts [FOLDER]`: draws the pictures of docs/studio.md into docs/studio, or another folder, each
 * room in both languages, with the Chromium that is installed.
 */
import { mkdirSync, mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { chromium, type Page } from 'playwright-core';
import { languages } from '../src/language.ts';
import { findChromium } from '../test/report/chromium.ts';
import { buildStudio } from '../test/web/buildStudio.ts';
import { serveFolder } from '../test/web/staticServer.ts';

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

const pictures: readonly Picture[] = [
  { name: 'learn', place: '#/learn/convolution', height: 900 },
  {
    name: 'learn-training',
    place: '#/learn/training',
    height: 700,
    dark: true,
    prepare: async (page) => {
      for (const activation of ['relu', 'sigmoid']) {
        await page.locator(`.lesson input[value=${activation}]`).check({ force: true });
        await page.locator('.lesson button.primary').click();
        await page.locator(`[data-run=${activation}][data-accuracy]`).waitFor();
      }
    },
  },
];

/** Larger files would burden the repository; widths are those of the document. */
const mostBytes = 150_000;

async function draw(): Promise<void> {
  const folder = resolve(process.argv[2] ?? join(import.meta.dirname, '../docs/studio'));
  mkdirSync(folder, { recursive: true });
  const executablePath = findChromium();
  if (executablePath === undefined)
    throw new Error('there is no Chromium on the path; ALEXNET_CHROMIUM names one');
  const built = mkdtempSync(join(tmpdir(), 'alexnet-studio-'));
  const server = await serveFolder(await buildStudio(built));
  const browser = await chromium.launch({ executablePath, args: ['--no-sandbox'] });
  try {
    for (const language of languages) {
      for (const { name, place, height, dark, prepare } of pictures) {
        const page = await browser.newPage({
          locale: language,
          colorScheme: dark ? 'dark' : 'light',
          reducedMotion: 'reduce',
          viewport: { width: 1000, height },
        });
        await page.goto(server.url + place);
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
    rmSync(built, { recursive: true, force: true });
  }
}

await draw();
