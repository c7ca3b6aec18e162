/** Calls of the worker: a message there, one back, and what it tells on the way. */
import type {
  Answer,
  LoadedModel,
  LoadRequest,
  Prediction,
  PredictRequest,
  Progress,
  Request,
} from './messages.ts';
import { pageError, reasonOf, receivedError } from './pageErrors.ts';

export interface WorkerCalls {
  load(request: LoadRequest, onProgress?: (progress: Progress) => void): Promise<LoadedModel>;
  predict(request: PredictRequest): Promise<readonly (readonly Prediction[])[]>;
  /** Throws the reason of the end, if it has been ended. */
  throwIfEnded(): void;
  /** Ends the worker: calls that wait and all later ones reject with the reason of the first end. */
  end(reason: unknown): void;
}

interface Waiting {
  readonly resolve: (result: never) => void;
  readonly reject: (reason: unknown) => void;
  readonly onProgress: ((progress: Progress) => void) | undefined;
}

/** Throws ALEX_WEB_WORKER; calls reject with that, ALEX_WEB_IMAGE, and the worker's own errors. */
export function startWorker(): WorkerCalls {
  const worker = newWorker();
  const waiting = new Map<number, Waiting>();
  let ended: { readonly reason: unknown } | undefined;
  let calls = 0;

  const end = (reason: unknown): void => {
    ended ??= { reason };
    worker.terminate();
    for (const { reject } of waiting.values()) reject(ended.reason);
    waiting.clear();
  };

  worker.addEventListener('message', ({ data }: MessageEvent<Answer>) => {
    const call = waiting.get(data.id);
    if (call === undefined) return;
    if ('progress' in data) return call.onProgress?.(data.progress);
    waiting.delete(data.id);
    if ('error' in data) call.reject(receivedError(data.error));
    else call.resolve(data.result as never);
  });
  worker.addEventListener('error', ({ message }) => {
    const reason = message || 'its file could not be loaded';
    end(pageError('ALEX_WEB_WORKER', { reason }));
  });

  function ask<T>(
    content:
      | Pick<Extract<Request, { load: unknown }>, 'load'>
      | Pick<Extract<Request, { predict: unknown }>, 'predict'>,
    onProgress: Waiting['onProgress'],
    transfer: Transferable[] = [],
  ): Promise<T> {
    if (ended) return Promise.reject(ended.reason);
    const id = calls++;
    return new Promise<T>((resolve, reject) => {
      waiting.set(id, { resolve, reject, onProgress });
      try {
        worker.postMessage({ id, ...content }, transfer);
      } catch (error) {
        waiting.delete(id);
        reject(unsent(content, error));
      }
    });
  }

  return {
    load: (load, onProgress) => ask({ load }, onProgress),
    predict: (predict) =>
      ask(
        { predict },
        undefined,
        predict.images.filter((image) => image instanceof ImageBitmap),
      ),
    throwIfEnded() {
      if (ended) throw ended.reason;
    },
    end,
  };
}

function newWorker(): Worker {
  try {
    return new Worker(new URL('./worker.ts', import.meta.url), { type: 'module', name: 'alexnet-ts' });
  } catch (error) {
    throw pageError('ALEX_WEB_WORKER', { reason: reasonOf(error) }, error);
  }
}

/** Why a message could not be sent: pixels of another origin are the page's to show, not to hand on. */
function unsent(content: object, error: unknown): Error {
  const reason = reasonOf(error);
  return 'predict' in content
    ? pageError('ALEX_WEB_IMAGE', { problem: `the browser does not hand it on (${reason})` }, error)
    : pageError('ALEX_WEB_WORKER', { reason }, error);
}
