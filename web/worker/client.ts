/** The page's end of the worker: every method is a message there and back. */
import { alexnetError } from '../../src/errors.ts';
import type {
  AddedImage,
  CollectionInfo,
  Environment,
  Explanation,
  LayerActivations,
  Mistake,
  ModelInfo,
  Pixels,
  Prediction,
  RunEvent,
  RunInfo,
  Studio,
  StudioError,
  TrainingPlan,
} from './protocol.ts';
import type { LayerShape } from '../../src/network/shapes.ts';
import { asStudioError } from './studioErrors.ts';
import type { Answer, Call, Cancel } from './wire.ts';

/** What a refused call rejects with. */
export class StudioFailure extends Error implements StudioError {
  readonly code: string;

  constructor({ code, message }: StudioError) {
    super(message);
    this.name = 'StudioFailure';
    this.code = code;
  }
}

interface Waiting {
  readonly resolve: (value: unknown) => void;
  readonly reject: (error: Error) => void;
  readonly told: ((value: unknown) => void) | undefined;
}

interface CallOptions {
  /** Moved to the worker, not copied: the page can use them no more. */
  readonly transfer?: readonly Transferable[];
  /** Gets what the worker tells while it works. */
  readonly told?: ((value: never) => void) | undefined;
  /** Aborted, it tells the worker that it may stop. */
  readonly signal?: AbortSignal | undefined;
}

type Ask = <T>(method: string, given: readonly unknown[], options?: CallOptions) => Promise<T>;

/** Starts the worker, and again when it has ended by an error; what was asked until then is refused. */
function connection(onEvent: (run: string, event: RunEvent) => void, onLost: () => void): Ask {
  const waiting = new Map<number, Waiting>();
  let worker: Worker | undefined;
  let calls = 0;

  function started(): Worker {
    const one = new Worker(new URL('./studio.worker.ts', import.meta.url), {
      type: 'module',
      name: 'alexnet-studio',
    });
    one.addEventListener('message', ({ data }: MessageEvent<Answer>) => take(data));
    one.addEventListener('error', ({ message }) => lost(message || 'it could not be loaded'));
    one.addEventListener('messageerror', () => lost('a message could not be read'));
    return one;
  }
  function take(answer: Answer): void {
    if (answer.type === 'event') return onEvent(answer.run, answer.event);
    const call = waiting.get(answer.id);
    if (answer.type === 'told') return call?.told?.(answer.value);
    waiting.delete(answer.id);
    if (answer.type === 'done') call?.resolve(answer.value);
    else call?.reject(new StudioFailure(answer.error));
  }
  function lost(reason: string): void {
    worker?.terminate();
    worker = undefined;
    const error = new StudioFailure(asStudioError(alexnetError('ALEX_STUDIO_WORKER', { reason })));
    for (const { reject } of waiting.values()) reject(error);
    waiting.clear();
    onLost();
  }
  return <T>(
    method: string,
    given: readonly unknown[],
    { transfer = [], told, signal }: CallOptions = {},
  ) => {
    worker ??= started();
    const id = calls++;
    const { promise, resolve, reject } = Promise.withResolvers<unknown>();
    waiting.set(id, { resolve, reject, told: told as Waiting['told'] });
    try {
      worker.postMessage({ id, method, arguments: given } satisfies Call, [...transfer]);
      signal?.addEventListener('abort', () => worker?.postMessage({ cancelled: id } satisfies Cancel));
    } catch (error) {
      waiting.delete(id);
      reject(new StudioFailure(asStudioError(error)));
    }
    return promise as Promise<T>;
  };
}

/** Starts the studio's worker. */
export function connectStudio(): Studio {
  const listeners = new Set<(id: string, event: RunEvent) => void>();
  const tell = (run: string, event: RunEvent): void => {
    for (const listener of listeners) listener(run, event);
  };
  /** The training that it had under way has been interrupted: the next worker knows. */
  async function tellStates(): Promise<void> {
    if (listeners.size === 0) return;
    for (const run of await trainings.list()) tell(run.id, { type: 'state', run });
  }
  const ask = connection(tell, () => void tellStates().catch(() => {}));
  const trainings = trainingsOf(ask, listeners);
  return {
    environment: () => ask<Environment>('environment', []),
    collections: collectionsOf(ask),
    trainings,
    models: modelsOf(ask),
  };
}

/** Bitmaps are moved. */
function bitmaps(images: readonly unknown[]): Transferable[] {
  return images.filter((image) => image instanceof ImageBitmap);
}

/** The browser is asked once to keep what a person adds, even when the disk fills up. */
function keepStorage(): void {
  // Where it refuses, everything works as well, until the disk fills up.
  void navigator.storage?.persist?.().catch(() => false);
}

function collectionsOf(ask: Ask): Studio['collections'] {
  let asked = false;
  return {
    list: () => ask<CollectionInfo[]>('collections.list', []),
    create: (name, options) => ask<CollectionInfo>('collections.create', [name, options]),
    add: (id, images: readonly AddedImage[], onProgress) => {
      if (!asked) keepStorage();
      asked = true;
      const transfer = bitmaps(images.map(({ image }) => image));
      return ask('collections.add', [id, images], { transfer, told: onProgress });
    },
    images: (id, options) => ask<Pixels[]>('collections.images', [id, options]),
    renameClass: (id, from, to) => ask<CollectionInfo>('collections.renameClass', [id, from, to]),
    removeClass: (id, name) => ask<CollectionInfo>('collections.removeClass', [id, name]),
    removeImage: (id, options) => ask<CollectionInfo>('collections.removeImage', [id, options]),
    remove: (id) => ask<void>('collections.remove', [id]),
  };
}

function trainingsOf(ask: Ask, listeners: Set<(id: string, event: RunEvent) => void>): Studio['trainings'] {
  return {
    list: () => ask<RunInfo[]>('trainings.list', []),
    events: (id) => ask<RunEvent[]>('trainings.events', [id]),
    plan: (request) => ask<TrainingPlan>('trainings.plan', [request]),
    measure: (network, options) => ask<number>('trainings.measure', [network, options]),
    start: (request) => ask<RunInfo>('trainings.start', [request]),
    pause: (id) => ask<RunInfo>('trainings.pause', [id]),
    resume: (id, options) => ask<RunInfo>('trainings.resume', [id, options]),
    setLearningRate: (id, learningRate) => ask<void>('trainings.setLearningRate', [id, learningRate]),
    finish: (id) => ask<RunInfo>('trainings.finish', [id]),
    mistakes: (id, options) => ask<Mistake[]>('trainings.mistakes', [id, options]),
    remove: (id) => ask<void>('trainings.remove', [id]),
    subscribe(listener) {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
  };
}

function modelsOf(ask: Ask): Studio['models'] {
  return {
    list: () => ask<ModelInfo[]>('models.list', []),
    load: (file) => ask<ModelInfo>('models.load', [file]),
    untrained: (network, options) => ask<ModelInfo>('models.untrained', [network, options]),
    layers: (id) => ask<LayerShape[]>('models.layers', [id]),
    predict: (id, image, top) =>
      ask<Prediction>('models.predict', [id, image, top], { transfer: bitmaps([image]) }),
    predictAll: (id, images, onResult, signal) =>
      ask<void>('models.predictAll', [id, images], { told: onResult, signal }),
    explain: (id, image, target) =>
      ask<Explanation>('models.explain', [id, image, target], { transfer: bitmaps([image]) }),
    activations: (id, image, layer) =>
      ask<LayerActivations>('models.activations', [id, image, layer], { transfer: bitmaps([image]) }),
    download: (id, format) => ask<File>('models.download', [id, format]),
    remove: (id) => ask<void>('models.remove', [id]),
  };
}
