/** `alexnet-ts/web`: classifies images in a page of one's own. All work is done in a worker, so the page never waits. */
import type { NetworkSpec } from '../network/spec.ts';
import { sentImages, type ImageInput } from './images.ts';
import type { Prediction, Progress } from './messages.ts';
import { pageError } from './pageErrors.ts';
import { startWorker } from './workerCalls.ts';

export { CodedError as AlexnetError } from '../errors/codedError.ts';
export type { ImageInput } from './images.ts';
export type { Prediction, Progress, RawImage } from './messages.ts';

export interface LoadModelOptions {
  /**
   * Threads of the engine, where the page is cross-origin isolated; elsewhere it is one. Default: as many as the browser
   * says the machine has.
   */
  readonly threads?: number;
  /** Names to take instead of the file's, one for each class. */
  readonly classes?: readonly string[];
  /** Most images that go through the network at once: more take more memory, and less time each. Default 1. */
  readonly batchSize?: number;
  /** Ends the loading, which then rejects with the signal's reason. */
  readonly signal?: AbortSignal;
  /** Is told of the download as it goes on. */
  readonly onProgress?: (progress: Progress) => void;
}

export interface PredictOptions {
  /** How many classes of each image, the most probable first. Default 5. */
  readonly top?: number;
}

export interface WebModel {
  /** Names by class index. */
  readonly classes: readonly string[];
  readonly network: NetworkSpec;
  /** That work on each batch. */
  readonly threads: number;
  /**
   * Classifies an image of any size, or several: resized, cropped and normalised as the model's file says. Throws
   * ALEX_WEB_IMAGE, ALEX_OPTION_VALUE, ALEX_DATA_TRANSFORMS, ALEX_WEB_DISPOSED.
   */
  predict(image: ImageInput, options?: PredictOptions): Promise<readonly Prediction[]>;
  predict(
    images: readonly ImageInput[],
    options?: PredictOptions,
  ): Promise<readonly (readonly Prediction[])[]>;
  /** Lets go of its memory and threads. */
  dispose(): void;
}

/**
 * Loads a model from an address, or from a file that a person chose: safetensors, .pth or ONNX, told by its content.
 * Throws ALEX_ENGINE_UNAVAILABLE, ALEX_WEB_DOWNLOAD, ALEX_OPTION_VALUE, ALEX_MODEL_…, the errors of the file's format,
 * ALEX_ENGINE_MEMORY, ALEX_WEB_WORKER, and the signal's reason.
 */
export async function loadModel(
  source: string | URL | Blob,
  { threads, classes, batchSize = 1, signal, onProgress }: LoadModelOptions = {},
): Promise<WebModel> {
  signal?.throwIfAborted();
  const isFile = source instanceof Blob;
  const name = isFile ? nameOf(source) : addressOf(source);
  const blob = isFile ? source : undefined;
  const worker = startWorker();
  const aborted = (): void => worker.end(signal!.reason);
  signal?.addEventListener('abort', aborted);
  try {
    const loaded = await worker.load({ name, blob, threads, classes, batchSize }, onProgress);
    return {
      ...loaded,
      predict: ((input: ImageInput | readonly ImageInput[], options?: PredictOptions) =>
        Array.isArray(input)
          ? predictAll(worker, input, options)
          : predictAll(worker, [input as ImageInput], options).then(
              ([first]) => first,
            )) as WebModel['predict'],
      dispose: () => worker.end(pageError('ALEX_WEB_DISPOSED', { call: 'predict' })),
    };
  } catch (error) {
    worker.end(error);
    throw error;
  } finally {
    signal?.removeEventListener('abort', aborted);
  }
}

async function predictAll(
  worker: ReturnType<typeof startWorker>,
  images: readonly ImageInput[],
  { top = 5 }: PredictOptions = {},
): Promise<readonly (readonly Prediction[])[]> {
  worker.throwIfEnded();
  return worker.predict({ images: await sentImages(images), top });
}

function addressOf(source: string | URL): string {
  try {
    return new URL(source, document.baseURI).href;
  } catch (error) {
    throw pageError('ALEX_WEB_DOWNLOAD', { url: String(source), reason: 'it is no address' }, error);
  }
}

function nameOf(blob: Blob): string {
  return blob instanceof File ? blob.name : 'the Blob';
}
