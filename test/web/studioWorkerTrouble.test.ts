/** The studio's worker in a browser without WebAssembly SIMD, and when it ends by an error. */
import assert from 'node:assert/strict';
import { resolve } from 'node:path';
import { before, test } from 'node:test';
import type { Page } from 'playwright-core';
import type { Studio } from '../../web/worker/protocol.ts';
import { builtPage, openPage, serveStatic, skip, type StaticServer } from './studio.ts';

declare const studio: Studio;

/** Without SSE 4.1 V8 has no vectors. */
const withoutSimd = ['--js-flags=--no-enable-sse4-1 --no-enable-sse4-2 --no-enable-avx'];

let server: StaticServer;
before(async () => {
  if (!skip) server = await serveStatic(await builtPage(resolve(import.meta.dirname, 'workerPage')));
});

const open = (): Promise<Page> => openPage(server.url, { arguments: withoutSimd });

/** Adds so many drawn images to a new collection; resolved to how many were added, or the code of the error. */
function addDrawn(page: Page, count: number): Promise<number | string> {
  return page.evaluate(async (images) => {
    const canvas = new OffscreenCanvas(300, 200);
    canvas.getContext('2d')!.fillRect(20, 20, 100, 100);
    const image = await canvas.convertToBlob();
    const { id } = await studio.collections.create('mine', { side: 64 });
    const added = Array.from({ length: images }, (_, i) => ({ class: 'one', name: `${i}`, image }));
    return studio.collections.add(id, added).then(
      (result) => result.added,
      (error: { code: string }) => error.code,
    );
  }, count);
}

test('without WebAssembly SIMD it says so, and still takes images', { skip }, async (context) => {
  if (process.arch !== 'x64') return context.skip('only on x86-64 can a flag take SIMD from the browser');
  const page = await open();
  const refused = await page.evaluate(() =>
    studio.environment().then(
      () => undefined,
      ({ code, message }: { code: string; message: string }) => ({ code, message }),
    ),
  );
  assert.equal(refused?.code, 'ALEX_ENGINE_UNAVAILABLE');
  assert.match(refused.message, /no WebAssembly SIMD.*Use a current version of/s);
  assert.equal(await addDrawn(page, 3), 3);
});

test(
  'when it ends by an error, what was asked is refused, and the next call starts it again',
  { skip },
  async () => {
    const page = await open();
    const added = addDrawn(page, 3000);
    await page.evaluate(async () => {
      for (;;) {
        const [, own] = await studio.collections.list();
        if ((own?.classes.length ?? 0) > 0) return;
      }
    });
    const [worker] = page.workers();
    await worker!.evaluate(() => {
      setTimeout(() => {
        throw new Error('gone');
      });
    });
    assert.equal(await added, 'ALEX_STUDIO_WORKER');
    const [, kept] = await page.evaluate(() => studio.collections.list());
    // What was kept until then is whole.
    const { images } = kept!.classes[0]!;
    assert.ok(images > 0 && images < 3000);
    const read = await page.evaluate(
      async ([id, count]) => (await studio.collections.images(id, { class: 'one', from: 0, count })).length,
      [kept!.id, images] as const,
    );
    assert.equal(read, images);
  },
);
