/** The studio's shell: rooms, languages, themes, offline, and what it weighs. */
import assert from 'node:assert/strict';
import { cpSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { gzipSync } from 'node:zlib';
import { temporaryFolder } from '../formats/temporaryFolder.ts';
import { lastingPort } from './staticServer.ts';
import {
  accessibilityFaults,
  builtStudio,
  faultsOf,
  openPage,
  overhang,
  serveStatic,
  skip,
} from './studio.ts';

const rooms = ['learn', 'train', 'try', 'watch'];

test('rooms, languages and themes, by keyboard and for assistive technology', { skip }, async () => {
  const server = await serveStatic(await builtStudio());
  const page = await openPage(`${server.url}#/watch`, { locale: 'ja-JP', colorScheme: 'dark' });
  await page.locator('h1').waitFor();
  assert.equal(await page.getAttribute('html', 'lang'), 'ja');
  assert.match(await page.title(), /見守る/);
  // The first stop of the Tab key leads over the navigation.
  await page.keyboard.press('Tab');
  await page.keyboard.press('Enter');
  assert.equal(await page.evaluate(() => document.activeElement?.id), 'main');
  const paper = (): Promise<string> =>
    page.evaluate(() => getComputedStyle(document.documentElement).backgroundColor);
  const dark = await paper();
  for (const [theme, language] of [
    ['dark', 'ja'],
    ['light', 'en'],
  ]) {
    await page.locator(`input[value=${theme}]`).check();
    await page.locator(`input[value=${language}]`).check();
    for (const room of rooms) {
      await page.goto(`${server.url}#/${room}`);
      await page.locator(`.rooms a[aria-current=page][href="#/${room}"]`).waitFor();
      await page.locator('h1').waitFor();
      assert.deepEqual(await accessibilityFaults(page), [], `${room} ${language} ${theme}`);
      for (const width of [360, 2560]) {
        await page.setViewportSize({ width, height: 900 });
        assert.ok((await overhang(page)) <= 0, `${room} is wider than ${width} pixels, ${language}`);
      }
    }
  }
  assert.notEqual(await paper(), dark);
  // Choices outlast the page.
  await page.reload();
  await page.locator('h1').waitFor();
  assert.equal(await page.getAttribute('html', 'lang'), 'en');
  assert.equal(await page.locator('input[value=light]').isChecked(), true);
  assert.equal(await page.evaluate(() => crossOriginIsolated), true);
  assert.equal(await page.locator('.notice').count(), 0);
  // An address that names no room is put right.
  await page.goto(`${server.url}#/nowhere/1`);
  await page.waitForFunction(() => location.hash === '#/learn');
  // One that changes as soon as the page is drawn is not missed.
  await page.addInitScript(() => {
    new MutationObserver((_, observer) => {
      if (document.querySelector('.rooms') === null) return;
      observer.disconnect();
      location.hash = '#/train';
    }).observe(document, { childList: true, subtree: true });
  });
  await page.reload();
  await page.locator('.rooms a[aria-current=page][href="#/train"]').waitFor();
  assert.deepEqual(faultsOf(page), []);
  await server.close();
});

test('on a server without headers the page isolates itself, and outlives the server', { skip }, async () => {
  const server = await serveStatic(await builtStudio(), { isolating: false });
  const page = await openPage(server.url, { locale: 'en-GB' });
  await page.waitForFunction(() => crossOriginIsolated);
  await server.close();
  await page.reload();
  for (const room of rooms) {
    await page.goto(`${server.url}#/${room}`);
    await page.locator(`.rooms a[aria-current=page][href="#/${room}"]`).waitFor();
    await page.locator('h1').waitFor();
  }
  assert.equal(await page.evaluate(() => crossOriginIsolated), true);
});

/** The same studio under other names, as a new version has them. */
function renameAll(folder: string): void {
  const assets = join(folder, 'assets');
  const names = readdirSync(assets);
  const renamed = (text: string): string =>
    names
      .reduce((all, name) => all.replaceAll(name, `new-${name}`), text)
      .replace(/"version":"[0-9a-f]+"/, '"version":"0000"');
  for (const name of names) {
    const text = readFileSync(join(assets, name), 'utf8');
    rmSync(join(assets, name));
    writeFileSync(join(assets, `new-${name}`), renamed(text));
  }
  for (const name of ['index.html', 'serviceWorker.js']) {
    writeFileSync(join(folder, name), renamed(readFileSync(join(folder, name), 'utf8')));
  }
}

test('a page that is open while a new version comes goes on', { skip }, async (context) => {
  const folder = temporaryFolder(context);
  cpSync(await builtStudio(), folder, { recursive: true });
  const server = await serveStatic(folder, { isolating: false });
  const old = await openPage(server.url, { locale: 'en-GB' });
  await old.waitForFunction(() => crossOriginIsolated);
  renameAll(folder);
  const fresh = await old.context().newPage();
  await fresh.goto(server.url);
  // As the browser does by itself, sooner or later.
  await fresh.evaluate(async () => {
    const registration = await navigator.serviceWorker.ready;
    await registration.update();
    const isTaken = async (): Promise<boolean> =>
      (await caches.has('alexnet-studio-0000')) && !registration.installing && !registration.waiting;
    while (!(await isTaken())) await new Promise((later) => setTimeout(later, 50));
  });
  await fresh.reload();
  assert.ok(await fresh.evaluate(() => document.querySelector('script[src*="assets/new-"]') !== null));
  for (const page of [old, fresh]) {
    await page.getByRole('link', { name: 'Watch' }).click();
    await page.getByRole('heading', { level: 1, name: 'Watch' }).waitFor();
  }
  await server.close();
});

test('where nothing isolates the page it says so, and what to do', { skip }, async () => {
  const server = await serveStatic(await builtStudio(), { isolating: false });
  const page = await openPage(server.url, { locale: 'en-GB', serviceWorkers: 'block' });
  const notice = page.getByRole('complementary', { name: 'Single-thread mode' });
  await notice.getByText('Why, and how to get more').click();
  assert.match(await notice.innerText(), /Cross-Origin-Embedder-Policy: require-corp/);
  assert.deepEqual(await accessibilityFaults(page), []);
  await notice.getByRole('button', { name: 'Hide' }).click();
  assert.equal(await notice.count(), 0);
  await server.close();
});

test(
  'a room that cannot be fetched says what to do, and comes when the server is back',
  { skip },
  async () => {
    const folder = await builtStudio();
    const port = await lastingPort();
    const server = await serveStatic(folder, { port });
    const page = await openPage(server.url, { locale: 'en-GB' });
    await page.locator('h1').waitFor();
    await server.close();
    await page.getByRole('link', { name: 'Watch' }).click();
    const message = page.getByRole('alert');
    await message.waitFor();
    assert.match(
      await message.innerText(),
      /could not be loaded.*newer version.*Start the server again.*reload/s,
    );
    const back = await serveStatic(folder, { port });
    await page.getByRole('button', { name: 'Reload' }).click();
    await page.getByRole('heading', { level: 1, name: 'Watch' }).waitFor();
    await back.close();
  },
);

test('a file that misses its place does not take that of the page', { skip }, async () => {
  const server = await serveStatic(await builtStudio());
  const page = await openPage(`${server.url}#/learn/size`, { locale: 'en-GB' });
  await page.locator('h1').waitFor();
  const taken = await page.evaluate(() => {
    const dataTransfer = new DataTransfer();
    dataTransfer.items.add(new File(['1'], 'one.txt'));
    const drop = new DragEvent('drop', { dataTransfer, bubbles: true, cancelable: true });
    document.querySelector('h1')!.dispatchEvent(drop);
    return !drop.defaultPrevented;
  });
  assert.equal(taken, false);
  await server.close();
});

test('what fails in a room is told there, and tried again', { skip }, async () => {
  const server = await serveStatic(await builtStudio());
  const page = await openPage(`${server.url}#/learn/size`, { locale: 'en-GB' });
  await page.locator('h1').waitFor();
  await page.evaluate(() => {
    const prototype = CanvasRenderingContext2D.prototype as { putImageData: unknown; whole?: unknown };
    prototype.whole = prototype.putImageData;
    prototype.putImageData = () => {
      throw new Error('no canvas today');
    };
  });
  await page.goto(`${server.url}#/learn/convolution`);
  const alert = page.getByRole('alert');
  await alert.waitFor();
  assert.match(await alert.innerText(), /What was stored is safe.*no canvas today/s);
  await page.evaluate(() => {
    const prototype = CanvasRenderingContext2D.prototype as { putImageData: unknown; whole?: unknown };
    prototype.putImageData = prototype.whole;
  });
  await page.getByRole('button', { name: 'Try again' }).click();
  await page.getByRole('heading', { level: 1, name: 'Convolution' }).waitFor();
  await server.close();
});

test('what the first load fetches is under 250 kB, gzipped', async () => {
  const folder = await builtStudio();
  const html = readFileSync(join(folder, 'index.html'), 'utf8');
  const named = [...html.matchAll(/(?:src|href)="\.\/([^"]+)"/g)].map(([, path]) => path!);
  const room = readdirSync(join(folder, 'assets')).filter((name) => /^Room-.*\.(js|css)$/.test(name));
  const files = new Set(['index.html', ...named, ...room.map((name) => `assets/${name}`)]);
  // All rooms and what they share: more than any first load.
  const script = readFileSync(join(folder, 'serviceWorker.js'), 'utf8');
  assert.match(script, /^const studioFiles=\{"version":"[0-9a-f]{16}","paths":\["assets\//);
  const size = [...files].reduce(
    (sum, path) => sum + gzipSync(readFileSync(join(folder, path))).byteLength,
    0,
  );
  assert.ok(size > 5_000 && size < 250_000, `${size} bytes`);
});
