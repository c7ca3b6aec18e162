/** The library for pages of one's own: built, in Chromium, with and without threads; its outputs are Node.js's. */
import assert from 'node:assert/strict';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join, resolve } from 'node:path';
import { after, before, test } from 'node:test';
import { gzipSync } from 'node:zlib';
import { chromium, type Browser, type Page } from 'playwright-core';
import { buildWebLibrary } from '../../build/webLibrary.ts';
import { articleTransforms } from '../../src/data/transforms.ts';
import { encodePng } from '../../src/data/images/encodePng.ts';
import { createCpuEngine } from '../../src/engine/cpu/engine.ts';
import { initialise } from '../../src/network/initialise.ts';
import { buildNetwork } from '../../src/network/zoo/networks.ts';
import { openModelBlob } from '../../src/training/modelBlob.ts';
import { saveModel } from '../../src/training/modelFile.ts';
import { classifier } from '../../src/web/classify.ts';
import { download } from '../../src/web/openModel.ts';
import type { loadModel, Prediction, Progress, RawImage } from '../../src/web/loadModel.ts';
import { fencedBlocks } from '../readme/fencedBlocks.ts';
import { findChromium } from '../report/chromium.ts';
import { contentOf, serveFiles } from './staticServer.ts';

const executablePath = findChromium();
const skip =
  executablePath === undefined && 'there is no Chromium on the path, and ALEXNET_CHROMIUM does not name one';

const folder = mkdtempSync(join(tmpdir(), 'alexnet-web-'));
const built = join(folder, 'built');
let browser: Browser;
const network = buildNetwork('alexnet-32', { classes: 3 });
const classes = ['cat', 'dog', 'newt'];

/** Not square, so that it is resized and cropped. */
const image: RawImage = {
  width: 50,
  height: 41,
  data: Uint8Array.from({ length: 50 * 41 * 3 }, (_, i) => (i * 7919 + (i >> 3) * 31) % 256),
};

before(async () => {
  await buildWebLibrary(built);
  const weights = new Map<string, Float32Array>();
  initialise(network, { scheme: 'he', seed: 1 }, (name, values) => void weights.set(name, values));
  const description = { network, classes, transforms: articleTransforms(32) };
  for (const name of ['model.safetensors', 'model.pth', 'model.onnx']) {
    await saveModel(join(folder, name), description, (parameter) => weights.get(parameter)!);
  }
  await saveModel(join(folder, 'half.safetensors'), description, (parameter) => weights.get(parameter)!, {
    dtype: 'F16',
  });
  if (executablePath) browser = await chromium.launch({ executablePath, args: ['--no-sandbox'] });
});
after(async () => {
  await browser?.close();
  rmSync(folder, { recursive: true });
});

test('what inference needs is less than 60 kB, gzipped', () => {
  const bytes = ['index.js', 'worker.js', 'shared.js'].map(
    (file) => gzipSync(readFileSync(join(built, file)), { level: 9 }).length,
  );
  const total = bytes.reduce((a, b) => a + b);
  assert.ok(total < 60_000, `${bytes.join(' + ')} = ${total}`);
  // As bundlers look for it.
  assert.match(
    readFileSync(join(built, 'index.js'), 'utf8'),
    /new Worker\(new URL\('\.\/worker\.js', import\.meta\.url\)/,
  );
});

test('nothing imports the worker: under another address it would run, and answer, twice', () => {
  const files = readdirSync(built).toSorted();
  assert.deepEqual(files, ['index.js', 'modelBlob.js', 'shared.js', 'worker.js']);
  const imports = files.map((file) =>
    readFileSync(join(built, file), 'utf8').match(/(?:from|import\(?)\s*["'`]\.\/\w+/g),
  );
  assert.deepEqual(
    imports.map((of) => of?.map((text) => text.replace(/.*\//, '')) ?? []),
    [[], ['shared'], [], ['shared', 'modelBlob']],
  );
});

/** What Node.js's engine makes of images, with WebAssembly of 128 bits. */
async function expectedPredictions(images: readonly RawImage[], top: number): Promise<unknown> {
  const engine = await createCpuEngine({ threads: 2, target: 'wasm-128' });
  const file = await openModelBlob('model.safetensors', readFileSync(join(folder, 'model.safetensors')));
  const classify = await classifier(file, engine, 1);
  return (await classify(images, top)).map((predictions) => [...predictions]);
}

const snippet = fencedBlocks(readFileSync(resolve(import.meta.dirname, '../../docs/web.md'), 'utf8')).find(
  ({ remark }) => remark === 'checked: in Chromium',
)!.text;

/** Opens the document's page, and closes it and its server. */
async function onPage(isolated: boolean, use: (page: Page, url: string) => Promise<void>): Promise<void> {
  const server = await serveFiles(
    (path) => {
      if (path === '/') return snippet;
      const content = contentOf(
        path.startsWith('/alexnet-ts') ? join(built, basename(path)) : join(folder, path),
      );
      if (path === '/alexnet-ts-alone/worker.js') return undefined;
      // As in a browser of 2024.
      if (path.startsWith('/alexnet-ts-2024/')) return `delete globalThis.Float16Array;${content}`;
      // As in a browser without vectors of 128 bits.
      return path === '/alexnet-ts-old/worker.js' ? `WebAssembly.validate = () => false;${content}` : content;
    },
    { isolating: isolated },
  );
  const page = await browser.newPage();
  const problems: string[] = [];
  page.on('pageerror', (error) => problems.push(error.message));
  try {
    await page.goto(server.url);
    await use(page, server.url);
    assert.deepEqual(problems, []);
  } finally {
    await page.close();
    await server.close();
  }
}

interface Asked {
  /** Folder of the library. */
  readonly library?: string;
  readonly source: string;
  readonly images: readonly { readonly width: number; readonly height: number; readonly data: number[] }[];
}

/** Loads a model on the page and classifies raw pixels; gives what it throws, too. */
function predictOnPage(
  page: Page,
  { library = 'alexnet-ts', ...asked }: Asked,
): Promise<{ threads: number; predictions: Prediction[][] } | { code: string; message: string }> {
  return page.evaluate(
    async ({ library, source, images }) => {
      const { loadModel: load } = (await import(new URL(`./${library}/index.js`, location.href).href)) as {
        loadModel: typeof loadModel;
      };
      try {
        const model = await load(source, { threads: 2 });
        const raw = images.map(({ width, height, data }) => ({ width, height, data: Uint8Array.from(data) }));
        const predictions = (await model.predict(raw, { top: 2 })) as Prediction[][];
        model.dispose();
        return { threads: model.threads, predictions };
      } catch (error) {
        const { code, message } = error as Error & { code: string };
        return { code, message };
      }
    },
    { library, ...asked },
  );
}

for (const isolated of [true, false]) {
  test(`the document's page ${isolated ? 'with' : 'without'} cross-origin isolation`, { skip }, async () => {
    await onPage(isolated, async (page) => {
      // Listeners are there once the model is.
      await page.waitForFunction(() => document.querySelector('input')!.onchange !== null);
      const png = encodePng({ width: image.width, height: image.height, data: image.data as Uint8Array });
      await page.setInputFiles('#file', { name: 'a.png', mimeType: 'image/png', buffer: Buffer.from(png) });
      await page.waitForFunction(() => document.querySelector('pre')!.textContent !== '');
      const [expected] = (await expectedPredictions([image], 3)) as [Prediction[]];
      assert.equal(
        await page.textContent('#answer'),
        expected.map((p) => `${p.class} ${(100 * p.probability).toFixed(1)} %`).join('\n'),
      );
      const images = [{ ...image, data: [...image.data] }];
      for (const [source, library] of [
        ['model.safetensors'],
        ['model.pth', 'alexnet-ts-2024'],
        ['model.onnx', 'alexnet-ts-2024'],
      ] as const) {
        const asked = { source, images: [...images, ...images] };
        const got = await predictOnPage(page, library ? { library, ...asked } : asked);
        assert.deepEqual(got, {
          threads: isolated ? 2 : 1,
          predictions: await expectedPredictions([image, image], 2),
        });
      }
    });
  });
}

test('a download is told with the length of the file, where that is known', async (context) => {
  const answers: readonly (readonly [
    type: ResponseType,
    encoding: string | undefined,
    total: number | undefined,
  ])[] = [
    ['basic', undefined, 5],
    ['basic', 'gzip', undefined],
    // Another origin's, of which it is hidden whether it was compressed.
    ['cors', undefined, undefined],
  ];
  for (const [type, encoding, total] of answers) {
    context.mock.method(globalThis, 'fetch', async () => {
      const headers = { 'content-length': '5', ...(encoding && { 'content-encoding': encoding }) };
      return Object.defineProperty(new Response('model', { headers }), 'type', { value: type });
    });
    const told: Progress[] = [];
    await download('https://example.com/m', (progress) => void told.push(progress));
    assert.deepEqual(told, [{ loaded: 5, total }], `${type}, ${encoding}`);
  }
});

test('how many classes are asked for is checked', async () => {
  const engine = await createCpuEngine({ threads: 1, target: 'wasm-128' });
  const file = await openModelBlob('model.safetensors', readFileSync(join(folder, 'model.safetensors')));
  const classify = await classifier(file, engine, 1);
  for (const top of [-1, 0, 1.5, NaN, null]) {
    await assert.rejects(classify([image], top as number), { code: 'ALEX_OPTION_VALUE' }, String(top));
  }
  assert.equal((await classify([image], Infinity))[0]!.length, classes.length);
});

test('what goes wrong is told by a code', { skip }, async () => {
  await onPage(true, async (page, url) => {
    await page.waitForFunction(() => document.querySelector('input')!.onchange !== null);
    const wrong = { width: 3, height: 3, data: [1, 2, 3] };
    const cases: readonly (readonly [Partial<Asked>, code: string, part: string])[] = [
      [{ source: 'gone.safetensors' }, 'ALEX_WEB_DOWNLOAD', 'the server answers 404 Not Found'],
      [{ source: 'http://127.0.0.1:1/m' }, 'ALEX_WEB_DOWNLOAD', 'there is no answer'],
      [{ source: 'http://[' }, 'ALEX_WEB_DOWNLOAD', 'it is no address'],
      [{ source: 'alexnet-ts/index.js' }, 'ALEX_MODEL_FORMAT', `${url}alexnet-ts/index.js`],
      [{ images: [wrong] }, 'ALEX_WEB_IMAGE', '3 × 3 pixels with 3 values'],
      [{ library: 'alexnet-ts-alone' }, 'ALEX_WEB_WORKER', 'its file could not be loaded'],
      [
        { library: 'alexnet-ts-2024', source: 'half.safetensors' },
        'ALEX_TENSOR_FLOAT16',
        'Chrome or Edge from 135',
      ],
      [{ library: 'alexnet-ts-old' }, 'ALEX_ENGINE_UNAVAILABLE', 'Use a current version of Chrome'],
    ];
    for (const [asked, code, part] of cases) {
      const got = await predictOnPage(page, { source: 'model.safetensors', images: [], ...asked });
      assert.ok('code' in got, `${code} was not thrown`);
      assert.deepEqual([got.code, got.message.includes(part)], [code, true], got.message);
    }
  });
});

test(
  'a model from a Blob, the download told of, stopped, and the end of a model',
  { skip },
  async (context) => {
    const pixel = encodePng({ width: 1, height: 1, data: new Uint8Array(3) });
    const elsewhere = await serveFiles(() => pixel, { isolating: false });
    context.after(elsewhere.close);
    await onPage(false, async (page) => {
      const got = await page.evaluate(async (foreign) => {
        const { loadModel: load } = (await import(new URL('./alexnet-ts/index.js', location.href).href)) as {
          loadModel: typeof loadModel;
        };
        const codeOf = (error: Error & { code?: unknown }): unknown => error.code;
        let last: unknown;
        const model = await load('model.safetensors', {
          classes: ['a', 'b', 'c'],
          onProgress: (progress) => void (last = progress),
        });
        model.dispose();
        const bytes = await (await fetch('model.safetensors')).blob();
        const fromBlob = await load(bytes);
        const element = new Image();
        element.src = foreign;
        await element.decode();
        const transferred = new Uint8Array(3);
        structuredClone(transferred, { transfer: [transferred.buffer] });
        return {
          last,
          size: bytes.size,
          classes: [model.classes, fromBlob.classes],
          disposed: await model.predict(new Blob()).catch(codeOf),
          noImage: await fromBlob.predict(new Blob(['no image'])).catch(codeOf),
          foreign: await fromBlob.predict(element).catch((error: Error) => error.message),
          transferred: await fromBlob.predict({ width: 1, height: 1, data: transferred }).catch(codeOf),
          // As after a file dialogue that was left.
          nothing: await fromBlob.predict(undefined as unknown as Blob).catch(codeOf),
          after: (await fromBlob.predict(new ImageData(1, 1))).length,
          tooFew: await load(bytes, { classes: ['a'] }).catch(codeOf),
          stopped: await load('model.safetensors', { signal: AbortSignal.timeout(1) }).catch(
            (error: Error) => error.name,
          ),
        };
      }, elsewhere.url);
      const { foreign, ...rest } = got;
      assert.match(String(foreign), /^ALEX_WEB_IMAGE: .* crossorigin/);
      assert.deepEqual(rest, {
        last: { loaded: got.size, total: got.size },
        size: readFileSync(join(folder, 'model.safetensors')).length,
        classes: [['a', 'b', 'c'], classes],
        disposed: 'ALEX_WEB_DISPOSED',
        noImage: 'ALEX_WEB_IMAGE',
        transferred: 'ALEX_WEB_IMAGE',
        nothing: 'ALEX_WEB_IMAGE',
        after: 3,
        tooFew: 'ALEX_OPTION_VALUE',
        stopped: 'TimeoutError',
      });
    });
  },
);
