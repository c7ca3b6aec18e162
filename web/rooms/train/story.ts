/** What a run has told so far, gathered from its events: curves, the latest figures, the result. */
import type {
  FailureEvent,
  NoticeEvent,
  ProgressEvent,
  ResultEvent,
  StartEvent,
} from '../../../src/training/events.ts';
import type { RunEvent, RunInfo } from '../../worker/protocol.ts';

export type FiltersEvent = Extract<RunEvent, { type: 'filters' }>;

/** A curve that grows: ys at xs, in the order of xs. */
export interface Curve {
  readonly xs: readonly number[];
  readonly ys: readonly number[];
}

interface GrowingCurve {
  xs: number[];
  ys: number[];
}

export interface Story {
  readonly run: RunInfo | undefined;
  readonly start: StartEvent | undefined;
  /** By steps from the beginning of the training. */
  readonly loss: Curve;
  /** By epochs, on held-out images: 0..1. */
  readonly accuracy: Curve;
  /** Of the training itself: tests in between go at another speed, to an end of their own. */
  readonly progress: ProgressEvent | undefined;
  readonly learningRate: number | undefined;
  /** Before it was last changed by hand; undefined where it never was. */
  readonly rateBefore: number | undefined;
  readonly filters: FiltersEvent | undefined;
  readonly notices: readonly NoticeEvent[];
  readonly result: ResultEvent | undefined;
  readonly failure: FailureEvent | undefined;
}

/** Takes events in any number of portions; what it was told already changes nothing. */
export interface StoryTeller {
  take(event: RunEvent): void;
  /** As it stands: the curves in it are not written to any more. */
  story(): Story;
}

/** Points beyond this are thinned, by means of neighbours: a screen has no more. */
const mostPoints = 2000;

function put(curve: GrowingCurve, x: number, y: number): GrowingCurve {
  const last = curve.xs.at(-1);
  if (last !== undefined && x <= last) {
    const at = curve.xs.indexOf(x);
    if (at >= 0) curve.ys[at] = y;
    return curve;
  }
  curve.xs.push(x);
  curve.ys.push(y);
  return curve.xs.length > mostPoints ? halved(curve) : curve;
}

function halved({ xs, ys }: GrowingCurve): GrowingCurve {
  const thin: GrowingCurve = { xs: [], ys: [] };
  for (let i = 0; i + 1 < xs.length; i += 2) {
    thin.xs.push(xs[i + 1]!);
    thin.ys.push((ys[i]! + ys[i + 1]!) / 2);
  }
  return thin;
}

/** A resumed training does again what came after its checkpoint. */
function upTo(curve: GrowingCurve, most: number): GrowingCurve {
  const kept = curve.xs.filter((x) => x <= most).length;
  return kept === curve.xs.length ? curve : { xs: curve.xs.slice(0, kept), ys: curve.ys.slice(0, kept) };
}

/** Of a smoothed curve, the share that each new value has: of short ones, more. */
const shares = { least: 0.1, most: 0.5 } as const;
const fullySmoothed = 100;

/** A curve that noise is taken out of: an exponential mean, which begins as the plain mean of what there is. */
export function smoothed(ys: readonly number[]): number[] {
  const share = Math.min(shares.most, shares.least * Math.max(1, fullySmoothed / ys.length));
  let mean = 0;
  return ys.map((y, index) => (mean += Math.max(share, 1 / (index + 1)) * (y - mean)));
}

/** A loss as it is read: of a training that goes astray it has tens of digits. */
export function shownLoss(loss: number): string {
  return Math.abs(loss) < 1e5 ? loss.toFixed(3) : loss.toExponential(2);
}

type Writable<T> = { -readonly [K in keyof T]: T[K] };

export function createStoryTeller(): StoryTeller {
  let loss: GrowingCurve = { xs: [], ys: [] };
  let accuracy: GrowingCurve = { xs: [], ys: [] };
  const rest: Partial<Writable<Omit<Story, 'loss' | 'accuracy' | 'notices'>>> = {};
  const notices = new Map<string, NoticeEvent>();
  const began = (event: StartEvent): void => {
    rest.start = event;
    loss = upTo(loss, event.resumedFrom);
    accuracy = upTo(accuracy, Math.floor(event.resumedFrom / event.stepsPerEpoch));
    rest.failure = undefined;
  };
  const globalStep = ({ epoch, step }: { epoch: number; step: number }): number =>
    (epoch - 1) * (rest.start?.stepsPerEpoch ?? 0) + step;
  const tested = (epoch: number, value: number): void => {
    accuracy = put(accuracy, epoch, value);
  };
  const take = (event: RunEvent): void => {
    switch (event.type) {
      case 'start':
        return began(event);
      case 'step':
        rest.learningRate = event.learningRate;
        loss = put(loss, globalStep(event), event.loss);
        return;
      case 'progress':
        if (event.phase === 'train') rest.progress = event;
        return;
      case 'rate':
        if (event.learningRate !== rest.learningRate) rest.rateBefore = rest.learningRate;
        rest.learningRate = event.learningRate;
        return;
      case 'validation':
        return tested(event.epoch, event.accuracy);
      case 'state':
        rest.run = event.run;
        return;
      case 'filters':
        rest.filters = event;
        return;
      case 'notice':
        notices.set(event.code, event);
        return;
      case 'result':
        rest.result = event;
        return;
      case 'failure':
        rest.failure = event;
        return;
      default:
    }
  };
  const story = (): Story => ({
    run: rest.run,
    start: rest.start,
    loss: { xs: [...loss.xs], ys: [...loss.ys] },
    accuracy: { xs: [...accuracy.xs], ys: [...accuracy.ys] },
    progress: rest.progress,
    learningRate: rest.learningRate,
    rateBefore: rest.rateBefore,
    filters: rest.filters,
    notices: [...notices.values()],
    result: rest.result,
    failure: rest.failure,
  });
  return { take, story };
}
