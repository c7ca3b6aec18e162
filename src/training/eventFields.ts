/** What every event must have, so that whoever reads a run's file can use it. */
import type { TrainingEvent } from './events.ts';

type Check = (value: unknown) => boolean;

const isNumber: Check = (value) => typeof value === 'number' && Number.isFinite(value);
const isText: Check = (value) => typeof value === 'string';
/** A number, or nothing. */
const mayBeNumber: Check = (value) => value === undefined || isNumber(value);

function listOf(check: Check): Check {
  return (value) => Array.isArray(value) && value.every(check);
}

interface Fields {
  /** Names of those that are finite numbers. */
  readonly numbers: readonly string[];
  readonly texts?: readonly string[];
  readonly others?: Readonly<Record<string, Check>>;
}

function object({ numbers, texts = [], others = {} }: Fields): Check {
  return (value) => {
    if (typeof value !== 'object' || value === null) return false;
    const fields = value as Readonly<Record<string, unknown>>;
    return (
      numbers.every((name) => isNumber(fields[name])) &&
      texts.every((name) => isText(fields[name])) &&
      Object.entries(others).every(([name, check]) => check(fields[name]))
    );
  };
}

const layer = object({
  numbers: ['gradient', 'weight', 'update', 'ratio'],
  texts: ['name'],
  others: { dead: mayBeNumber },
});
const classResult = object({ numbers: ['correct', 'total', 'accuracy'], texts: ['class'] });
const waiting = { waitShare: mayBeNumber };

const sizes = ['parameters', 'trainImages', 'validationImages', 'testImages', 'batchSize'];

/** Of what a run's file has; `progress` is not written. */
const checks: Readonly<Record<Exclude<TrainingEvent['type'], 'progress'>, Check>> = {
  start: object({
    numbers: ['threads', ...sizes, 'epochs', 'stepsPerEpoch', 'resumedFrom'],
    texts: ['network', 'dataset', 'engine', 'target'],
  }),
  step: object({ numbers: ['epoch', 'step', 'loss', 'learningRate', 'imagesPerSecond'], others: waiting }),
  watch: object({ numbers: ['epoch', 'step', 'globalStep', 'loss'], others: { layers: listOf(layer) } }),
  checkpoint: object({ numbers: ['epoch', 'step'] }),
  'learning-rate': object({ numbers: ['epoch', 'step', 'globalStep', 'before', 'learningRate'] }),
  epoch: object({ numbers: ['epoch', 'loss', 'seconds', 'imagesPerSecond'], others: waiting }),
  validation: object({ numbers: ['epoch', 'loss', 'accuracy', 'top5', 'images'] }),
  notice: object({ numbers: [], texts: ['message'] }),
  failure: object({ numbers: ['globalStep'], texts: ['code', 'message'] }),
  result: object({
    numbers: ['accuracy', 'top5', 'loss', 'correct', 'total'],
    others: { perClass: listOf(classResult), confusion: listOf(listOf(isNumber)) },
  }),
};

/** Whether a value is an event of a run's file with all fields that are read of it. */
export function isRunEvent(value: unknown): value is TrainingEvent {
  const { type } = (value ?? {}) as { readonly type?: unknown };
  return (
    typeof type === 'string' && Object.hasOwn(checks, type) && checks[type as keyof typeof checks](value)
  );
}
