/** The studio's worker: it owns the engine, the images, the trainings and the models, and answers the page. */
import { createWebEngine, type WebEngine } from '../../src/engine/cpu/web/webEngine.ts';
import { alexnetError } from '../../src/errors.ts';
import { storageUse } from '../store/files.ts';
import { studioStore } from '../store/studioStore.ts';
import { createCollections } from './collections.ts';
import { createModels } from './models.ts';
import type { Environment, RunEvent } from './protocol.ts';
import { asStudioError } from './studioErrors.ts';
import { trainingDesk, type TrainingDesk } from './trainingDesk.ts';
import { createTrainings } from './trainings.ts';
import type { Answer, Call, Cancel } from './wire.ts';

let made: Promise<WebEngine> | undefined;

function engine(): Promise<WebEngine> {
  made ??= createWebEngine();
  return made;
}

function answer(message: Answer, transfer: Transferable[] = []): void {
  postMessage(message, { transfer });
}

const store = studioStore();
const collections = createCollections({
  store,
  checkUnused(id, name) {
    if (desk.run?.record.request.collection !== id) return;
    throw alexnetError('ALEX_STUDIO_IN_USE', { what: name });
  },
});
const { trainingImages, checkSettled } = collections;
const models = createModels({ engine, store });
const desk: TrainingDesk = trainingDesk({
  engine,
  model: models.model,
  tell: (run: string, event: RunEvent) => answer({ type: 'event', run, event }),
});
const trainings = createTrainings({ desk, engine, store, trainingImages, checkSettled, models });

/** Of the storage, where it could be opened. */
async function problems(): Promise<readonly Error[]> {
  const opened = await store().catch(() => undefined);
  return opened ? [...opened.collections.problems, ...opened.runs.problems] : [];
}

async function environment(): Promise<Environment> {
  const { target, threads, features } = await engine();
  const { threads: isolated, relaxedSimd } = features;
  const [storage, unopened] = await Promise.all([storageUse(), problems()]);
  return { target, threads, isolated, relaxedSimd, storage, problems: unopened.map(asStudioError) };
}

type Method = (...given: never[]) => Promise<unknown>;

/** Methods by the names that calls have; those in `told` have a callback and a signal as their last arguments. */
const methods: Readonly<Record<string, Method>> = {
  environment,
  ...named('collections', collections),
  ...named('trainings', trainings),
  ...named('models', models),
};
const told: Readonly<Record<string, true>> = { 'collections.add': true, 'models.predictAll': true };
/** Their answers hold arrays that nobody here needs any more. */
const moved: readonly string[] = [
  'collections.images',
  'trainings.mistakes',
  'models.predict',
  'models.explain',
  'models.activations',
];

function named(group: string, object: object): Record<string, Method> {
  return Object.fromEntries(
    Object.entries(object).map(([name, method]) => [`${group}.${name}`, method as Method]),
  );
}

/** Memory of all arrays in a value, to be moved. */
function buffersOf(value: unknown): ArrayBuffer[] {
  if (ArrayBuffer.isView(value)) return value.buffer instanceof ArrayBuffer ? [value.buffer] : [];
  return typeof value === 'object' && value !== null ? Object.values(value).flatMap(buffersOf) : [];
}

/** What ends calls that are under way. */
const stops = new Map<number, AbortController>();

async function serve({ id, method, arguments: given }: Call): Promise<void> {
  const stop = new AbortController();
  stops.set(id, stop);
  try {
    const callback = (value: unknown): void => answer({ type: 'told', id, value });
    const all = told[method] === true ? [...given, callback, stop.signal] : given;
    const value = await methods[method]!(...(all as never[]));
    answer({ type: 'done', id, value }, moved.includes(method) ? buffersOf(value) : []);
  } catch (error) {
    answer({ type: 'failed', id, error: asStudioError(error) });
  } finally {
    stops.delete(id);
  }
}

addEventListener('message', ({ data }: MessageEvent<Call | Cancel>) => {
  if ('cancelled' in data) stops.get(data.cancelled)?.abort();
  else void serve(data);
});
