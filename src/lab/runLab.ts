/** Runs a lab: gives it what it works with, and keeps what it tells in a folder. */
import { appendFileSync, existsSync, readFileSync, writeFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { join } from 'node:path';
import { barChart } from '../charts/barChart.ts';
import { heatMap } from '../charts/heatMap.ts';
import { lineChart } from '../charts/lineChart.ts';
import { loadSplits, type DatasetSplits } from '../data/datasets.ts';
import { encodePng } from '../data/images/encodePng.ts';
import { createEngine } from '../engine/create.ts';
import type { Engine } from '../engine/engine.ts';
import { alexnetError } from '../errors.ts';
import { writeTextAtomically } from '../formats/atomicFile.ts';
import type { Language, Text } from '../language.ts';
import { packageVersion } from '../packageVersion.ts';
import type { TrainingEvent } from '../training/events.ts';
import { createRunFolder } from '../training/runFolder.ts';
import { train } from '../training/train.ts';
import type { Conclusion, Lab, LabSession, LabSize } from './lab.ts';
import type { LabChart, LabItem } from './labItems.ts';
import { labReportHtml } from './labReport.ts';

/** What decides a lab's outcome. */
export interface LabOptions {
  /** Path of the lab's file, where it is not one of the package's: what `--resume` loads it from. */
  readonly file?: string | undefined;
  readonly size: LabSize;
  readonly language: Language;
  /** `cifar10`, `shapes`, or a path. */
  readonly dataset: string;
  readonly dataDir?: string | undefined;
  readonly seed: number;
  readonly threads?: number | undefined;
}

export interface LabHooks {
  readonly signal: AbortSignal;
  /** Told of the folder before anything is done. */
  readonly onStart?: (folder: string) => void;
  readonly onItem?: (item: LabItem) => void;
  readonly onTrial?: (name: string, kept: boolean) => void;
  /** Of the trainings in it. */
  readonly onEvent?: (event: TrainingEvent) => void;
}

export interface LabOutcome {
  readonly folder: string;
  readonly report: string;
  readonly conclusion: Conclusion;
  readonly seconds: number;
}

/** Where a lab keeps what it was asked for. */
const settingsFile = 'lab.json';
const trialsFile = 'trials.jsonl';

/**
 * Runs a lab into a new folder, `out` or the first free of runs/lab-NAME…: trials as they end, then charts, pictures,
 * data.json and report.html. Throws ALEX_RUN_EXISTS, ALEX_FILE_WRITE, and what the lab throws.
 */
export async function runLab(
  lab: Lab,
  options: LabOptions,
  hooks: LabHooks,
  out?: string,
): Promise<LabOutcome> {
  const { path } = await createRunFolder(out, `lab-${lab.name}`);
  if (existsSync(join(path, settingsFile))) throw alexnetError('ALEX_RUN_EXISTS', { folder: path });
  await writeTextAtomically(
    join(path, settingsFile),
    `${JSON.stringify({ lab: lab.name, ...options }, null, 2)}\n`,
  );
  return runIn(path, lab, options, hooks);
}

/** What a lab in this folder was asked for. Throws ALEX_RESUME_MISSING. */
export function readLabOptions(folder: string): LabOptions & { readonly lab: string } {
  try {
    return JSON.parse(readFileSync(join(folder, settingsFile), 'utf8')) as LabOptions & { lab: string };
  } catch (error) {
    throw alexnetError('ALEX_RESUME_MISSING', { folder, missing: `${settingsFile} that can be read` }, error);
  }
}

/** Goes on with a lab that was interrupted: trials that were done are not done again. */
export async function resumeLab(folder: string, lab: Lab, hooks: LabHooks): Promise<LabOutcome> {
  const { lab: _name, ...options } = readLabOptions(folder);
  return runIn(folder, lab, options, hooks);
}

async function runIn(folder: string, lab: Lab, options: LabOptions, hooks: LabHooks): Promise<LabOutcome> {
  const start = performance.now();
  hooks.onStart?.(folder);
  const items: LabItem[] = [];
  const values: Record<string, unknown> = {};
  const tell = (item: LabItem): void => {
    items.push(item);
    hooks.onItem?.(item);
  };
  const machine = sharedMachine(options, hooks);
  const session: LabSession = {
    ...machine,
    settings: lab.sizes[options.size],
    size: options.size,
    language: options.language,
    seed: options.seed,
    signal: hooks.signal,
    text: (text) => text[options.language],
    ...told(folder, options.language, tell),
    trial: keptTrials(folder, hooks),
    record: (name, value) => void (values[name] = value),
  };
  const conclusion = await lab.run(session);
  hooks.signal.throwIfAborted();
  const seconds = (performance.now() - start) / 1000;
  const facts = factsOf(options, seconds);
  const data = {
    lab: lab.name,
    ...options,
    version: packageVersion(),
    seconds,
    settings: session.settings,
    conclusion,
    values,
  };
  await writeTextAtomically(join(folder, 'data.json'), `${JSON.stringify(data, null, 2)}\n`);
  const report = join(folder, 'report.html');
  const { language } = options;
  await writeTextAtomically(report, labReportHtml({ lab, language, items, conclusion, facts }));
  return { folder, report, conclusion, seconds };
}

/** Data and engine, made once, and trainings on them. */
function sharedMachine(
  { dataset, dataDir, threads, seed }: LabOptions,
  hooks: LabHooks,
): Pick<LabSession, 'data' | 'engine' | 'train'> {
  const loaded = new Map<string, Promise<DatasetSplits>>();
  let engine: Promise<Engine> | undefined;
  const getEngine = (): Promise<Engine> => (engine ??= createEngine('cpu', { threads }));
  const getData: LabSession['data'] = async ({ train: limitTrain, test: limitTest } = {}) => {
    const key = `${limitTrain} ${limitTest}`;
    // The engine comes before any image decoder: it sets how V8 compiles WebAssembly.
    await getEngine();
    if (!loaded.has(key)) loaded.set(key, loadSplits(dataset, { dataDir, limitTrain, limitTest }));
    return loaded.get(key)!;
  };
  return {
    engine: getEngine,
    data: getData,
    train: async (options, given = {}) => {
      const onEvent = (event: TrainingEvent): void => {
        hooks.onEvent?.(event);
        given.onEvent?.(event);
      };
      const data = options.dataset ?? (await getData());
      const signal =
        given.signal === undefined ? hooks.signal : AbortSignal.any([hooks.signal, given.signal]);
      const outcome = await train(
        { seed, workers: 2, watchEvery: null, ...options, dataset: data, out: false },
        { ...given, onEvent, engine: await getEngine(), signal },
      );
      hooks.signal.throwIfAborted();
      return outcome;
    },
  };
}

/** What is told is written at once. */
function told(
  folder: string,
  language: Language,
  tell: (item: LabItem) => void,
): Pick<LabSession, 'story' | 'table' | 'lineChart' | 'barChart' | 'heatMap' | 'picture'> {
  const t = (text: Text): string => text[language];
  const write = (file: string, data: string | Uint8Array): string => {
    writeFileSync(join(folder, file), data);
    return join(folder, file);
  };
  const draw = (name: string, svg: string, drawn: LabChart): void =>
    tell({ kind: 'chart', name, file: write(`${name}.svg`, svg), svg, drawn });
  return {
    story: (text) => tell({ kind: 'story', text: t(text) }),
    table: ({ caption, head, rows }) => tell({ kind: 'table', caption: t(caption), head, rows }),
    lineChart: async (name, chart) => draw(name, await lineChart(chart), { type: 'line', chart }),
    barChart: async (name, chart) => draw(name, await barChart(chart), { type: 'bar', chart }),
    heatMap: async (name, chart) => draw(name, await heatMap(chart), { type: 'heat', chart }),
    picture: (name, { image, caption, description }) => {
      const png = encodePng(image);
      const file = write(`${name}.png`, png);
      tell({
        kind: 'picture',
        name,
        file,
        image,
        png,
        width: image.width,
        caption: t(caption),
        description: t(description),
      });
    },
  };
}

/** Trials are lines of a file; a line that was cut off by a kill is done again. */
function keptTrials(folder: string, { onTrial, signal }: LabHooks): LabSession['trial'] {
  const path = join(folder, trialsFile);
  const kept = new Map<string, unknown>();
  const text = existsSync(path) ? readFileSync(path, 'utf8') : '';
  for (const line of text.split('\n')) {
    const trial = parsedTrial(line);
    if (trial) kept.set(trial.name, trial.value);
  }
  if (text !== '' && !text.endsWith('\n')) appendFileSync(path, '\n');
  return async <T>(name: string, run: () => Promise<T>): Promise<T> => {
    signal.throwIfAborted();
    onTrial?.(name, kept.has(name));
    if (kept.has(name)) return kept.get(name) as T;
    const value = await run();
    signal.throwIfAborted();
    appendFileSync(path, `${JSON.stringify({ name, value })}\n`);
    kept.set(name, value);
    return value;
  };
}

function parsedTrial(line: string): { name: string; value: unknown } | undefined {
  try {
    const { name, value } = JSON.parse(line) as { name?: unknown; value: unknown };
    return typeof name === 'string' ? { name, value } : undefined;
  } catch {
    return undefined;
  }
}

function factsOf(options: LabOptions, seconds: number): [string, string][] {
  const { size, dataset, seed, threads, language } = options;
  const t = (text: Text): string => text[language];
  const processor = cpus()[0]?.model ?? 'unknown processor';
  const count = threads ?? cpus().length;
  const machine = `${processor}, ${t({ en: `${count} threads`, ja: `${count} スレッド` })}, Node ${process.versions.node}`;
  return [
    [t({ en: 'size', ja: '規模' }), size],
    [t({ en: 'dataset', ja: 'データセット' }), dataset],
    [t({ en: 'seed', ja: 'シード' }), String(seed)],
    [t({ en: 'seconds', ja: '秒数' }), seconds.toFixed(0)],
    [t({ en: 'machine', ja: 'マシン' }), machine],
    [t({ en: 'version', ja: 'バージョン' }), packageVersion()],
  ];
}
