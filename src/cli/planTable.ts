/** What `alexnet plan` tells. */
import type { Prediction } from '../engine/cpu/cost/predictProgram.ts';
import type { PassTime } from '../engine/cpu/plan/passTimes.ts';
import { isBackward, isForward } from './roofline.ts';
import { median, spreadOf, sum, type Spread } from './statistics.ts';
import { bytes, clock, count, percent, rate, table } from './text.ts';

/** Milliseconds of a layer in a step. */
interface LayerTimes {
  readonly forward: number;
  readonly backward: number;
  readonly update: number;
  readonly all: number;
}

export interface PlannedLayer extends LayerTimes {
  readonly type: 'layer';
  readonly layer: string;
  readonly kind: PassTime['type'];
  /** Of the step. */
  readonly share: number;
  /** Milliseconds in a step that was run. */
  readonly measured?: number;
}

/** What was asked. */
export interface PlanRequest {
  readonly network: string;
  readonly mode: 'train' | 'infer';
  readonly batchSize: number;
  readonly engine: string;
  readonly threads: number;
  /** Of an epoch. */
  readonly images: number;
  readonly epochs: number;
  readonly measured?: MeasuredStep | undefined;
}

export interface MeasuredStep {
  /** Of each step. */
  readonly milliseconds: readonly number[];
  readonly passes: readonly PassTime[];
}

export interface PlanSummary {
  readonly type: 'plan';
  readonly network: string;
  readonly mode: 'train' | 'infer';
  readonly batch: number;
  readonly engine: string;
  readonly threads: number;
  readonly images: number;
  readonly epochs: number;
  readonly stepMilliseconds: number;
  readonly imagesPerSecond: number;
  readonly epochSeconds: number;
  readonly memoryBytes: number;
  /** Milliseconds of the steps that were run. */
  readonly measured?: Spread & { readonly n: number };
  readonly layers: readonly PlannedLayer[];
}

export function describePlan(prediction: Prediction, request: PlanRequest): PlanSummary {
  const { network, mode, batchSize, engine, threads, images, epochs, measured } = request;
  const stepMilliseconds = timesOf(prediction.passes).all;
  const steps = Math.ceil(images / batchSize);
  const names = [...new Set(prediction.passes.map(({ layer }) => layer))];
  return {
    type: 'plan',
    network,
    mode,
    batch: batchSize,
    engine,
    threads,
    images,
    epochs,
    stepMilliseconds,
    imagesPerSecond: (1000 * batchSize) / stepMilliseconds,
    epochSeconds: (steps * stepMilliseconds) / 1000,
    memoryBytes: prediction.memoryBytes,
    ...(measured && { measured: { ...spreadOf(measured.milliseconds), n: measured.milliseconds.length } }),
    layers: names.map((layer) => plannedLayer(layer, prediction, stepMilliseconds, measured)),
  };
}

function plannedLayer(
  layer: string,
  { passes }: Prediction,
  stepMilliseconds: number,
  measured: MeasuredStep | undefined,
): PlannedLayer {
  const own = (times: readonly PassTime[]): PassTime[] => times.filter((time) => time.layer === layer);
  const times = timesOf(own(passes));
  return {
    type: 'layer',
    layer,
    kind: own(passes)[0]!.type,
    ...times,
    share: times.all / stepMilliseconds,
    ...(measured && { measured: timesOf(own(measured.passes)).all }),
  };
}

function timesOf(passes: readonly PassTime[]): LayerTimes {
  const timeOf = (has: (pass: PassTime['pass']) => boolean): number =>
    sum(passes.filter(({ pass }) => has(pass)).map(({ milliseconds }) => median(milliseconds)));
  return {
    forward: timeOf(isForward),
    backward: timeOf(isBackward),
    update: timeOf((pass) => pass === 'update'),
    all: timeOf(() => true),
  };
}

export function planTable(summary: PlanSummary): string {
  return [heading(summary), '', layerTable(summary), '', ...facts(summary)].join('\n');
}

function heading({ network, mode, batch, engine, threads }: PlanSummary): string {
  const what = mode === 'train' ? 'training' : 'inference';
  return `${network}, ${what}, batch ${batch}, ${engine}, threads ${threads}: predicted, a step in milliseconds`;
}

const columns = { train: ['forward', 'backward', 'update', 'all'], infer: ['forward'] } as const;

function layerTable({ layers, mode, measured }: PlanSummary): string {
  const milliseconds = (value: number): string => (value === 0 ? '' : value.toFixed(2));
  const row = (name: string, of: readonly PlannedLayer[], steps: number | undefined): string[] => [
    name,
    ...columns[mode].map((column) => milliseconds(sum(of.map((layer) => layer[column])))),
    percent(sum(of.map(({ share }) => share))),
    ...(measured ? [milliseconds(steps ?? 0)] : []),
  ];
  const header = ['layer', ...columns[mode], 'share', ...(measured ? ['measured'] : [])];
  const rows = layers.map((layer) => row(layer.layer, [layer], layer.measured));
  const total = row('a step', layers, measured?.median);
  return table([header, ...rows, total], [...header.keys()].slice(1));
}

function facts(summary: PlanSummary): string[] {
  const { stepMilliseconds, imagesPerSecond, epochSeconds, epochs, images, memoryBytes, measured } = summary;
  const all = epochs > 1 ? `, ${epochs} of them ${clock(epochs * epochSeconds)}` : '';
  const lines = [
    `a step    ${stepMilliseconds.toFixed(1)} ms, ${rate(imagesPerSecond)}`,
    `an epoch  ${clock(epochSeconds)} for ${count(images)} images${all}`,
    `memory    ${bytes(memoryBytes)} for the network, beside what the program and the data take`,
  ];
  if (!measured) return lines;
  const { median: middle, min, max, n } = measured;
  const off = percent(stepMilliseconds / middle - 1);
  return [
    ...lines,
    `measured  ${middle.toFixed(1)} ms (median of ${n}; ${min.toFixed(1)} to ${max.toFixed(1)}): the prediction is ` +
      `${off.startsWith('-') ? off.slice(1) + ' less' : off + ' more'}`,
  ];
}
