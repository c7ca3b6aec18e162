/** The events of a training run as curves; nothing here needs a file system. */
import { isRunEvent } from './eventFields.ts';
import type {
  EpochEvent,
  FailureEvent,
  LearningRateEvent,
  NoticeEvent,
  ResultEvent,
  StartEvent,
  StepEvent,
  TrainingEvent,
  ValidationEvent,
  WatchEvent,
} from './events.ts';

export interface RunEvents {
  /** The last start; undefined when the run has not come to its first step. */
  readonly start?: StartEvent;
  /** Step of another run, which its weights were taken from; 0 for a run that began by itself. */
  readonly startedFrom: number;
  /** How often it was gone on with. */
  readonly resumes: number;
  /** In the order of steps. */
  readonly steps: readonly StepEvent[];
  readonly epochs: readonly EpochEvent[];
  readonly validations: readonly ValidationEvent[];
  readonly watches: readonly WatchEvent[];
  readonly notices: readonly NoticeEvent[];
  /** What was ordered on the way, in the order of steps. */
  readonly rateChanges: readonly LearningRateEvent[];
  /** What ended the training, where that was an error. */
  readonly failure?: FailureEvent;
  /** On the test images, where the run is done. */
  readonly result?: ResultEvent;
}

/** A line that was cut off by a kill tells nothing, nor does one without what its kind of event has to have. */
export function parsedEvent(line: string): TrainingEvent[] {
  try {
    const event: unknown = JSON.parse(line);
    return isRunEvent(event) ? [event] : [];
  } catch {
    return [];
  }
}

/**
 * What the events of a run's file tell. Of a run that was resumed, what was done again counts once: the later events of a
 * step win, and what came after the step that it was resumed from is dropped.
 */
export function gatherEvents(events: readonly TrainingEvent[]): RunEvents {
  return gatherMore(nothingGathered, events).run;
}

type KeyOf<T> = (event: T) => readonly number[];

const stepKey: KeyOf<StepEvent> = ({ epoch, step }) => [epoch, step];
const epochKey: KeyOf<EpochEvent | ValidationEvent> = ({ epoch }) => [epoch];
const watchKey: KeyOf<WatchEvent> = ({ globalStep }) => [globalStep];

/** What was gathered so far, to go on from there. */
export interface GatheredEvents {
  readonly run: RunEvents;
  /** Those that count. */
  readonly kept: readonly TrainingEvent[];
}

export const nothingGathered: GatheredEvents = { run: runOf([]), kept: [] };

/**
 * As gatherEvents of all that was gathered and of what has come since. While a run simply goes on, only the latter is looked
 * at, and lists that get nothing new stay the same: a page that follows a run asks again and again.
 */
export function gatherMore({ run, kept }: GatheredEvents, more: readonly TrainingEvent[]): GatheredEvents {
  const all = kept.concat(more);
  if (more.some(({ type }) => type === 'start')) {
    const counting = keptEvents(all);
    return { run: runOf(counting), kept: counting };
  }
  const news = runOf(more);
  const { failure = run.failure, result = run.result } = news;
  const joined: RunEvents = {
    ...run,
    steps: ordered(run.steps, news.steps, stepKey),
    epochs: ordered(run.epochs, news.epochs, epochKey),
    validations: ordered(run.validations, news.validations, epochKey),
    watches: ordered(run.watches, news.watches, watchKey),
    notices: appended(run.notices, news.notices),
    rateChanges: appended(run.rateChanges, news.rateChanges),
    ...(failure && { failure }),
    ...(result && { result }),
  };
  return { run: joined, kept: all };
}

/** Of events that all count. */
function runOf(kept: readonly TrainingEvent[]): RunEvents {
  const of = <T extends TrainingEvent['type']>(type: T): Extract<TrainingEvent, { type: T }>[] =>
    kept.filter((event): event is Extract<TrainingEvent, { type: T }> => event.type === type);
  const starts = of('start');
  const start = starts.at(-1);
  const result = of('result').at(-1);
  const failure = of('failure').at(-1);
  return {
    ...(start && { start }),
    startedFrom: starts[0]?.resumedFrom ?? 0,
    resumes: Math.max(0, starts.length - 1),
    steps: ordered([], of('step'), stepKey),
    epochs: ordered([], of('epoch'), epochKey),
    validations: ordered([], of('validation'), epochKey),
    watches: ordered([], of('watch'), watchKey),
    notices: of('notice'),
    rateChanges: of('learning-rate'),
    ...(failure && { failure }),
    ...(result && { result }),
  };
}

/** Without what a resumed run has done again, or will do. */
function keptEvents(events: readonly TrainingEvent[]): TrainingEvent[] {
  let kept: TrainingEvent[] = [];
  for (const event of events) {
    if (event.type === 'start') {
      const { stepsPerEpoch, resumedFrom } = event;
      kept = kept.filter((before) => stepOf(before, stepsPerEpoch) <= resumedFrom);
    }
    kept.push(event);
  }
  return kept;
}

/** The step of the training that an event tells of, from 1; 0 of what belongs to none. */
function stepOf(event: TrainingEvent, stepsPerEpoch: number): number {
  switch (event.type) {
    case 'step':
    case 'watch':
      return (event.epoch - 1) * stepsPerEpoch + event.step;
    case 'epoch':
    case 'validation':
      return event.epoch * stepsPerEpoch;
    // The steps before it are all that a checkpoint with it needs to have done.
    case 'learning-rate':
      return event.globalStep - 1;
    // Whoever goes on with a run has mended what ended it, and tests it anew.
    case 'failure':
    case 'result':
      return Infinity;
    default:
      return 0;
  }
}

function appended<T>(before: readonly T[], more: readonly T[]): readonly T[] {
  return more.length === 0 ? before : before.concat(more);
}

/** One event a key, the last; in the order of keys, as those of before are already. */
function ordered<T>(before: readonly T[], more: readonly T[], keyOf: KeyOf<T>): readonly T[] {
  const all = appended(before, more);
  const follows = (event: T, i: number): boolean =>
    before.length + i === 0 || compared(keyOf(all[before.length + i - 1]!), keyOf(event)) < 0;
  // As in any run that nothing has interrupted.
  if (more.every(follows)) return all;
  const byKey = new Map(all.map((event) => [keyOf(event).join(), event]));
  return [...byKey.values()].sort((a, b) => compared(keyOf(a), keyOf(b)));
}

function compared(left: readonly number[], right: readonly number[]): number {
  const at = left.findIndex((value, i) => value !== right[i]);
  return at < 0 ? 0 : left[at]! - right[at]!;
}

/** Where a step is in a run, in epochs: 1.5 is the middle of the second one. */
export function epochsAt(
  { epoch, step }: { readonly epoch: number; readonly step: number },
  run: Pick<RunEvents, 'start'>,
): number {
  return epoch - 1 + step / (run.start?.stepsPerEpoch ?? step);
}

/** Seconds of training, of the epochs that are done. */
export function trainingSeconds({ epochs }: Pick<RunEvents, 'epochs'>): number {
  return epochs.reduce((sum, { seconds }) => sum + seconds, 0);
}
