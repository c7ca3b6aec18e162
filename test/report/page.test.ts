/** Pages in a browser: no error, no request to anywhere, no serious fault of accessibility; light and dark, both languages. */
import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { before, after, test } from 'node:test';
import { pathToFileURL } from 'node:url';
import type { AxeResults } from 'axe-core';
import { chromium, type Browser } from 'playwright-core';
import { blankCanvas } from '../../src/data/images/canvas.ts';
import { encodePng } from '../../src/data/images/encodePng.ts';
import { loadLab } from '../../src/lab/labFiles.ts';
import { runLab } from '../../src/lab/runLab.ts';
import { languages, type Language } from '../../src/language.ts';
import { compareRuns } from '../../src/report/compareRuns.ts';
import { writeReport } from '../../src/report/writeReport.ts';
import { runAlexnet } from '../cli/runAlexnet.ts';
import { temporaryFolder } from '../formats/temporaryFolder.ts';
import { findChromium } from './chromium.ts';
import { startOf, stepAt, writeRun } from './runFiles.ts';
import { trainedRun } from './trainedRun.ts';

const executablePath = findChromium();
const skip =
  executablePath === undefined && 'there is no Chromium on the path, and ALEXNET_CHROMIUM does not name one';

let browser: Browser;
before(async () => {
  // It may run as root, as in containers, where it has no sandbox.
  if (executablePath) browser = await chromium.launch({ executablePath, args: ['--no-sandbox'] });
});
after(() => browser?.close());

const axe = createRequire(import.meta.url).resolve('axe-core/axe.min.js');

/** Opens a page, and tells what is wrong with it. */
async function problemsOf(file: string, colorScheme: 'light' | 'dark'): Promise<string[]> {
  const page = await browser.newPage({ viewport: { width: 1000, height: 900 }, colorScheme });
  const problems: string[] = [];
  const url = pathToFileURL(file).href;
  page.on('console', (message) => {
    if (message.type() === 'error' || message.type() === 'warning') problems.push(message.text());
  });
  page.on('pageerror', (error) => problems.push(error.message));
  page.on('request', (request) => {
    if (request.url() !== url && !request.url().startsWith('data:')) problems.push(request.url());
  });
  await page.goto(url);
  await page.addScriptTag({ path: axe });
  const { violations } = await page.evaluate(() =>
    (globalThis as unknown as { axe: { run(): Promise<AxeResults> } }).axe.run(),
  );
  for (const { id, impact, nodes } of violations) {
    if (impact !== 'serious' && impact !== 'critical') continue;
    problems.push(`${id}: ${nodes.map(({ html }) => html.slice(0, 200)).join('\n')}`);
  }
  await page.setViewportSize({ width: 360, height: 640 });
  const beyond = await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
  if (beyond > 0) problems.push(`${beyond} pixels too wide for a telephone`);
  await page.close();
  return problems;
}

async function writePages(folder: string, run: string, language: Language): Promise<string[]> {
  const at = (name: string): string => join(folder, `${name}-${language}`);
  const report = await writeReport(run, { out: `${at('report')}.html`, language, threads: 1, limitTest: 40 });
  const other = writeRun(at('other'), { learningRate: 0.5 }, [startOf(0), stepAt(1, 5, 2), stepAt(1, 10, 1)]);
  const comparison = await compareRuns([run, other], { out: `${at('comparison')}.html`, language });
  const lab = await runLab(
    await loadLab('activations'),
    { size: 'quick', language, dataset: 'shapes', seed: 0 },
    { signal: new AbortController().signal },
    at('lab'),
  );
  const image = `${at('grey')}.png`;
  writeFileSync(image, encodePng(blankCanvas({ height: 40, width: 50 }, 90)));
  const explained = ['explain', run, image, '--lang', language, '--threads', '1', '--out', at('explained')];
  const { code, stderr } = await runAlexnet(explained);
  assert.equal(code, 0, stderr);
  return [report.out, comparison.out, lab.report, join(at('explained'), 'explain.html')];
}

test('reports, comparisons, labs and explanations open without fault', { skip }, async (context) => {
  const folder = temporaryFolder(context);
  const run = join(folder, 'run');
  await trainedRun(run);
  for (const language of languages) {
    for (const file of await writePages(folder, run, language)) {
      for (const scheme of ['light', 'dark'] as const) {
        assert.deepEqual(await problemsOf(file, scheme), [], `${file}, ${scheme}`);
      }
    }
  }
});
