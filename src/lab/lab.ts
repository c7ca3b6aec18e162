/**
 * What a lab is: a small experiment that shows one claim of the article or the paper, with a story, charts, numbers and a
 * conclusion. Labs are programs on the public API, one file each in labs/; `alexnet lab` runs them.
 */
import type { BarChart } from '../charts/barChart.ts';
import type { HeatMap } from '../charts/heatMap.ts';
import type { LineChart } from '../charts/lineChart.ts';
import type { DatasetSplits } from '../data/datasets.ts';
import type { RgbImage } from '../data/images/encodePng.ts';
import type { Engine } from '../engine/engine.ts';
import type { Language, Text } from '../language.ts';
import type { TrainingHooks, TrainingOutcome } from '../training/train.ts';
import type { TrainingOptions } from '../training/trainingOptions.ts';

export const labSizes = ['quick', 'default', 'full'] as const;
/** How much is done: half a minute, five minutes, or what a serious answer takes, on two cores. */
export type LabSize = (typeof labSizes)[number];

export interface Lab<Settings extends object = object> {
  /** As in `alexnet lab NAME`. */
  readonly name: string;
  readonly title: Text;
  /** What the article or the paper says, which is tried here. */
  readonly claim: Text;
  /** Where it says so. */
  readonly source: string;
  /** Whether it uses images of a data set. Default true. */
  readonly usesData?: boolean;
  /** What is done at each size, and about how many minutes that takes on two cores. */
  readonly sizes: Readonly<Record<LabSize, Settings & { readonly minutes: number }>>;
  readonly run: (lab: LabSession<Settings>) => Promise<Conclusion>;
}

export const verdicts = ['agrees', 'partly', 'disagrees', 'unclear'] as const;
export type Verdict = (typeof verdicts)[number];

export interface Conclusion {
  /** Whether the outcome agrees with the claim. */
  readonly verdict: Verdict;
  /** What was found, with its numbers. */
  readonly finding: Text;
  /** How sure that is: seeds, spread, what it does not show. */
  readonly confidence: Text;
}

export interface LabTable {
  /** What is to be seen. */
  readonly caption: Text;
  readonly head: readonly string[];
  readonly rows: readonly (readonly string[])[];
}

export interface LabPicture {
  readonly image: RgbImage;
  readonly caption: Text;
  /** For who cannot see it. */
  readonly description: Text;
}

/** What a lab works with while it runs. */
export interface LabSession<Settings extends object = object> {
  readonly settings: Settings;
  readonly size: LabSize;
  readonly language: Language;
  readonly seed: number;
  /** Aborted when the person asks for an end. */
  readonly signal: AbortSignal;
  /** The text in the person's language. */
  text(text: Text): string;
  /** The data set that was chosen; its first images when limits are given. */
  data(limits?: { readonly train?: number; readonly test?: number }): Promise<DatasetSplits>;
  engine(): Promise<Engine>;
  /**
   * Trains in memory, on the chosen data set unless the options name one, and shows its progress. Throws what `train`
   * throws, and the signal's reason when it is aborted. A signal in the hooks ends this training alone: its outcome is
   * `interrupted` then.
   */
  train(options: TrainingOptions, hooks?: TrainingHooks): Promise<TrainingOutcome>;
  /**
   * The value of `run`, which must be JSON and depend on the settings and the seed alone: it is kept, and a lab that goes on
   * after an interruption takes it from there. Names are unique in a lab.
   */
  trial<T>(name: string, run: () => Promise<T>): Promise<T>;
  /** A paragraph of the story. */
  story(text: Text): void;
  table(table: LabTable): void;
  /** Charts by name, which is their file's as well. */
  lineChart(name: string, chart: LineChart): Promise<void>;
  barChart(name: string, chart: BarChart): Promise<void>;
  heatMap(name: string, chart: HeatMap): Promise<void>;
  picture(name: string, picture: LabPicture): void;
  /** Puts a value into data.json. */
  record(name: string, value: unknown): void;
}

/** Types a lab; returns it. */
export function defineLab<Settings extends object>(lab: Lab<Settings>): Lab<Settings> {
  return lab;
}
