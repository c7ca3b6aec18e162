/** The studio's worker, driven by a page that has nothing but its client: the same bits as Node.js's engine, and nothing lost. */
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { after, before, test } from 'node:test';
import type { Page } from 'playwright-core';
import { planarImage } from '../../src/data/image.ts';
import { activations } from '../../src/explain/activations.ts';
import { gradCam } from '../../src/explain/gradCam.ts';
import { openSubject } from '../../src/explain/openSubject.ts';
import { createCpuEngine } from '../../src/engine/cpu/engine.ts';
import type { TrainingEvent } from '../../src/training/events.ts';
import type { Model } from '../../src/training/modelDescription.ts';
import { loadModel } from '../../src/training/modelFile.ts';
import { train } from '../../src/training/train.ts';
import type { RunEvent, RunInfo, Studio, TrainingRequest } from '../../web/worker/protocol.ts';
import { studioConfig } from '../../web/worker/recipes.ts';
import { classSize, dataset, droppedFiles, imageBytes, side } from './smallSet.ts';
import { builtPage, faultsOf, openPage, serveStatic, skip, type StaticServer } from './studio.ts';

declare const studio: Studio;

const request = {
  name: 'mine',
  network: 'alexnet-32',
  recipe: 'quick',
  epochs: 4,
  batchSize: 8,
  augment: true,
  // That of the studio's split, so that Node.js holds the same images back.
  seed: 0,
} as const satisfies Omit<TrainingRequest, 'collection'>;
const held = 6;

interface Trained {
  readonly losses: readonly number[];
  readonly accuracy: number;
  readonly model: Model;
}

const folder = mkdtempSync(join(tmpdir(), 'alexnet-worker-'));
after(() => rmSync(folder, { recursive: true, force: true }));

function lossesOf(events: readonly (TrainingEvent | RunEvent)[]): number[] {
  return events.filter((event) => event.type === 'step').map(({ loss }) => loss);
}

/** What Node.js makes of the same images and options. */
async function trainedInNode(): Promise<Trained> {
  const engine = await createCpuEngine({ target: 'wasm-128', threads: 2 });
  const config = studioConfig({ ...request, collection: 'mine' }, dataset.length - held);
  const events: TrainingEvent[] = [];
  const out = join(folder, 'node');
  const { model } = await train(
    { ...config, dataset: { train: dataset, test: dataset }, validation: held, out },
    { engine, onEvent: (event) => events.push(event) },
  );
  const validation = events.findLast((event) => event.type === 'validation');
  return { losses: lossesOf(events), accuracy: validation!.accuracy, model: await loadModel(model!) };
}

let server: StaticServer;
let inNode: Trained;
before(async () => {
  if (skip) return;
  server = await serveStatic(await builtPage(resolve(import.meta.dirname, 'workerPage')));
  inNode = await trainedInNode();
});

/** Makes a collection of the small set, with a file among it that is no image; returns its id. */
async function addSet(page: Page): Promise<string> {
  const { info, added, refused, progress } = await page.evaluate(async (files) => {
    const { id } = await studio.collections.create('mine', { side: 32 });
    const images = files.map(({ class: name, name: file, png }) => ({
      class: name,
      name: file,
      image: new Blob([Uint8Array.fromBase64(png)]),
    }));
    images.splice(20, 0, { class: 'broken', name: 'notes.txt', image: new Blob(['no image']) });
    const progress: number[] = [];
    const result = await studio.collections.add(id, images, (done) => progress.push(done));
    const [, info] = await studio.collections.list();
    return { ...result, info: info!, progress };
  }, droppedFiles());
  assert.equal(added, dataset.length);
  assert.deepEqual(
    refused.map(({ name, code }) => [name, code]),
    [['notes.txt', 'ALEX_STUDIO_IMAGE']],
  );
  assert.equal(progress.at(-1), dataset.length + 1);
  assert.deepEqual(
    info.classes,
    dataset.classes.map((name) => ({ name, images: classSize })),
  );
  assert.equal(info.testImages, held);
  return info.id;
}

/** Waits until a run is in none of these states; the run as it is then. */
function stateAfter(page: Page, id: string, ...states: RunInfo['state'][]): Promise<RunInfo> {
  return page.evaluate(
    async ([run, left]) => {
      for (;;) {
        const found = (await studio.trainings.list()).find((one) => one.id === run)!;
        if (!left.includes(found.state)) return found;
        await new Promise((later) => setTimeout(later, 50));
      }
    },
    [id, states] as const,
  );
}

/** A file of a run's model, as the page hands it to a person. */
async function downloaded(page: Page, run: string, format: 'safetensors' | 'pth' | 'onnx'): Promise<string> {
  const { name, content } = await page.evaluate(
    async ([id, wanted]) => {
      const file = await studio.models.download(`run-${id}`, wanted);
      return { name: file.name, content: new Uint8Array(await file.arrayBuffer()).toBase64() };
    },
    [run, format] as const,
  );
  const path = join(folder, `${run}-${name}`);
  writeFileSync(path, Buffer.from(content, 'base64'));
  return path;
}

/** They come from logits of the same bits, by logarithms and powers that differ between browsers in the last place. */
function assertSameLosses(events: readonly RunEvent[]): void {
  const losses = lossesOf(events);
  assert.equal(losses.length, inNode.losses.length);
  losses.forEach((loss, i) =>
    assert.ok(Math.abs(loss / inNode.losses[i]! - 1) < 1e-14, `step ${i + 1}: ${loss}`),
  );
}

function assertSameWeights(model: Model, expected: Model): void {
  assert.deepEqual([...model.parameters.keys()], [...expected.parameters.keys()]);
  for (const [name, values] of expected.parameters)
    assert.deepEqual(model.parameters.get(name), values, name);
}

function startRun(page: Page, collection: string, epochs: number = request.epochs): Promise<RunInfo> {
  return page.evaluate((given) => studio.trainings.start(given), { ...request, collection, epochs });
}

test(
  'a training in the page has the bits of Node.js, and leaves models in every format',
  { skip },
  async () => {
    const page = await openPage(server.url);
    const environment = await page.evaluate(() => studio.environment());
    assert.equal(environment.isolated, true);
    assert.equal(environment.target, 'wasm-128');
    const collection = await addSet(page);
    const kept = await page.evaluate(
      async ([id, name]) => {
        const [first] = await studio.collections.images(id, { class: name, from: 1, count: 1 });
        return { ...first!, data: first!.data.toBase64() };
      },
      [collection, dataset.classes[1]!] as const,
    );
    const wanted = dataset.images.subarray((classSize + 1) * imageBytes, (classSize + 2) * imageBytes);
    const pixels = Uint8Array.fromBase64(kept.data);
    const plane = side * side;
    assert.deepEqual(
      pixels,
      pixels.map((_, i) => wanted[(i % 3) * plane + Math.floor(i / 3)]!),
    );

    const { id } = await startRun(page, collection);
    const ended = await stateAfter(page, id, 'running');
    assert.equal(ended.state, 'ended', JSON.stringify(ended.error));
    const events = await page.evaluate((run) => studio.trainings.events(run), id);
    assertSameLosses(events);
    assert.equal(ended.accuracy, inNode.accuracy);
    for (const format of ['safetensors', 'pth', 'onnx'] as const) {
      const model = await loadModel(await downloaded(page, id, format));
      assertSameWeights(model, inNode.model);
      assert.deepEqual(model.classes, dataset.classes);
    }
    assert.deepEqual(faultsOf(page), []);
  },
);

test(
  'a training that is paused, and then lost with its page, goes on to the same bits',
  { skip },
  async () => {
    const page = await openPage(server.url);
    const collection = await addSet(page);
    const { id } = await startRun(page, collection);
    await page.evaluate(
      (run) =>
        new Promise<void>((paused) => {
          const end = studio.trainings.subscribe((one, event) => {
            if (one !== run || event.type !== 'epoch') return;
            end();
            void studio.trainings.pause(run).then(() => paused());
          });
        }),
      id,
    );
    const paused = await stateAfter(page, id);
    assert.equal(paused.state, 'paused');
    await page.reload();
    assert.equal((await stateAfter(page, id)).state, 'paused');
    // The page goes away while it trains.
    await page.evaluate((run) => studio.trainings.resume(run), id);
    await page.reload();
    const interrupted = await stateAfter(page, id);
    assert.equal(interrupted.state, 'interrupted');
    await page.evaluate((run) => studio.trainings.resume(run), id);
    const ended = await stateAfter(page, id, 'running');
    assert.equal(ended.state, 'ended', JSON.stringify(ended.error));
    const events = await page.evaluate((run) => studio.trainings.events(run), id);
    assertSameLosses(events);
    assertSameWeights(await loadModel(await downloaded(page, id, 'safetensors')), inNode.model);
  },
);

test('without cross-origin isolation one thread makes the same bits', { skip }, async () => {
  const plain = await serveStatic(server.folder, { isolating: false });
  const page = await openPage(plain.url);
  const environment = await page.evaluate(() => studio.environment());
  assert.deepEqual([environment.isolated, environment.threads], [false, 1]);
  const collection = await addSet(page);
  const { id } = await startRun(page, collection);
  const ended = await stateAfter(page, id, 'running');
  assert.equal(ended.state, 'ended', JSON.stringify(ended.error));
  assertSameWeights(await loadModel(await downloaded(page, id, 'safetensors')), inNode.model);
});

test('a second tab is told of the first, and has the studio once that is closed', { skip }, async () => {
  const first = await openPage(server.url);
  await addSet(first);
  const second = await first.context().newPage();
  await second.goto(server.url);
  const list = (): Promise<string[]> =>
    second.evaluate(() =>
      studio.collections.list().then(
        (found) => found.map(({ name }) => name),
        (error: { code: string }) => [error.code],
      ),
    );
  assert.deepEqual(await list(), ['ALEX_STUDIO_OTHER_TAB']);
  // Models that need no storage can be tried all the same.
  const models = await second.evaluate(async () => {
    const { models } = studio;
    const before = await models.list().catch((error: { code: string }) => error.code);
    const { id } = await models.untrained('alexnet-32', { classes: 2, seed: 0 });
    return { before, id, after: (await models.list()).map((model) => model.id) };
  });
  assert.equal(models.before, 'ALEX_STUDIO_OTHER_TAB');
  assert.deepEqual(models.after, [models.id]);
  await first.close();
  assert.deepEqual(await list(), ['shapes', 'mine']);
});

test('a full storage is told, and loses nothing', { skip }, async () => {
  const page = await openPage(server.url);
  const collection = await addSet(page);
  const session = await page.context().newCDPSession(page);
  const { used } = await page.evaluate(async () => (await studio.environment()).storage!);
  const origin = new URL(server.url).origin;
  await session.send('Storage.overrideQuotaForOrigin', { origin, quotaSize: used + 100_000 });
  const code = await page.evaluate(async (files) => {
    const { id } = await studio.collections.create('large', { side: 256 });
    const images = files.map(({ class: name, name: file, png }) => ({
      class: name,
      name: file,
      image: new Blob([Uint8Array.fromBase64(png)]),
    }));
    return studio.collections.add(id, images).then(
      () => 'all were added',
      (error: { code: string }) => error.code,
    );
  }, droppedFiles());
  assert.equal(code, 'ALEX_STUDIO_STORAGE_FULL');
  await session.send('Storage.overrideQuotaForOrigin', { origin });
  await page.reload();
  const images = await page.evaluate(
    async ([id, names]) => {
      const counts: number[] = [];
      for (const name of names) {
        counts.push((await studio.collections.images(id, { class: name, from: 0, count: 100 })).length);
      }
      return counts;
    },
    [collection, [...dataset.classes]] as const,
  );
  assert.deepEqual(
    images,
    dataset.classes.map(() => classSize),
  );
});

test(
  'a changed learning rate outlives the page, and a finished run answers as it does in Node.js',
  { skip },
  async () => {
    const page = await openPage(server.url);
    const collection = await addSet(page);
    const { id } = await startRun(page, collection, 60);
    await page.evaluate(
      (run) =>
        new Promise<void>((paused) => {
          let asked = false;
          studio.trainings.subscribe((one, event) => {
            if (one !== run) return;
            if (event.type === 'epoch' && !asked) {
              asked = true;
              void studio.trainings.setLearningRate(run, 1e-4);
            }
            if (event.type === 'rate') void studio.trainings.pause(run).then(() => paused());
          });
        }),
      id,
    );
    await page.reload();
    const finished = await page.evaluate(async (run) => {
      const { promise: epoch, resolve: tell } = Promise.withResolvers<void>();
      studio.trainings.subscribe((_, event) => {
        if (event.type === 'epoch') tell();
      });
      await studio.trainings.resume(run);
      await epoch;
      return studio.trainings.finish(run);
    }, id);
    assert.equal(finished.state, 'ended', JSON.stringify(finished.error));
    const events = await page.evaluate((run) => studio.trainings.events(run), id);
    const changed = events.findIndex((event) => event.type === 'rate');
    const rates = events
      .slice(changed)
      .flatMap((event) => (event.type === 'step' ? [event.learningRate] : []));
    assert.ok(rates.length > 1);
    assert.deepEqual([...new Set(rates)], [1e-4]);

    const model = await loadModel(await downloaded(page, id, 'safetensors'));
    const { png } = droppedFiles()[0]!;
    const { answer, maps } = await page.evaluate(
      async ([run, encoded]) => {
        const image = new Blob([Uint8Array.fromBase64(encoded)]);
        const { guesses } = await studio.models.predict(`run-${run}`, image);
        const layers = (await studio.models.layers(`run-${run}`)).map(({ spec }) => spec.name);
        const { gradCam, layer, class: name } = await studio.models.explain(`run-${run}`, image);
        const sheets = [];
        for (const one of layers)
          sheets.push((await studio.models.activations(`run-${run}`, image, one)).shape);
        return { answer: guesses, maps: { layer, name, values: [...gradCam.values], sheets } };
      },
      [id, png] as const,
    );
    const subject = await openSubject(model, {
      engine: await createCpuEngine({ target: 'wasm-128' }),
      batchSize: 8,
    });
    try {
      const image = planarImage(dataset.images, dataset);
      const { probabilities, layers } = await activations(subject, image);
      const expected = [...probabilities].toSorted((a, b) => b - a);
      answer.forEach(({ probability }, i) => assert.ok(Math.abs(probability - expected[i]!) < 1e-12));
      assert.deepEqual(
        maps.sheets,
        layers.map(({ shape }) => [...shape]),
      );
      const { layer, map, class: at } = await gradCam(subject, image);
      assert.deepEqual([maps.layer, maps.name], [layer, model.classes[at]]);
      const most = Math.max(...map.values) || 1;
      maps.values.forEach((value, i) => assert.ok(Math.abs(value - map.values[i]! / most) < 1e-6));
    } finally {
      await subject.close();
    }
  },
);
