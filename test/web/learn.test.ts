/** The room Learn: every step by keyboard, in both languages, and its figures against src/. */
import assert from 'node:assert/strict';
import { cpSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import type { Page } from 'playwright-core';
import { networks } from '../../src/network/zoo/networks.ts';
import { parameterShapes, elementCount } from '../../src/network/shapes.ts';
import {
  colorJitter,
  randomHorizontalFlip,
  randomResizedCrop,
  randomTranslate,
} from '../../src/data/augmentation/imageSteps.ts';
import { planarImage } from '../../src/data/image.ts';
import { planarBuffer } from '../../src/data/imageBuffer.ts';
import { imageTransform } from '../../src/data/transformImage.ts';
import { toTensor } from '../../src/data/transforms.ts';
import { generateShapes } from '../../src/data/shapes.ts';
import { temporaryFolder } from '../formats/temporaryFolder.ts';
import {
  accessibilityFaults,
  builtStudio,
  faultsOf,
  openPage,
  overhang,
  serveStatic,
  skip,
} from './studio.ts';

/** Opens a step of the room. */
async function openStep(slug: string, locale = 'en-GB'): Promise<Page> {
  const server = await serveStatic(await builtStudio());
  const page = await openPage(`${server.url}#/learn/${slug}`, { locale });
  await page.locator('h1').waitFor();
  return page;
}

/** A number that the page keeps in an attribute, unrounded. */
async function valueOf(page: Page, selector: string, attribute: string): Promise<number> {
  return Number(await page.locator(selector).getAttribute(attribute));
}

/** Sets a slider as the keyboard would: to its least, and so many steps up. */
async function slide(page: Page, name: string | RegExp, steps: number): Promise<void> {
  const slider = page.getByRole('slider', { name });
  await slider.focus();
  await page.keyboard.press('Home');
  for (let i = 0; i < steps; i++) await page.keyboard.press('ArrowRight');
}

test('all ten steps are walked by keyboard, in both languages, light and dark', { skip }, async () => {
  const page = await openStep('convolution', 'ja-JP');
  for (const [language, theme] of [
    ['ja', 'light'],
    ['en', 'dark'],
  ]) {
    await page.locator(`input[value=${language}]`).check();
    await page.locator(`input[value=${theme}]`).check();
    await page.goto(page.url().replace(/#.*/, '#/learn/convolution'));
    for (let step = 1; step <= 10; step++) {
      const heading = page.getByRole('heading', { level: 1, name: new RegExp(`^${step}\\. `) });
      await heading.waitFor();
      // Who goes on by keyboard or ear begins at the step's heading.
      if (step > 1) await page.locator('h1:focus').waitFor();
      await page.waitForFunction((number) => document.title.startsWith(`${number}. `), step);
      assert.equal(await page.locator('.steps [aria-current=step] .step-number').innerText(), String(step));
      assert.deepEqual(await accessibilityFaults(page), [], `step ${step}, ${language}, ${theme}`);
      for (const width of [360, 2560, 1200]) {
        await page.setViewportSize({ width, height: 900 });
        assert.ok((await overhang(page)) <= 0, `step ${step} is wider than ${width} pixels, ${language}`);
      }
      await page.locator('.onward .next').focus();
      await page.keyboard.press('Enter');
    }
    await page.locator('.rooms a[aria-current=page][href="#/train"]').waitFor();
  }
  assert.deepEqual(faultsOf(page), []);
});

test('convolution: the filter goes by arrow keys, and the sum is that of the picture', { skip }, async () => {
  const page = await openStep('convolution');
  await page.getByRole('application').focus();
  for (const key of ['ArrowRight', 'ArrowRight', 'ArrowDown']) await page.keyboard.press(key);
  // At line 13, column 14 of the output now, with the upright edges' weights.
  const { images } = generateShapes('train', { limit: 1 });
  const grey = (y: number, x: number): number => {
    const at = (c: number): number => images[c * 1024 + y * 32 + x]! / 255;
    return 0.299 * at(0) + 0.587 * at(1) + 0.114 * at(2);
  };
  const weights = [-1, 0, 1, -2, 0, 2, -1, 0, 1];
  const expected = weights.reduce(
    (sum, weight, i) => sum + weight * grey(13 + Math.floor(i / 3), 14 + (i % 3)),
    0,
  );
  const shown = await valueOf(page, '[data-value]', 'data-value');
  assert.ok(Math.abs(shown - expected) < 1e-6, `${shown}, expected ${expected}`);
  // One weight of the reader's own changes the sum by its pixel.
  await page.getByLabel('Its 9 weights; change them, 2, 2').fill('3');
  const changed = await valueOf(page, '[data-value]', 'data-value');
  assert.ok(Math.abs(changed - expected - 3 * grey(14, 15)) < 1e-6);
  assert.ok(await page.getByRole('radio', { name: 'Yours' }).isChecked());
  await page.getByRole('button', { name: 'Slide over the picture' }).click();
  await page.getByRole('img', { name: '900 of 900 pixels computed' }).waitFor();
});

test('figures are those of the engine, the article and the paper', { skip }, async () => {
  const page = await openStep('size');
  const go = async (slug: string): Promise<void> => {
    await page.goto(page.url().replace(/#.*/, `#/learn/${slug}`));
    await page.locator(`.steps a[aria-current=step][href$="/${slug}"]`).waitFor();
  };
  // (9 + 2 - 3) / 2 + 1; AlexNet's first layer makes 55 of 224.
  assert.equal(await valueOf(page, '[data-value]', 'data-value'), 5);
  await page.getByRole('button', { name: /conv1/ }).click();
  assert.equal(await valueOf(page, '[data-value]', 'data-value'), 55);

  await go('activations');
  for (const [name, steepest] of Object.entries({ sigmoid: '0.25', tanh: '1', relu: '1' })) {
    assert.equal(await page.locator(`[data-steepest=${name}]`).innerText(), steepest);
  }

  await go('pooling');
  assert.equal(await page.locator('[data-pooled=max]').innerText(), '10');
  assert.equal(await page.locator('[data-pooled=average]').innerText(), '6.5');
  await page.getByLabel("The article's window, 1, 1").fill('12');
  assert.equal(await page.locator('[data-pooled=max]').innerText(), '12');
  assert.equal(await page.locator('[data-pooled=average]').innerText(), '8.5');
  // What is not taken does not stay.
  await page.getByLabel("The article's window, 1, 1").fill('1000');
  await page.getByLabel("The article's window, 1, 1").blur();
  assert.equal(await page.getByLabel("The article's window, 1, 1").inputValue(), '12');
  await page.getByRole('button', { name: 'Move the picture by a pixel' }).click();
  await page.getByText(/ of 9 outputs are as before/).waitFor();
  await page.getByRole('radio', { name: 'Mean' }).check({ force: true });
  await page.getByText(/outputs are as before/).waitFor({ state: 'detached' });

  await go('dropout');
  // Kept values are doubled: no unit shows its own, but for the one that is 0.
  const units = await page.locator('.units li').allInnerTexts();
  const before = [1, 2, 0.5, 3, 1.5, 0, 2.5, 1, 4, 0.5, 2, 3];
  assert.ok(units.every((text, i) => Number(text) === 0 || Number(text) === 2 * before[i]!));
  await page.getByRole('button', { name: '500 more' }).click();
  const means = await page.locator('.bars .number').allInnerTexts();
  for (const text of means) {
    const [mean, value] = text.split(' / ').map(Number) as [number, number];
    // Four standard errors: a mask has the deviation of its value.
    assert.ok(Math.abs(mean - value) <= (4 * value) / Math.sqrt(501) + 0.01, text);
  }

  await go('softmax');
  assert.ok(Math.abs((await valueOf(page, '[data-loss]', 'data-loss')) - Math.log(10)) < 1e-12);
  await page.getByRole('button', { name: 'One step down the gradient' }).click();
  // Logits 0.9 and nine times -0.1: ln(e^0.9 + 9 e^-0.1) - 0.9.
  const next = Math.log(Math.exp(0.9) + 9 * Math.exp(-0.1)) - 0.9;
  assert.ok(Math.abs((await valueOf(page, '[data-loss]', 'data-loss')) - next) < 1e-12);

  await go('layers');
  const expected = parameterShapes(networks.alexnet({ classes: 10 })).reduce(
    (sum, { shape }) => sum + elementCount(shape),
    0,
  );
  assert.equal(expected, 57_044_810);
  assert.equal(await valueOf(page, '[data-parameters]', 'data-parameters'), expected);
  // 9216 × 4096, 4096 × 4096 and 4096 × 10 weights, and biases: 54,575,114.
  assert.match(await page.locator('[data-parameters]').innerText(), / 96% of the parameters/);
  await page.getByRole('radio', { name: 'alexnet-32 (small)' }).check({ force: true });
  await page.getByText(/ 78% of the parameters/).waitFor();
});

test('the deeper the network of sigmoids, the less comes back to its first layer', { skip }, async () => {
  const page = await openStep('vanishing-gradient');
  const first = async (depth: number): Promise<Record<string, number>> => {
    await slide(page, /Layers/, depth - 1);
    await page.locator(`[data-depth="${depth}"]`).waitFor();
    const entries = ['sigmoid', 'tanh', 'relu'].map(async (name) => [
      name,
      Number(await page.locator(`[data-first=${name}]`).innerText()),
    ]);
    return Object.fromEntries(await Promise.all(entries)) as Record<string, number>;
  };
  const shallow = await first(2);
  const deep = await first(12);
  // Ten more layers, each at most a quarter, and PyTorch's weights take some too; tanh keeps most.
  assert.ok(deep['sigmoid']! < shallow['sigmoid']! * 1e-6, JSON.stringify({ shallow, deep }));
  assert.ok(deep['tanh']! > deep['sigmoid']! * 1e4);
});

test('a network is trained in the page: with ReLU it learns, and it says how well', { skip }, async () => {
  const page = await openStep('training');
  await page.getByRole('button', { name: 'Train', exact: true }).click();
  const run = page.locator('[data-run=relu][data-accuracy]');
  await run.waitFor({ timeout: 60_000 });
  // Ten classes: chance is 10%.
  assert.ok((await valueOf(page, '[data-run=relu]', 'data-accuracy')) > 0.4, await run.innerText());
  assert.deepEqual(faultsOf(page), []);
});

/** The bytes of the first variant, RGBA. */
function firstPicture(page: Page): Promise<number[]> {
  const canvas = page.locator('.pictures canvas').first();
  return canvas.evaluate((element) => {
    const { width, height } = element as HTMLCanvasElement;
    return [...(element as HTMLCanvasElement).getContext('2d')!.getImageData(0, 0, width, height).data];
  });
}

/** What a training with all changes sees in its first epoch of one of the drawn images. */
function trainedPicture(index: number): number[] {
  const drawn = generateShapes('train', { limit: 10 });
  const target = planarBuffer(new Float32Array(3 * 1024), [1, 3, 32, 32]);
  imageTransform([
    randomResizedCrop(32, { scale: [0.4, 1] }),
    randomTranslate([0.2, 0.2]),
    randomHorizontalFlip(),
    colorJitter({ brightness: 0.4, contrast: 0.4, saturation: 0.4, hue: 0.1 }),
    toTensor(),
  ])(planarImage(drawn.images, drawn, index * 3 * 1024), target, 0, { epoch: 0, index });
  const byte = (c: number, at: number): number => Math.round(255 * target.data[c * 1024 + at]!);
  return Array.from({ length: 1024 }, (_, at) => [byte(0, at), byte(1, at), byte(2, at), 255]).flat();
}

test(
  'augmentation shows what a training sees, of the reader’s own photo too; a file that is none is refused with advice',
  { skip },
  async () => {
    const page = await openStep('augmentation');
    await page.getByRole('combobox').selectOption({ index: 3 });
    assert.deepEqual(await firstPicture(page), trainedPicture(3));
    const file = page.locator('input[type=file]');
    await file.setInputFiles({ name: 'notes.png', mimeType: 'image/png', buffer: Buffer.from('no image') });
    await page.getByRole('alert').getByText('Try a JPEG, PNG, WebP or GIF').waitFor();
    const red = await page.evaluate(async () => {
      const canvas = new OffscreenCanvas(60, 40);
      const context = canvas.getContext('2d')!;
      context.fillStyle = '#f00';
      context.fillRect(0, 0, 60, 40);
      return [...new Uint8Array(await (await canvas.convertToBlob()).arrayBuffer())];
    });
    await file.setInputFiles({ name: 'red.png', mimeType: 'image/png', buffer: Buffer.from(red) });
    await page.getByRole('combobox').getByText('red.png').waitFor({ state: 'attached' });
    assert.equal(await page.getByRole('alert').count(), 0);
    for (const name of ['Colour', 'Move', 'Crop']) await page.getByRole('button', { name }).click();
    const color = await page
      .locator('.pictures canvas')
      .first()
      .evaluate((canvas) => {
        const { data } = (canvas as HTMLCanvasElement).getContext('2d')!.getImageData(64, 64, 1, 1);
        return [...data];
      });
    assert.deepEqual(color, [255, 0, 0, 255]);
  },
);

test('a layer opens to its activations for the picture, in a browser of 2024', { skip }, async (context) => {
  const folder = temporaryFolder(context);
  cpSync(await builtStudio(), folder, { recursive: true });
  for (const name of readdirSync(folder, { recursive: true, encoding: 'utf8' })) {
    const path = join(folder, name);
    if (!name.endsWith('.js')) continue;
    writeFileSync(path, `delete globalThis.Float16Array;${readFileSync(path, 'utf8')}`);
  }
  const server = await serveStatic(folder);
  const page = await openPage(`${server.url}#/learn/layers`, { locale: 'en-GB' });
  await page.getByRole('radio', { name: 'alexnet-32 (small)' }).check({ force: true });
  const layer = page.locator('details.layer').first();
  await layer.locator('summary').click();
  await layer.locator('canvas').waitFor({ timeout: 60_000 });
  const levels = await layer.locator('canvas').evaluate((canvas) => {
    const { width, height } = canvas as HTMLCanvasElement;
    const { data } = (canvas as HTMLCanvasElement).getContext('2d')!.getImageData(0, 0, width, height);
    return new Set(data).size;
  });
  assert.ok(levels > 10, `only ${levels} levels`);
  assert.equal(await page.evaluate(() => 'Float16Array' in globalThis), false);
});
