/** Calls of the studio's worker that overlap, or come when something else is under way: nothing is lost, and nothing is left half. */
import assert from 'node:assert/strict';
import { resolve } from 'node:path';
import { before, test } from 'node:test';
import type { Page } from 'playwright-core';
import type { RunEvent, Studio } from '../../web/worker/protocol.ts';
import { toldEvents } from '../../web/worker/toldEvents.ts';
import { dataset, droppedFiles } from './smallSet.ts';
import { builtPage, openPage, serveStatic, skip, type StaticServer } from './studio.ts';

declare const studio: Studio;
declare global {
  // In the page.
  var files: { readonly class: string; readonly name: string; readonly image: Blob }[];
  var collection: string;
  var told: string[];
}

let server: StaticServer;
before(async () => {
  if (!skip) server = await serveStatic(await builtPage(resolve(import.meta.dirname, 'workerPage')));
});

/** A page with the small set as `files`, and a `collection` that is empty yet. */
async function openWithFiles(): Promise<Page> {
  const page = await openPage(server.url);
  await page.evaluate(async (dropped) => {
    globalThis.files = dropped.map(({ class: name, name: file, png }) => {
      return { class: name, name: file, image: new Blob([Uint8Array.fromBase64(png)]) };
    });
    globalThis.collection = (await studio.collections.create('mine', { side: 32 })).id;
  }, droppedFiles());
  return page;
}

const request = { name: 'run', network: '80sec', recipe: 'quick', batchSize: 8, augment: false } as const;

/** Starts a training that goes on until it is stopped, and pauses it after some steps; resolved to its id. */
function pausedRun(page: Page, learningRate?: number): Promise<string> {
  return page.evaluate(
    async ([options, rate]) => {
      await studio.collections.add(collection, files);
      const { id } = await studio.trainings.start({ ...options, epochs: 1000, collection });
      while (!(await studio.trainings.events(id)).some(({ type }) => type === 'step'));
      if (rate === undefined) await studio.trainings.pause(id);
      else await Promise.all([studio.trainings.setLearningRate(id, rate), studio.trainings.pause(id)]);
      return id;
    },
    [request, learningRate] as const,
  );
}

test(
  'images and names that are changed at the same time are all kept, each under its class',
  { skip },
  async () => {
    const page = await openWithFiles();
    const { added, classes, pixels } = await page.evaluate(async () => {
      const { add, renameClass, images } = studio.collections;
      const parts = [0, 1, 2, 3].map((part) => files.filter((_, i) => i % 4 === part));
      const first = await add(collection, parts[0]!);
      const results = await Promise.all([
        ...parts.slice(1).map((part) => add(collection, part)),
        renameClass(collection, files[0]!.class, 'renamed').then(() => ({ added: 0 })),
      ]);
      const [, info] = await studio.collections.list();
      const all = await Promise.all(
        info!.classes.map(({ name }) => images(collection, { class: name, from: 0, count: 100 })),
      );
      return {
        added: [first, ...results].reduce((sum, { added: count }) => sum + count, 0),
        classes: info!.classes,
        pixels: all.map((own) => own.map(({ data }) => data.join())),
      };
    });
    assert.equal(added, dataset.length);
    assert.equal(
      classes.reduce((sum, { images }) => sum + images, 0),
      dataset.length,
    );
    assert.ok(classes.some(({ name }) => name === 'renamed'));
    // Every image is there once: none was written over another.
    assert.equal(new Set(pixels.flat()).size, dataset.length);
  },
);

test('of two trainings that are started at once one is refused, and leaves nothing', { skip }, async () => {
  const page = await openWithFiles();
  const { adding, codes, runs } = await page.evaluate(async (options) => {
    const start = (): Promise<string> =>
      studio.trainings.start({ ...options, epochs: 1000, collection }).then(
        ({ id }) => id,
        (error: { code: string }) => error.code,
      );
    const under = studio.collections.add(collection, files);
    const early = await start();
    await under;
    const answers = await Promise.all([start(), start()]);
    await studio.trainings.finish(answers[0]!);
    return { adding: early, codes: answers, runs: (await studio.trainings.list()).map(({ id }) => id) };
  }, request);
  assert.equal(adding, 'ALEX_STUDIO_ADDING');
  assert.equal(codes[1], 'ALEX_STUDIO_TRAINING_RUNNING');
  assert.deepEqual(runs, [codes[0]]);
});

test(
  'a paused training outlives a renamed class; after other changes it can still be ended',
  { skip },
  async () => {
    const page = await openWithFiles();
    const id = await pausedRun(page);
    const told = await page.evaluate(async (run) => {
      const { collections, trainings, models } = studio;
      const name = files[0]!.class;
      await collections.renameClass(collection, name, 'renamed');
      await trainings.resume(run);
      await trainings.pause(run);
      await collections.removeImage(collection, { class: 'renamed', at: 0 });
      const refused = await trainings.resume(run).catch((error: { code: string }) => error.code);
      const [left] = await trainings.list();
      await collections.remove(collection);
      const { state } = await trainings.finish(run);
      const [model] = await models.list();
      const { guesses } = await models.predict(model!.id, files[0]!.image);
      return { refused, left: left!.state, state, classes: model!.classes, guesses: guesses.length };
    }, id);
    assert.equal(told.refused, 'ALEX_STUDIO_COLLECTION_CHANGED');
    assert.deepEqual([told.left, told.state], ['paused', 'ended']);
    assert.deepEqual(told.classes, ['renamed', ...dataset.classes.slice(1)]);
    assert.equal(told.guesses, dataset.classes.length);
  },
);

test(
  'a learning rate that is set just before a pause holds; one that ruins it is replaced',
  { skip },
  async () => {
    const page = await openWithFiles();
    const id = await pausedRun(page, 1e9);
    const { failed, rates, state } = await page.evaluate(async (run) => {
      const { trainings } = studio;
      const settled = async (): Promise<string> => {
        for (;;) {
          const [found] = await trainings.list();
          if (found!.state !== 'running') return found!.error?.code ?? found!.state;
          await new Promise((later) => setTimeout(later, 20));
        }
      };
      await trainings.resume(run);
      const end = await settled();
      await trainings.resume(run, { learningRate: 0.001 });
      const events = await trainings.events(run);
      const paused = await trainings.pause(run);
      const told = [...events, ...(await trainings.events(run))];
      return {
        failed: end,
        rates: told.flatMap((event) => (event.type === 'rate' ? event.learningRate : [])),
        state: paused.state,
      };
    }, id);
    assert.equal(failed, 'ALEX_TRAINING_NOT_FINITE');
    assert.equal(state, 'paused');
    assert.deepEqual([rates[0], rates.at(-1)], [1e9, 0.001]);
  },
);

test(
  'a page is told that its training was interrupted when the worker ends by an error',
  { skip },
  async () => {
    const page = await openWithFiles();
    await page.evaluate(async (options) => {
      await studio.collections.add(collection, files);
      globalThis.told = [];
      studio.trainings.subscribe((_, event) => {
        if (event.type === 'state') told.push(event.run.state);
      });
      const { id } = await studio.trainings.start({ ...options, epochs: 1000, collection });
      while (!(await studio.trainings.events(id)).some(({ type }) => type === 'step'));
    }, request);
    const worker = page.workers().find((one) => one.url().includes('studio.worker'));
    await worker!.evaluate(() => {
      setTimeout(() => {
        throw new Error('gone');
      });
    });
    await page.waitForFunction(() => told.at(-1) === 'interrupted');
  },
);

test('many predictions end when they are aborted', { skip }, async () => {
  const page = await openWithFiles();
  const results = await page.evaluate(async () => {
    const { id } = await studio.models.untrained('80sec', { classes: 2, seed: 0 });
    const stop = new AbortController();
    const many = Array.from({ length: 20 }, () => files).flat();
    let done = 0;
    const told = (): void => {
      if (++done === 3) stop.abort();
    };
    await studio.models.predictAll(id, many, told, stop.signal);
    return { done, of: many.length };
  });
  assert.ok(results.done >= 3 && results.done < results.of / 2, `${results.done} of ${results.of}`);
});

test('a collection that cannot be opened is told, and keeps nobody from the others', { skip }, async () => {
  const page = await openWithFiles();
  const other = await page.evaluate(async () => {
    await studio.collections.add(collection, files);
    return (await studio.collections.create('other', { side: 32 })).id;
  });
  const look = (hold: boolean): Promise<{ ids: string[]; problems: string[] }> =>
    page.evaluate(
      async ([id, holds]) => {
        const root = await navigator.storage.getDirectory();
        const all = await (await root.getDirectoryHandle('alexnet-studio')).getDirectoryHandle('collections');
        const file = await (await all.getDirectoryHandle(id)).getFileHandle('images.bin');
        const held = holds ? await file.createWritable() : undefined;
        const ids = (await studio.collections.list()).map((one) => one.id);
        const { problems } = await studio.environment();
        await held?.abort();
        return { ids, problems: problems.map(({ code }) => code) };
      },
      [other, hold] as const,
    );
  await page.reload();
  const held = await look(true);
  assert.equal(held.ids.length, 2);
  assert.ok(!held.ids.includes(other));
  assert.deepEqual(held.problems, ['ALEX_STUDIO_STORAGE']);
  await page.reload();
  const free = await look(false);
  assert.ok(free.ids.includes(other));
  assert.deepEqual(free.problems, []);
});

test('of very many steps some are told, in order, and of all else everything', () => {
  const step = (globalStep: number): RunEvent => {
    const at = { epoch: 1, step: globalStep, learningRate: 0.1, imagesPerSecond: 1, waitShare: 0 };
    return { type: 'step', ...at, loss: globalStep };
  };
  const steps = Array.from({ length: 200_000 }, (_, i) => step(i + 1));
  const rate: RunEvent = { type: 'rate', learningRate: 0.1, globalStep: 1 };
  const { all } = toldEvents([rate, ...steps, rate]);
  const kept = all.flatMap((event) => (event.type === 'step' ? event.loss : []));
  assert.equal(all.length - kept.length, 2);
  assert.ok(kept.length >= 10_000 && kept.length <= 20_000, `${kept.length}`);
  assert.deepEqual(
    kept,
    kept.toSorted((a, b) => a - b),
  );
  assert.equal(kept.at(-1), 200_000);
});
