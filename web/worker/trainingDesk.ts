/** The training under way: there is one at a time. */
import type { Engine } from '../../src/engine/engine.ts';
import { alexnetError } from '../../src/errors.ts';
import type { TrainingEvent } from '../../src/training/events.ts';
import type { Model } from '../../src/training/modelDescription.ts';
import { createOrderQueue, type TrainingOrder } from '../../src/training/orders.ts';
import type { StepHook } from '../../src/training/session.ts';
import type { RunRecord, StoredRun } from '../store/runStore.ts';
import { filterSheet } from './filterSheet.ts';
import { macrotask } from './macrotask.ts';
import type { RunEvent, RunInfo } from './protocol.ts';
import { asStudioError } from './studioErrors.ts';
import { toldEvents, type ToldEvents } from './toldEvents.ts';
import { keepUntested, runTraining } from './training.ts';
import type { TrainingImages } from './trainingImages.ts';

export interface DeskOptions {
  readonly engine: () => Promise<Engine>;
  /** A model by its id, to begin with. */
  readonly model: (id: string) => Promise<Model>;
  readonly tell: (run: string, event: RunEvent) => void;
}

/** What a training begins with. */
export interface Beginning {
  /** Those of the run; without them it is ended as it is, and not tested. */
  readonly images: TrainingImages | undefined;
  /** Tests the run as it is. Default false. */
  readonly finishes?: boolean;
  /** To be carried out before the first step. Default: none. */
  readonly orders?: readonly TrainingOrder[];
}

/** The training under way. */
interface Active {
  readonly run: StoredRun;
  readonly images: TrainingImages | undefined;
  readonly stop: AbortController;
  readonly waiting: TrainingOrder[];
  told: ToldEvents;
  filters: RunEvent | undefined;
  finishes: boolean;
  readonly ended: Promise<void>;
}

export interface TrainingDesk {
  /** Undefined when no training is under way. */
  readonly run: StoredRun | undefined;
  /** Throws ALEX_STUDIO_TRAINING_RUNNING. */
  checkIdle(): void;
  /** Starts a training, or goes on with it. Throws ALEX_STUDIO_TRAINING_RUNNING, ALEX_STUDIO_STORAGE_FULL. */
  begin(run: StoredRun, beginning: Beginning): Promise<RunInfo>;
  /** Stops the training under way after its step, with a checkpoint; `finishes` tests it then. Resolved when it has ended. */
  stop(run: StoredRun, options: { readonly finishes: boolean }): Promise<RunInfo>;
  order(order: TrainingOrder): void;
  /** Of the training under way, so far. */
  events(): readonly RunEvent[];
}

/** Milliseconds between events of one kind that there are many of. */
const eventPause = 100;
const filterPause = 1000;

export function trainingDesk(options: DeskOptions): TrainingDesk {
  const { tell } = options;
  let active: Active | undefined;

  function checkIdle(): void {
    if (active === undefined) return;
    throw alexnetError('ALEX_STUDIO_TRAINING_RUNNING', { name: active.run.record.request.name });
  }
  /** Where the storage is full the state is kept in memory: the page must know of it all the same. */
  async function changeState(run: StoredRun, changes: Partial<RunRecord>): Promise<void> {
    try {
      await run.update(changes);
    } finally {
      run.note(changes);
      tell(run.id, { type: 'state', run: infoOf(run) });
    }
  }
  /** Works until the training ends, and says how. */
  async function endOf(one: Active): Promise<void> {
    let changes: Partial<RunRecord>;
    try {
      changes = { state: (await work(one, options)) ? 'ended' : 'paused' };
    } catch (error) {
      changes = { state: 'failed', error: asStudioError(error) };
    }
    active = undefined;
    // Told either way.
    await changeState(one.run, changes).catch(() => {});
  }
  return {
    get run() {
      return active?.run;
    },
    checkIdle,
    async begin(run, { images, finishes = false, orders = [] }) {
      checkIdle();
      const { promise: ended, resolve } = Promise.withResolvers<void>();
      const stop = new AbortController();
      if (finishes) stop.abort();
      const waiting = [...orders];
      const one: Active = {
        run,
        images,
        stop,
        waiting,
        told: toldEvents(),
        filters: undefined,
        finishes,
        ended,
      };
      active = one;
      try {
        await changeState(run, { state: 'running', error: undefined });
      } catch (error) {
        active = undefined;
        run.note({ state: 'failed', error: asStudioError(error) });
        tell(run.id, { type: 'state', run: infoOf(run) });
        resolve();
        throw error;
      }
      void endOf(one).then(resolve);
      return infoOf(run);
    },
    async stop(run, { finishes }) {
      // It may have ended by itself just now.
      if (active?.run === run) {
        active.finishes = finishes;
        active.stop.abort();
        await active.ended;
      }
      return infoOf(run);
    },
    order: (order) => void active?.waiting.push(order),
    events: () => (active ? [...active.told.all, ...(active.filters ? [active.filters] : [])] : []),
  };
}

export function infoOf({ id, record }: StoredRun): RunInfo {
  const { request, state, startedAt, epoch, config, accuracy, checkpoint, error } = record;
  const [{ epochs }, hasCheckpoint] = [config, checkpoint !== undefined];
  return {
    id,
    request,
    state,
    startedAt,
    epoch,
    epochs,
    accuracy,
    hasCheckpoint,
    ...(error && { error }),
  };
}

/** Runs the training that is under way; true when it has a model at its end. */
async function work(one: Active, options: DeskOptions): Promise<boolean> {
  const { run, images } = one;
  const { request } = run.record;
  if (images === undefined) {
    await keepUntested(run, await options.engine());
    return true;
  }
  const { classes } = images;
  run.note({ classes });
  const startFrom =
    request.startFrom === undefined || run.record.checkpoint
      ? undefined
      : await options.model(request.startFrom);
  const orders = createOrderQueue(
    () => one.waiting.splice(0),
    () => one.stop.abort(),
  );
  const log = await run.openLog();
  try {
    one.told = toldEvents(log.before);
    const teller = eventTeller(one, options.tell);
    return await runTraining({
      engine: await options.engine(),
      images,
      run,
      log,
      startFrom,
      orders,
      signal: one.stop.signal,
      finishes: () => one.finishes,
      emit(event) {
        if (event.type === 'progress') orders.poll();
        for (const told of eventsOf(event, run)) {
          if (isKept(told)) log.append(told);
          teller(told);
        }
      },
      onStep: stepHook(one, options.tell),
    });
  } finally {
    try {
      await log.flush();
    } finally {
      log.close();
    }
  }
}

/** The studio's own events besides one of the loop's; what the record says of the run goes on with them. */
function eventsOf(event: TrainingEvent, run: StoredRun): RunEvent[] {
  if (event.type === 'learning-rate') {
    return [event, { type: 'rate', learningRate: event.learningRate, globalStep: event.globalStep }];
  }
  const changes =
    event.type === 'epoch'
      ? { epoch: event.epoch }
      : event.type === 'validation' || event.type === 'result'
        ? { accuracy: event.accuracy }
        : undefined;
  if (changes === undefined) return [event];
  run.note(changes);
  return [event, { type: 'state', run: infoOf(run) }];
}

/** Whether an event is for those who come later, too. */
function isKept({ type }: RunEvent): boolean {
  return type !== 'progress' && type !== 'state';
}

/** Keeps events for those who come later, and tells the page, of frequent kinds some a second. */
function eventTeller(one: Active, tell: DeskOptions['tell']): (event: RunEvent) => void {
  const lastAt = new Map<string, number>();
  return (event) => {
    if (isKept(event)) one.told.add(event);
    if (event.type === 'step' || event.type === 'progress') {
      const now = performance.now();
      if (now - (lastAt.get(event.type) ?? -Infinity) < eventPause) return;
      lastAt.set(event.type, now);
    }
    tell(one.run.id, event);
  };
}

/** After every step: messages come in, and about once a second the first filters go out. */
function stepHook(one: Active, tell: DeskOptions['tell']): StepHook {
  let last = -Infinity;
  return async ({ program }) => {
    await macrotask();
    if (performance.now() - last < filterPause) return;
    last = performance.now();
    const sheet = filterSheet(program);
    if (sheet === undefined) return;
    one.filters = { type: 'filters', ...sheet };
    tell(one.run.id, one.filters);
  };
}
