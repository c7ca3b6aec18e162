/**
 * The worker of a model, and each of its engine's threads: both are this one file, so that nothing is downloaded twice.
 * The first message says which of them it is.
 */
import { createWebEngineWith } from '../engine/cpu/web/engineWith.ts';
import { isThreadData, serveThread } from '../engine/cpu/web/thread.ts';
import { AlexnetError } from '../errors.ts';
import { classifier, type Classify } from './classify.ts';
import type { Answer, LoadedModel, LoadRequest, Request, SentError } from './messages.ts';
import { download, openModel } from './openModel.ts';
import { pixels } from './pixels.ts';

let classify: Classify | undefined;

addEventListener('message', function first({ data }: MessageEvent<unknown>) {
  removeEventListener('message', first);
  if (isThreadData(data)) serveThread(data);
  else {
    addEventListener('message', serve);
    serve({ data } as MessageEvent<Request>);
  }
});

/** Calls are answered one after the other: a program does one thing at a time. */
let last: Promise<void> = Promise.resolve();

function serve({ data }: MessageEvent<Request>): void {
  last = last
    .then(() => answer(data))
    .then(post, (error: unknown) => post({ id: data.id, error: sentError(error) }));
}

async function answer(request: Request): Promise<Answer> {
  const { id } = request;
  if ('load' in request) return { id, result: await load(id, request.load) };
  const { images, top } = request.predict;
  return { id, result: await classify!(images.map(pixels), top) };
}

async function load(id: number, request: LoadRequest): Promise<LoadedModel> {
  const { name, threads, classes, batchSize } = request;
  // First, so that a browser that cannot run it downloads nothing.
  const engine = await createWebEngineWith(startThread, threads === undefined ? {} : { threads });
  const blob = request.blob ?? (await download(name, (progress) => post({ id, progress })));
  const model = await openModel(name, blob, classes);
  classify = await classifier(model, engine, batchSize);
  return { classes: model.classes, network: model.network, threads: engine.threads };
}

function startThread(name: string): Worker {
  return new Worker(location.href, { type: 'module', name });
}

function post(message: Answer): void {
  postMessage(message);
}

function sentError(error: unknown): SentError {
  const message = error instanceof Error ? error.message : String(error);
  if (error instanceof AlexnetError) {
    const { code, advice, exitCode } = error;
    return { code, message, advice, exitCode };
  }
  return { code: undefined, message, advice: '', exitCode: 1 };
}
