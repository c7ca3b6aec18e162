/** The room Train, driven as a person would: images, a training with all that is done on its way, the model as files. */
import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { chromium, type Page } from 'playwright-core';
import { buildWebLibrary } from '../../build/webLibrary.ts';
import { numberOptions, planTrouble } from '../../web/rooms/train/plan.ts';
import { safeRate } from '../../web/rooms/train/safeRate.ts';
import { jsonLines, runAlexnet } from '../cli/runAlexnet.ts';
import { temporaryFolder } from '../formats/temporaryFolder.ts';
import { findChromium } from '../report/chromium.ts';
import { checkLooks } from './checkLooks.ts';
import { drawnPng, figureNames, writeFigures } from './drawnImages.ts';
import {
  accessibilityFaults,
  builtStudio,
  faultsOf,
  openPage,
  overhang,
  serveStatic,
  skip,
} from './studio.ts';

/** A camera that draws, and no dialogue: who is not granted the camera is refused it. */
const browserArguments = ['--use-fake-device-for-media-stream'];

async function trainRoom(url: string, options: Parameters<typeof openPage>[1] = {}): Promise<Page> {
  const page = await openPage(`${url}#/train`, { locale: 'en-GB', arguments: browserArguments, ...options });
  await page.getByRole('heading', { level: 1, name: 'Train' }).waitFor();
  return page;
}

async function newCollection(page: Page): Promise<void> {
  // When collections have come, nothing moves any more.
  await page.getByRole('button', { name: /Drawn shapes/ }).waitFor();
  await page.getByRole('button', { name: '+ Your own images' }).click();
  await page.getByLabel('Size that is kept').selectOption('32');
  await page.getByRole('button', { name: 'Create' }).dblclick();
  await page.getByRole('button', { name: '+ Add a class' }).waitFor();
  assert.equal(await page.getByRole('button', { name: /^My images/ }).count(), 1);
}

/** Drops files on an element; folders cannot be made by scripts. */
async function drop(
  page: Page,
  target: string,
  files: readonly { name: string; bytes: Uint8Array }[],
): Promise<void> {
  const given = files.map(({ name, bytes }) => ({ name, bytes: [...bytes] }));
  const transfer = await page.evaluateHandle((all) => {
    const data = new DataTransfer();
    for (const { name, bytes } of all) data.items.add(new File([new Uint8Array(bytes)], name));
    return data;
  }, given);
  await page.dispatchEvent(target, 'drop', { dataTransfer: transfer });
}

/** Does with the room's snippet and the downloaded model what the room says, without a bundler. */
async function pageOfOwn(snippet: string, folder: string, image: string): Promise<void> {
  await buildWebLibrary(join(folder, 'alexnet-ts'));
  assert.match(snippet, /from 'alexnet-ts\/web'/);
  const html = snippet.replace("'alexnet-ts/web'", "'./alexnet-ts/index.js'");
  writeFileSync(join(folder, 'index.html'), `<link rel="icon" href="data:,">${html}`);
  const own = await openPage((await serveStatic(folder)).url);
  // The model is there when the page listens.
  await own.waitForFunction(() => document.querySelector<HTMLInputElement>('#file')!.onchange !== null);
  await own.setInputFiles('#file', image);
  await own.getByText(/^cross \d+\.\d %/).waitFor();
  assert.deepEqual(faultsOf(own), []);
}

const run = (page: Page) => page.locator('.run');
const state = (page: Page, name: string) => run(page).getByRole('status').filter({ hasText: name }).first();

/** Folders with files that are no images, single files, images that are removed, and a class's other name. */
async function ownFigures(page: Page, folder: string): Promise<void> {
  writeFigures(join(folder, 'train'), figureNames, 24);
  writeFileSync(join(folder, 'train', 'disc', 'notes.txt'), 'no image');
  const broken = `broken${'_'.repeat(150)}.png`;
  writeFileSync(join(folder, 'train', 'disc', broken), drawnPng('disc', 0).subarray(0, 60));
  await page.locator('.drop input').setInputFiles(join(folder, 'train'));
  await page.getByText('1 file was not taken').waitFor();
  assert.match(await page.locator('.refused').innerText(), /broken_+\.png.*ALEX_/s);
  assert.match(await page.locator('main').innerText(), /1 files of the folders are no images.*notes\.txt/s);
  await page.setViewportSize({ width: 360, height: 900 });
  assert.ok((await overhang(page)) <= 0, 'a long name makes the page wider than 360 pixels');
  await page.setViewportSize({ width: 1200, height: 900 });
  // Single files fall on a class.
  await drop(page, 'section[aria-label=disc]', [{ name: 'late.png', bytes: drawnPng('disc', 99) }]);
  await page.locator('section[aria-label=disc]').getByText('25 images').waitFor();
  await page.locator('section[aria-label=disc] .thumbs canvas').first().waitFor();
  // The second click of a double click is not for the neighbour, nor does it answer a question.
  await page.getByRole('button', { name: 'Remove disc 1', exact: true }).dblclick({ force: true });
  await page.getByRole('button', { name: 'Remove the class disc' }).dblclick();
  await page.getByRole('dialog').getByText('“disc” with its 24 images').waitFor();
  await page.keyboard.press('Escape');
  await page.locator('section[aria-label=bars] input.class-name').fill('stripes');
  await page.locator('section[aria-label=bars] input.class-name').press('Enter');
  await page.locator('section[aria-label=stripes]').getByText('24 images').waitFor();
  assert.match(await page.locator('section[aria-label=disc]').innerText(), /24 images/);
}

/** A class that was left without images is in nobody's way. */
async function tryWithEmptyClass(page: Page, image: string): Promise<void> {
  await page.getByRole('button', { name: '+ Add a class' }).click();
  const fourth = page.locator('section[aria-label="class 4"]');
  await fourth.locator('input.class-name').fill('disc');
  await fourth.locator('input.class-name').press('Enter');
  await page.getByRole('alert').getByText('There is a class “disc” already').waitFor();
  assert.equal(await fourth.locator('input.class-name').inputValue(), 'class 4');
  await drop(page, 'section[aria-label="class 4"]', [{ name: '1.png', bytes: drawnPng('disc', 99) }]);
  await page.getByRole('button', { name: 'Remove class 4 1' }).click({ force: true });
  await fourth.getByText('0 images').waitFor();
  await page.getByRole('link', { name: 'Try it' }).click();
  await page.getByRole('heading', { level: 1, name: 'Try' }).waitFor();
  await page.locator('.samples').getByRole('button', { name: 'disc' }).waitFor();
  await page.setInputFiles('.drop input', image);
  await page.getByRole('heading', { level: 2, name: /^cross/ }).waitFor();
  await page.goBack();
  await page.getByText('Its wrong answers can no longer be shown').waitFor();
  assert.equal(await run(page).getByRole('alert').count(), 0);
}

test(
  'dropped images are learnt, through pause and reload, and the model leaves in every format',
  { skip },
  async (context) => {
    const folder = temporaryFolder(context);
    const server = await serveStatic(await builtStudio());
    const page = await trainRoom(server.url);
    await newCollection(page);
    assert.equal(await page.getByRole('button', { name: 'Start training' }).isDisabled(), true);
    await ownFigures(page, folder);
    await page.getByRole('radio', { name: /Small and quick/ }).check();
    await page.getByText('Details', { exact: true }).click();
    const epochs = page.getByRole('spinbutton', { name: /^Epochs/ });
    await epochs.fill('-5');
    await page.getByText('Epochs (under Details) has to be a whole number from 1.').waitFor();
    assert.equal(await page.getByRole('button', { name: 'Start training' }).isDisabled(), true);
    await epochs.fill('2000');
    await page.getByRole('button', { name: 'Start training' }).click();
    await page.waitForFunction(() => /#\/train\/./.test(location.hash));
    // Whoever comes back to the room without naming the training has it kept in the address.
    await page.getByRole('link', { name: 'Learn', exact: true }).click();
    await page.getByRole('link', { name: 'Train', exact: true }).click();
    await page.waitForFunction(() => /#\/train\/./.test(location.hash));
    await run(page).getByLabel('Learning rate').fill('0.004');
    await run(page).getByRole('button', { name: 'Set', exact: true }).click();
    await run(page).getByRole('button', { name: 'Pause' }).click();
    await state(page, 'paused').waitFor();
    await run(page).getByRole('button', { name: 'Go on' }).click();
    await state(page, 'running').waitFor();
    await page.reload();
    await state(page, 'interrupted').waitFor();
    await page.getByRole('button', { name: 'Go on: My images 1' }).click();
    // However fast the machine: it goes on until it is right, and is ended then.
    await page.waitForFunction(
      () => {
        const text = document.querySelector<HTMLElement>('.run')!.innerText;
        return Number(/Held-out images right\s+([\d.]+)%/.exec(text)?.[1]) >= 90;
      },
      undefined,
      { timeout: 120_000 },
    );
    await run(page).getByRole('button', { name: 'Finish now' }).click();
    await page.getByText(/held-out images are right/).waitFor();
    const [, correct, total] = /(\d+) of (\d+) held-out/.exec(await run(page).innerText())!;
    assert.ok(Number(total) >= 9 && Number(correct) >= 0.9 * Number(total), `${correct} of ${total}`);
    assert.deepEqual(await accessibilityFaults(page), []);

    const image = join(folder, 'new.png');
    writeFileSync(image, drawnPng('cross', 1000));
    for (const format of ['safetensors', '.pth', 'ONNX']) {
      const coming = page.waitForEvent('download');
      await page.getByRole('button', { name: `Download as ${format}` }).click();
      const download = await coming;
      assert.match(download.suggestedFilename(), /^My.images.1\.\w+$/);
      const file = join(folder, `model.${download.suggestedFilename().split('.').at(-1)}`);
      await download.saveAs(file);
      const { code, stdout, stderr } = await runAlexnet(['predict', file, image, '--json', '--threads', '1']);
      assert.equal(code, 0, stderr);
      assert.match(JSON.stringify(jsonLines(stdout)[0]), /"cross"/);
      assert.match(JSON.stringify(jsonLines(stdout)[0]), /"stripes"/);
    }
    await page.getByText('Use it in your page').click();
    await pageOfOwn(await run(page).locator('pre').innerText(), folder, image);
    await tryWithEmptyClass(page, image);
    assert.deepEqual(faultsOf(page), []);
  },
);

test(
  'the camera records while its button is held, and says what to do when it is refused',
  { skip },
  async () => {
    const server = await serveStatic(await builtStudio());
    const page = await trainRoom(server.url, { permissions: ['camera'] });
    await newCollection(page);
    await page.getByRole('button', { name: '+ Add a class' }).click();
    await page.getByRole('button', { name: 'Camera', exact: true }).click();
    const record = page.getByRole('button', { name: 'Hold to record' });
    await page.waitForFunction(
      () => !document.querySelector<HTMLButtonElement>('.camera button.primary')?.disabled,
    );
    await record.focus();
    await page.keyboard.down(' ');
    await page.getByText(/^[3-9] taken/).waitFor();
    await page.keyboard.up(' ');
    await page.locator('.class-card .thumbs canvas').nth(2).waitFor();
    const refused = await trainRoom(server.url);
    await newCollection(refused);
    await refused.getByRole('button', { name: '+ Add a class' }).click();
    await refused.getByRole('button', { name: 'Camera', exact: true }).click();
    assert.match(await refused.getByRole('alert').innerText(), /ALEX_CAMERA_REFUSED.*Allow it/s);
  },
);

test('a full storage says so, and loses nothing', { skip }, async (context) => {
  const server = await serveStatic(await builtStudio());
  // Profiles in memory, which pages of tests have otherwise, know no quota.
  const profile = await chromium.launchPersistentContext(temporaryFolder(context), {
    executablePath: findChromium(),
    args: ['--no-sandbox'],
    locale: 'en-GB',
  });
  context.after(() => profile.close());
  const page = await profile.newPage();
  await page.goto(`${server.url}#/train`);
  await newCollection(page);
  const files = (count: number, from: number) =>
    Array.from({ length: count }, (_, i) => ({
      name: `${from + i}.png`,
      mimeType: 'image/png',
      buffer: Buffer.from(drawnPng('disc', from + i)),
    }));
  await page.getByRole('button', { name: '+ Add a class' }).click();
  const chooser = page.locator('.class-card input[type=file]');
  await chooser.setInputFiles(files(5, 0));
  await page.locator('.class-card').getByText('5 images').waitFor();
  const protocol = await profile.newCDPSession(page);
  const { origin } = new URL(server.url);
  await protocol.send('Storage.overrideQuotaForOrigin', { origin, quotaSize: 1 });
  await chooser.setInputFiles(files(30, 5));
  const alert = page.getByRole('alert').filter({ hasText: 'ALEX_STUDIO_STORAGE_FULL' });
  await alert.waitFor();
  assert.match(await alert.innerText(), /Remove collections/);
  await protocol.send('Storage.overrideQuotaForOrigin', { origin });
  await page.reload();
  await page.locator('.class-card').getByText('5 images').waitFor();
});

/** A rate that is much too large ends a training; a smaller one is offered then, and what was learnt before. */
async function divergence(page: Page): Promise<void> {
  await run(page).getByLabel('with learning rate').fill('1e9');
  await page.keyboard.press('Enter');
  await state(page, 'failed').waitFor();
  await run(page)
    .getByText(/ALEX_TRAINING_NOT_FINITE/)
    .waitFor();
  // A tenth of it would ruin it again: no more than what went well before.
  const offered = Number(await run(page).getByLabel('with learning rate').inputValue());
  assert.ok(offered > 0 && offered < 0.1, `${offered}`);
  assert.equal(await run(page).getByRole('button', { name: 'Finish now' }).isEnabled(), true);
}

test('a training by keyboard alone, without threads, in both languages and themes', { skip }, async () => {
  const server = await serveStatic(await builtStudio(), { isolating: false });
  const page = await trainRoom(server.url, { serviceWorkers: 'block', colorScheme: 'dark' });
  await page.getByRole('button', { name: /Drawn shapes/ }).waitFor();
  const tabTo = async (name: RegExp): Promise<void> => {
    for (let i = 0; i < 80; i++) {
      await page.keyboard.press('Tab');
      const focused = await page.evaluate(() => document.activeElement?.textContent ?? '');
      if (name.test(focused)) return;
    }
    assert.fail(`Tab reaches no ${name}`);
  };
  await tabTo(/^Start training$/);
  await page.keyboard.press('Enter');
  await page.getByRole('heading', { level: 3, name: 'Shapes 1' }).waitFor();
  await page.waitForFunction(() =>
    /Loss\s*\d/.test(document.querySelector('.run .figures')?.textContent ?? ''),
  );
  await run(page).getByRole('button', { name: 'Pause' }).press('Enter');
  await state(page, 'paused').waitFor({ timeout: 30_000 });
  await divergence(page);
  await page.goto(`${server.url}#/train/nonsense`);
  await page.getByText('The training of this address is not in this browser').waitFor();
  await page.goBack();
  await state(page, 'failed').waitFor();
  await checkLooks(page);
  const blocked = /Service Worker registration blocked/;
  assert.deepEqual(
    faultsOf(page).filter((fault) => !blocked.test(fault)),
    [],
  );
});

test('after a rate that was too large a tenth is offered, or what went well before', () => {
  assert.equal(safeRate(1, undefined), 0.1);
  assert.equal(safeRate(1, 0.5), 0.1);
  assert.equal(safeRate(1e9, 0.02), 0.02);
  assert.equal(safeRate(undefined, undefined), undefined);
});

test('what cannot be trained with is told before the start', () => {
  const plan = { network: 'alexnet-32', recipe: 'quick' } as const;
  assert.equal(planTrouble(plan), undefined);
  assert.equal(planTrouble({ ...plan, epochs: 1, batchSize: 4096, learningRate: 1e-9, seed: 0 }), undefined);
  const wrong = { epochs: 0, batchSize: 2.5, learningRate: 0, seed: NaN };
  for (const [option, value] of Object.entries(wrong)) {
    const label = numberOptions.find((about) => about.option === option)!.label.en;
    assert.ok(planTrouble({ ...plan, [option]: value })?.en.startsWith(label), option);
  }
});
