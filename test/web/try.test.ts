/** The room Try, driven as a person would: models from files, images by every way, explanations, many files as CSV. */
import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import type { Page } from 'playwright-core';
import { csvRows } from '../../src/data/imageSets/csv.ts';
import { jsonLines, runAlexnet } from '../cli/runAlexnet.ts';
import { temporaryFolder } from '../formats/temporaryFolder.ts';
import { trainedRun } from '../report/trainedRun.ts';
import { checkLooks } from './checkLooks.ts';
import { drawnPng } from './drawnImages.ts';
import { builtStudio, faultsOf, openPage, serveStatic, skip } from './studio.ts';

/** A name that browsers do not trust as they trust localhost. */
const untrusted = 'plain.test';
const browserArguments = [`--host-resolver-rules=MAP ${untrusted} 127.0.0.1`];

const models = '.panel input[type=file]';
const images = '.drop input';

async function guesses(page: Page): Promise<{ class: string; shown: string }[]> {
  const rows = await page.locator('table.bars tr').all();
  return Promise.all(
    rows.map(async (row) => ({
      class: await row.locator('th').innerText(),
      shown: await row.locator('.number').innerText(),
    })),
  );
}

test('a model file answers as the command line does, and shows why', { skip }, async (context) => {
  const folder = temporaryFolder(context);
  const trained = join(folder, 'run');
  await trainedRun(trained);
  const model = join(trained, 'model.safetensors');
  const onnx = join(folder, 'model.onnx');
  assert.equal((await runAlexnet(['convert', model, onnx])).code, 0);
  const image = join(folder, 'image.png');
  writeFileSync(image, drawnPng('disc', 5));
  writeFileSync(join(folder, 'wrong.safetensors'), 'this is no model');
  const server = await serveStatic(await builtStudio());
  const page = await openPage(`${server.url}#/try`, { locale: 'en-GB', arguments: browserArguments });
  await page.getByText('There is no model yet').waitFor();

  await page.setInputFiles(models, join(folder, 'wrong.safetensors'));
  await page.getByRole('alert').getByText(/ALEX_/).waitFor();
  // A file of tensors, and of no network.
  const header = JSON.stringify({ a: { dtype: 'F32', shape: [1], data_offsets: [0, 4] } });
  const other = Buffer.alloc(8 + header.length + 4);
  other.writeBigUInt64LE(BigInt(header.length));
  other.write(header, 8);
  writeFileSync(join(folder, 'other.safetensors'), other);
  await page.setInputFiles(models, join(folder, 'other.safetensors'));
  await page
    .getByRole('alert')
    .getByText(/ALEX_MODEL_/)
    .waitFor();
  for (const file of [model, onnx]) {
    await page.setInputFiles(models, file);
    await page.getByText(/It knows: circle/).waitFor();
    assert.equal(await page.getByRole('alert').count(), 0);
    await page.setInputFiles(images, image);
    await page.locator('table.bars tr').nth(4).waitFor();
    const { stdout } = await runAlexnet(['predict', file, image, '--json', '--threads', '1']);
    const told = jsonLines(stdout)[0] as { top: { class: string; probability: number }[] };
    const expected = told.top.map(({ class: name, probability }) => ({
      class: name,
      shown: `${(100 * probability).toFixed(1)}%`,
    }));
    assert.deepEqual(await guesses(page), expected);
  }
  const heat = page.locator('.overlay .heat');
  await page.waitForFunction(
    () => document.querySelector<HTMLCanvasElement>('.heat')!.style.opacity === '0.6',
  );
  await page.getByRole('slider', { name: /Opacity/ }).fill('0.2');
  assert.equal(await heat.evaluate((canvas) => canvas.style.opacity), '0.2');
  const pixels = () => heat.evaluate((canvas: HTMLCanvasElement) => canvas.toDataURL());
  const before = await pixels();
  await page.getByRole('combobox', { name: /What speaks for/ }).selectOption('star');
  await page.waitForFunction(
    (old) => document.querySelector<HTMLCanvasElement>('.heat')!.toDataURL() !== old,
    before,
  );
  await page.getByRole('combobox', { name: /^Layer/ }).selectOption({ index: 0 });
  await page.getByText(/8 channels of 14 × 14/).waitFor();
  await page.getByRole('combobox', { name: /^Layer/ }).selectOption('hidden');
  await page.getByText(/16 features/).waitFor();
  await checkLooks(page);

  await otherWays(page);
  await batch(page, folder);
  assert.deepEqual(faultsOf(page), []);
  await withoutStorage(server.url.replace('127.0.0.1', untrusted), model, image);
  await inSecondTab(page, server.url);
});

/** Over plain http from another machine: what works is said, and works; nothing is a dead end. */
async function withoutStorage(url: string, model: string, image: string): Promise<void> {
  const page = await openPage(`${url}#/train`, { locale: 'en-GB' });
  await page
    .getByRole('alert')
    .getByText(/opened over plain http.*open it over https/)
    .waitFor();
  assert.match(await page.locator('.notice').innerText(), /Try with model files; training needs https/);
  await page.goto(`${url}#/try`);
  await page.setInputFiles(models, model);
  await page.getByText(/It knows: circle/).waitFor();
  await page.getByText('There are no samples here').waitFor();
  await page.setInputFiles(images, image);
  await page.locator('table.bars tr').nth(4).waitFor();
  const ignored = /Cross-Origin-Opener-Policy header has been ignored/;
  assert.deepEqual(
    faultsOf(page).filter((fault) => !ignored.test(fault)),
    [],
  );
}

/** While one tab has the storage another says so, and takes it when it is free. */
async function inSecondTab(first: Page, url: string): Promise<void> {
  const second = await first.context().newPage();
  await second.goto(`${url}#/train`);
  await second
    .getByRole('alert')
    .getByText(/open in another tab/)
    .first()
    .waitFor();
  await first.close();
  await second.getByRole('button', { name: 'Try again' }).click();
  await second.getByRole('button', { name: /Drawn shapes/ }).waitFor();
  assert.equal(await second.getByRole('alert').count(), 0);
}

/** Paste, drawing and samples, each to an answer. */
async function otherWays(page: Page): Promise<void> {
  const about = (name: string) => page.getByText(`${name}: the 5 most probable`).waitFor();
  await page.evaluate(
    (bytes) => {
      const clipboardData = new DataTransfer();
      clipboardData.items.add(new File([new Uint8Array(bytes)], 'pasted.png', { type: 'image/png' }));
      document.dispatchEvent(new ClipboardEvent('paste', { clipboardData }));
    },
    [...drawnPng('cross', 3)],
  );
  await about('pasted.png');
  await page.getByRole('button', { name: 'triangle' }).press('Enter');
  await about('triangle');
  await page.getByRole('radio', { name: 'Draw' }).check();
  const pad = (await page.locator('canvas.pad').boundingBox())!;
  await page.mouse.move(pad.x + 60, pad.y + 60);
  await page.mouse.down();
  await page.mouse.move(pad.x + 200, pad.y + 180, { steps: 5 });
  await page.mouse.up();
  await about('Draw');
}

/** Several files with a broken one among them: a table, and the same as CSV. */
async function batch(page: Page, folder: string): Promise<void> {
  const file = (name: string, bytes: Uint8Array) => ({
    name,
    mimeType: 'image/png',
    buffer: Buffer.from(bytes),
  });
  await page.setInputFiles(images, [
    file('one.png', drawnPng('disc', 1)),
    file('two, "quoted".png', drawnPng('bars', 2)),
    file('broken.png', drawnPng('bars', 2).subarray(0, 50)),
  ]);
  await page.getByText('3 of 3 done, 1 could not be read').waitFor();
  const coming = page.waitForEvent('download');
  await page.getByRole('button', { name: 'Download CSV' }).click();
  const saved = join(folder, 'predictions.csv');
  await (await coming).saveAs(saved);
  const rows = [...csvRows(readFileSync(saved, 'utf8'))].map(({ cells }) => cells);
  assert.deepEqual(rows[0]!.slice(0, 5), ['file', 'class', 'probability', 'class_1', 'probability_1']);
  assert.deepEqual(
    rows.slice(1).map(([name]) => name),
    ['one.png', 'two, "quoted".png', 'broken.png'],
  );
  for (const cells of rows.slice(1, 3)) {
    assert.equal(cells.length, rows[0]!.length);
    assert.equal(cells[1], cells[3]);
    const probabilities = [4, 6, 8, 10, 12].map((at) => Number(cells[at]));
    assert.deepEqual(
      probabilities,
      probabilities.toSorted((a, b) => b - a),
    );
    assert.ok(probabilities[0]! > 0.1 && probabilities[0]! <= 1);
  }
  assert.match(rows[3]!.at(-1)!, /^ALEX_/);
}
