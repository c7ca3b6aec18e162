/**
 * `node bench/web.ts`: our engine in a browser beside TensorFlow.js and ONNX Runtime Web, in one page, in turn. Prints the
 * table of docs/web.md. It needs what bench/peers/package.json names, and Chromium.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { availableParallelism, cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import { Command, InvalidArgumentError } from 'commander';
import type { Page } from 'playwright-core';
import { build } from 'vite';
import { median, spreadOf, type Spread } from '../src/cli/statistics.ts';
import { contentOf, serveFiles, type Served } from '../test/web/staticServer.ts';
import { tableLine } from './print.ts';
import type { Bench, Subject, Work } from './web/page.ts';
import { launchChromium } from './launchChromium.ts';

interface Row {
  readonly name: string;
  readonly work: Work;
  readonly others: readonly Subject[];
  /** Steps that are timed at once, of ours and of others. */
  readonly steps: readonly [ours: number, others: number];
}

const inference = ['tensorflow', 'onnxruntime'] as const;

function rows({ threads, full }: Pick<Options, 'threads' | 'full'>): Row[] {
  const large = { network: 'alexnet', threads, training: false };
  const training = { network: 'alexnet-32', batch: 32, threads, training: true };
  return [
    { name: 'infer alexnet, batch 32', work: { ...large, batch: 32 }, others: inference, steps: [1, 1] },
    { name: 'infer alexnet, batch 1', work: { ...large, batch: 1 }, others: inference, steps: [5, 5] },
    {
      name: 'train alexnet-32, batch 32',
      work: training,
      others: full ? ['tensorflow-webgl', 'tensorflow-cpu'] : ['tensorflow-webgl'],
      steps: [5, 1],
    },
  ];
}

/** Builds the page's program and serves it with the peers' packages, isolated, so that there are threads. */
async function serve(folder: string): Promise<Served> {
  await build({
    configFile: false,
    root: import.meta.dirname,
    base: './',
    logLevel: 'warn',
    worker: { format: 'es' },
    build: {
      outDir: folder,
      emptyOutDir: false,
      target: 'esnext',
      rolldownOptions: {
        input: { page: join(import.meta.dirname, 'web/page.ts') },
        output: { entryFileNames: '[name].js' },
      },
    },
  });
  const scripts = ['core', 'layers', 'backend-wasm', 'backend-cpu', 'backend-webgl'].map(
    (part) => `<script src="peers/@tensorflow/tfjs-${part}/dist/tf-${part}.min.js"></script>`,
  );
  const page = `<!doctype html>${scripts.join('')}<script type="module" src="page.js"></script>`;
  const packages = join(import.meta.dirname, 'peers/node_modules');
  return serveFiles((path) => {
    if (path === '/') return page;
    if (path.startsWith('/peers/')) return contentOf(join(packages, path.slice('/peers/'.length)));
    return contentOf(join(folder, path));
  });
}

const opened = (page: Page, subject: Subject, work: Work) =>
  page.evaluate(([given, what]) => (globalThis as unknown as { bench: Bench }).bench.open(given, what), [
    subject,
    work,
  ] as const);

const timed = (page: Page, subject: Subject, steps: number) =>
  page.evaluate(([given, count]) => (globalThis as unknown as { bench: Bench }).bench.time(given, count), [
    subject,
    steps,
  ] as const);

interface Measured {
  readonly name: string;
  readonly rates: number[];
}

/** Measures a row's programs in one page, in turn; who goes first changes. */
async function measure(page: Page, { name, work, others, steps }: Row, rounds: number): Promise<Measured[]> {
  const subjects: readonly Subject[] = ['alexnet', ...others];
  const measured = new Map<Subject, Measured>();
  let ours: readonly number[] | undefined;
  for (const subject of subjects) {
    const start = performance.now();
    const { name: title, values } = await opened(page, subject, work);
    console.error(`${title}: ready in ${((performance.now() - start) / 1000).toFixed(1)} s`);
    ours ??= values;
    if (!work.training) checkSame(title, ours, values);
    measured.set(subject, { name: title, rates: [] });
  }
  for (let round = 0; round < rounds; round++) {
    console.error(`${name}: ${round + 1} of ${rounds}`);
    for (const subject of round % 2 === 0 ? subjects : subjects.toReversed()) {
      const milliseconds = await timed(page, subject, steps[subject === 'alexnet' ? 0 : 1]);
      // The steps of a turn are one measurement.
      measured.get(subject)!.rates.push((1000 * work.batch) / median(milliseconds));
    }
  }
  return [...measured.values()];
}

/** Times are of the same work. */
function checkSame(name: string, ours: readonly number[], theirs: readonly number[]): void {
  const largest = Math.max(...ours.map(Math.abs));
  const off = Math.max(...ours.map((value, at) => Math.abs(value - theirs[at]!)));
  if (!(off <= 1e-3 * largest)) throw new Error(`${name} computes something else: it is off by ${off}`);
}

function printRow({ name }: Row, [ours, ...others]: readonly Measured[], rounds: number): void {
  const best = Math.max(...others.map(({ rates }) => median(rates)));
  for (const { name: title, rates } of others) {
    const ratio = (median(ours!.rates) / median(rates)).toFixed(2);
    const cells = [spread(ours!.rates), `${title}: ${spread(rates)}`];
    const mark = median(rates) === best ? `**${ratio}**` : ratio;
    console.log(tableLine([`${name}, images/s`, ...cells, mark, String(rounds)]));
  }
}

function spread(rates: readonly number[]): string {
  const { median: middle, min, max }: Spread = spreadOf(rates);
  return `${middle.toFixed(1)} (${min.toFixed(1)}–${max.toFixed(1)})`;
}

function whole(value: string): number {
  if (!/^[1-9]\d*$/.test(value)) throw new InvalidArgumentError('Expected a whole number from 1.');
  return Number(value);
}

interface Options {
  readonly threads: number;
  readonly rounds: number;
  readonly full: boolean;
  readonly only: string;
}

async function main(): Promise<void> {
  const options = new Command('node bench/web.ts')
    .description('Measures the engine in Chromium beside TensorFlow.js and ONNX Runtime Web.')
    .option('--threads <n>', 'threads of each program', whole, 2)
    .option('--rounds <n>', 'turns of each program', whole, 7)
    .option('--full', "TensorFlow.js's cpu backend too, which takes minutes for a step of training", false)
    .option('--only <text>', 'only rows whose name has this in it', '')
    .parse()
    .opts<Options>();
  const folder = mkdtempSync(join(tmpdir(), 'alexnet-bench-web-'));
  const server = await serve(folder);
  // WebGL without a graphics card: SwiftShader.
  const args = ['--use-angle=swiftshader', '--enable-unsafe-swiftshader'];
  const browser = await launchChromium(args);
  try {
    const version = `Chromium ${browser.version()}`;
    console.log(
      `${cpus()[0]!.model}, ${availableParallelism()} cores, ${options.threads} threads, ${version}\n`,
    );
    console.log(tableLine(['', 'alexnet', 'peer', 'ratio of medians', 'n']));
    console.log(tableLine(['', '', '', '', ''].map(() => '---')));
    for (const row of rows(options).filter(({ name }) => name.includes(options.only))) {
      const page = await browser.newPage();
      page.on('pageerror', (error) => console.error(error.message));
      // TensorFlow.js takes no more threads than half of the processors that it is told of.
      await page.addInitScript(
        (processors) => Object.defineProperty(navigator, 'hardwareConcurrency', { value: processors }),
        2 * options.threads,
      );
      await page.goto(server.url);
      await page.waitForFunction(() => 'bench' in globalThis);
      printRow(row, await measure(page, row, options.rounds), options.rounds);
      await page.close();
    }
  } finally {
    await browser.close();
    await server.close();
    rmSync(folder, { recursive: true });
  }
}

await main();
