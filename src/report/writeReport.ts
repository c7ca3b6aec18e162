/** A report about a training run: one HTML file that needs nothing but itself. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { escaped } from '../charts/chart.ts';
import { createEngine } from '../engine/create.ts';
import { openSubject } from '../explain/openSubject.ts';
import { writeTextAtomically } from '../formats/atomicFile.ts';
import { userLanguage, type Language, type Text } from '../language.ts';
import { loadModel } from '../training/modelFile.ts';
import { loadTrainingData } from '../training/trainingData.ts';
import type { TrainingConfig } from '../training/trainingOptions.ts';
import {
  isMissing,
  orMissing,
  type Material,
  type Missing,
  type RunModel,
  type Section,
  type Tested,
} from './material.ts';
import { pageHtml } from './page.ts';
import { readRun, type RunRecord } from '../training/runRecord.ts';
import { accuracySection, learningRateSection, lossSection, throughputSection } from './sections/curves.ts';
import { activationsSection } from './sections/activations.ts';
import { attentionSection } from './sections/attention.ts';
import { calibrationSection } from './sections/calibration.ts';
import { confusionSection } from './sections/confusion.ts';
import { diagnosisSection } from './sections/diagnosis.ts';
import { filtersSection } from './sections/filters.ts';
import { mistakesSection, typicalSection } from './sections/images.ts';
import { learningSection } from './sections/learning.ts';
import { layersSection } from './sections/layers.ts';
import { neighboursSection } from './sections/neighbours.ts';
import { summarySection } from './sections/summary.ts';
import { unitsSection } from './sections/units.ts';
import { calibration, correctCount } from './statistics.ts';
import { testRun } from './testRun.ts';

export interface ReportOptions {
  /** Path of the page. Default: report.html in the run's folder. */
  readonly out?: string | undefined;
  /** Default: that of the locale. */
  readonly language?: Language | undefined;
  /** Where to look for the run's data set. Default: where the run found it. */
  readonly dataDir?: string | undefined;
  /** The first test images only. Default: as many as the run was tested on. */
  readonly limitTest?: number | undefined;
  /** Of the engine. Default: one a processor. */
  readonly threads?: number | undefined;
  /** Aborted, it makes writeReport throw its reason, and nothing is written. */
  readonly signal?: AbortSignal | undefined;
  /** Told of what is being worked on, and how far. */
  readonly onProgress?: ((what: string, done: number, total: number) => void) | undefined;
  readonly onNotice?: ((message: string) => void) | undefined;
}

/** A section that has nothing to show. */
export interface LeftOut {
  readonly section: string;
  readonly reason: string;
}

export interface Report {
  /** Path of the page. */
  readonly out: string;
  /** Of the page. */
  readonly bytes: number;
  /** On the test images, where they and a model are there. */
  readonly tested?: {
    readonly correct: number;
    readonly total: number;
    /** 0..1 */
    readonly expectedCalibrationError: number;
  };
  readonly leftOut: readonly LeftOut[];
}

const sections: readonly Section[] = [
  summarySection,
  diagnosisSection,
  lossSection,
  accuracySection,
  learningRateSection,
  throughputSection,
  confusionSection,
  calibrationSection,
  mistakesSection,
  typicalSection,
  filtersSection,
  activationsSection,
  attentionSection,
  unitsSection,
  neighboursSection,
  learningSection,
  layersSection,
];

/**
 * Writes a report about the run in a folder: its curves, and with its model and its data what the model does and why. What
 * is not there is left out, and the page and `leftOut` say why. Throws ALEX_RUN_UNREADABLE, ALEX_FILE_READ,
 * ALEX_FILE_WRITE, and the reason of an aborted signal.
 */
export async function writeReport(folder: string, options: ReportOptions = {}): Promise<Report> {
  const { language = userLanguage(), out = join(folder, 'report.html'), signal } = options;
  const run = await readRun(folder);
  const t = (text: Text): string => text[language];
  const tell = (what: Text) => (done: number, total: number) => options.onProgress?.(t(what), done, total);
  const model = await runModel(run, options);
  try {
    const tested = isMissing(model)
      ? model
      : await orMissing(() => testedRun(run, model, options, tell({ en: 'testing', ja: 'テスト中' })));
    const common = { run, language, t, signal, threads: options.threads, model, tested };
    const written: { readonly section: Section; readonly body: string | Missing }[] = [];
    for (const [i, section] of sections.entries()) {
      signal?.throwIfAborted();
      const onProgress = tell(section.title);
      onProgress(i, sections.length);
      const body = await orMissing(async () => section.write({ ...common, onProgress }));
      written.push({ section, body });
    }
    const leftOut = written.flatMap(({ section, body }) =>
      isMissing(body) ? [{ section: t(section.title), reason: t(body.missing) }] : [],
    );
    const html = reportHtml(written, { ...common, onProgress: () => {} });
    await writeTextAtomically(out, html);
    return {
      out,
      bytes: Buffer.byteLength(html),
      leftOut,
      ...(!isMissing(tested) && { tested: figures(tested) }),
    };
  } finally {
    if (!isMissing(model)) await model.subject.close();
  }
}

function figures({ predictions }: Tested): Required<Report>['tested'] {
  return {
    correct: correctCount(predictions),
    total: predictions.labels.length,
    expectedCalibrationError: calibration(predictions).error,
  };
}

async function runModel({ folder }: RunRecord, { threads }: ReportOptions): Promise<RunModel | Missing> {
  const [file, checkpoint] = ['model.safetensors', 'checkpoint.safetensors'].map((name) =>
    join(folder, name),
  );
  const unfinished = !existsSync(file!);
  if (unfinished && !existsSync(checkpoint!)) {
    return {
      missing: {
        en: 'The run has no model yet: neither model.safetensors nor a checkpoint is in its folder.',
        ja: 'この実行にはまだモデルがない (フォルダに model.safetensors もチェックポイントもない)。',
      },
    };
  }
  return orMissing(async () => {
    // The engine comes before any image decoder: it sets how V8 compiles WebAssembly.
    const engine = await createEngine('cpu', { threads });
    const model = await loadModel(unfinished ? checkpoint! : file!);
    return { subject: await openSubject(model, { engine }), unfinished };
  });
}

async function testedRun(
  { config }: RunRecord,
  { subject }: RunModel,
  { dataDir, limitTest, signal, onNotice = () => {} }: ReportOptions,
  onProgress: (done: number, total: number) => void,
): Promise<Tested> {
  const given: TrainingConfig = {
    ...config,
    ...(dataDir !== undefined && { dataDir }),
    ...(limitTest !== undefined && { limitTest }),
  };
  const data = await loadTrainingData({}, given, { onNotice });
  return testRun(subject, data, { signal, onProgress, onBadImage: config.onBadImage });
}

interface Written {
  readonly section: Section;
  readonly body: string | Missing;
}

function reportHtml(written: readonly Written[], { run, language, t }: Material): string {
  const title = t({ en: `Training run ${run.name}`, ja: `訓練の記録: ${run.name}` });
  const links = written.map(
    ({ section }) => `<li><a href="#${section.id}">${escaped(t(section.title))}</a></li>`,
  );
  const parts = written.map(({ section, body }) =>
    [
      `<section aria-labelledby="${section.id}"><h2 id="${section.id}">${escaped(t(section.title))}</h2>`,
      isMissing(body) ? `<p class="quiet">${escaped(t(body.missing))}</p>` : body,
      '</section>',
    ].join('\n'),
  );
  const body = [
    `<h1>${escaped(title)}</h1>`,
    `<nav aria-label="${escaped(t({ en: 'Sections', ja: '目次' }))}"><ul>${links.join('')}</ul></nav>`,
    ...parts,
  ].join('\n');
  return pageHtml({ language, title, body });
}
