/**
 * What the studio's page asks of its worker, and what the worker tells. The worker owns the engine, the images, the
 * trainings and the models; the page only draws. `client.ts` makes a `Studio` of a worker: every method is a message
 * there and back, and a refused one rejects with a `StudioError`.
 */
import type { LayerShape } from '../../src/network/shapes.ts';
import type { TrainingEvent } from '../../src/training/events.ts';

/** What went wrong, for a person: coded as in src/errors.ts. */
export interface StudioError {
  /** Such as `ALEX_IMAGE_FORMAT`. */
  readonly code: string;
  /** What was expected and what came, and what to do. */
  readonly message: string;
}

export interface Environment {
  /** `wasm-128` */
  readonly target: string;
  readonly threads: number;
  /** Whether the page is cross-origin isolated, so that threads share memory. */
  readonly isolated: boolean;
  /** Whether multiply-adds round once, as Node's do. */
  readonly relaxedSimd: boolean;
  /** Of the origin private file system, in bytes; undefined where there is none to use. */
  readonly storage:
    | { readonly used: number; readonly quota: number; readonly persisted: boolean }
    | undefined;
  /** Of collections and trainings in storage that could not be opened, and are left as they are. */
  readonly problems: readonly StudioError[];
}

/** Interleaved RGB pixels, uint8. */
export interface Pixels {
  readonly data: Uint8Array;
  readonly height: number;
  readonly width: number;
}

/** A collection of images with labels: the built-in one, or a person's own, which stays in the browser's storage. */
export interface CollectionInfo {
  /** `shapes` for the built-in one. */
  readonly id: string;
  readonly name: string;
  readonly builtIn: boolean;
  /** Squares of this side are kept of the images. */
  readonly side: number;
  readonly classes: readonly { readonly name: string; readonly images: number }[];
  /** Images that are held back for testing, chosen by a seeded stratified split. */
  readonly testImages: number;
}

/** An image to add. */
export interface AddedImage {
  readonly class: string;
  /** As the person knows it: a file's name, or `webcam`. */
  readonly name: string;
  readonly image: Blob | ImageBitmap;
}

export interface AddResult {
  readonly added: number;
  readonly refused: readonly (StudioError & { readonly name: string })[];
}

export interface Collections {
  list(): Promise<readonly CollectionInfo[]>;
  create(name: string, options: { readonly side: number }): Promise<CollectionInfo>;
  /** Decodes and keeps images, a few at a time; `onProgress` is told how many are done. Throws ALEX_STUDIO_STORAGE when it is full: what was added stays. */
  add(id: string, images: readonly AddedImage[], onProgress?: (done: number) => void): Promise<AddResult>;
  /** Some images of a class, from the `from`-th on, as they are kept. */
  images(id: string, options: { class: string; from: number; count: number }): Promise<readonly Pixels[]>;
  renameClass(id: string, from: string, to: string): Promise<CollectionInfo>;
  removeClass(id: string, name: string): Promise<CollectionInfo>;
  removeImage(id: string, options: { class: string; at: number }): Promise<CollectionInfo>;
  remove(id: string): Promise<void>;
}

/** A training that is asked for. What is left out is the recipe's. */
export interface TrainingRequest {
  readonly name: string;
  readonly collection: string;
  /** Of the zoo, such as `alexnet-32`. */
  readonly network: string;
  /** Of the studio: a set of options made for small collections, quick or thorough. */
  readonly recipe: 'quick' | 'balanced' | 'thorough';
  readonly epochs?: number;
  readonly batchSize?: number;
  readonly learningRate?: number;
  readonly augment?: boolean;
  readonly seed?: number;
  /** A model to begin with, by id: its features are kept where they fit. */
  readonly startFrom?: string;
}

export type RunState = 'running' | 'paused' | 'interrupted' | 'ended' | 'failed';

/** A training, now or before: it is in storage, and outlives the page. */
export interface RunInfo {
  readonly id: string;
  readonly request: TrainingRequest;
  readonly state: RunState;
  /** Unix time in milliseconds. */
  readonly startedAt: number;
  readonly epoch: number;
  readonly epochs: number;
  /** 0..1, on the test images of the collection; undefined before the first test. */
  readonly accuracy: number | undefined;
  /** Whether there is something that it could go on from, or be ended with. */
  readonly hasCheckpoint: boolean;
  readonly error?: StudioError;
}

/** Told while a training goes on: the events of every training, and the studio's own. */
export type RunEvent =
  | TrainingEvent
  | { readonly type: 'state'; readonly run: RunInfo }
  | { readonly type: 'rate'; readonly learningRate: number; readonly globalStep: number }
  /** First-layer filters as a contact sheet of squares, about once a second. */
  | { readonly type: 'filters'; readonly sheet: Pixels; readonly columns: number; readonly rows: number };

/** What a recipe makes of a request: all that it leaves out. */
export interface TrainingPlan {
  readonly epochs: number;
  readonly batchSize: number;
  readonly learningRate: number;
  readonly augment: boolean;
  readonly seed: number;
  /** Images of an epoch: the collection's without those that are held out. */
  readonly trainImages: number;
}

/** A held-out image that a run's model answers wrongly. */
export interface Mistake {
  readonly image: Pixels;
  /** The class that it is of. */
  readonly label: string;
  /** The class that it is taken for. */
  readonly guess: string;
  /** 0..1, of the guess. */
  readonly probability: number;
}

export interface Trainings {
  list(): Promise<readonly RunInfo[]>;
  /** The events of a run so far, in order, without `filters` but the last. */
  events(id: string): Promise<readonly RunEvent[]>;
  /** What a start would do; nothing is started. */
  plan(request: TrainingRequest): Promise<TrainingPlan>;
  /** Images a second of a training here, measured on a few steps with arbitrary images. */
  measure(
    network: string,
    options: { readonly classes: number; readonly batchSize: number },
  ): Promise<number>;
  /** Throws ALEX_STUDIO_TRAINING_RUNNING, ALEX_STUDIO_ADDING, ALEX_STUDIO_FEW_IMAGES. */
  start(request: TrainingRequest): Promise<RunInfo>;
  /** Writes a checkpoint and lets go of the engine. */
  pause(id: string): Promise<RunInfo>;
  /**
   * Goes on from the checkpoint, to the same bits as without the pause; with a learning rate, as if that had been set there.
   * Throws ALEX_STUDIO_COLLECTION_CHANGED, and what `start` throws; the run is then left as it is.
   */
  resume(id: string, options?: { readonly learningRate?: number }): Promise<RunInfo>;
  /** From the next step on; what falls of the schedule after that falls in proportion. */
  setLearningRate(id: string, learningRate: number): Promise<void>;
  /** Ends it with what it has learnt: tests, where its images are still there, and leaves a model. */
  finish(id: string): Promise<RunInfo>;
  /** Held-out images that an ended run answers wrongly, those first of which it is surest. */
  mistakes(id: string, options: { readonly most: number }): Promise<readonly Mistake[]>;
  remove(id: string): Promise<void>;
  /** Called for every event of every run; returns what ends that. */
  subscribe(listener: (id: string, event: RunEvent) => void): () => void;
}

export interface ModelInfo {
  readonly id: string;
  readonly name: string;
  readonly network: string;
  readonly classes: readonly string[];
  readonly side: number;
  readonly parameters: number;
  /** The run that it comes from; undefined for a file's. */
  readonly run: string | undefined;
}

export interface Guess {
  readonly class: string;
  /** 0..1 */
  readonly probability: number;
}

export interface Prediction {
  /** The most probable first. */
  readonly guesses: readonly Guess[];
  /** What the network sees of the image. */
  readonly seen: Pixels;
}

export interface Explanation {
  readonly class: string;
  /** Grad-CAM, 0..1, of the seen image's size, row by row. */
  readonly gradCam: { readonly values: Float32Array; readonly height: number; readonly width: number };
  /** The layer that it is of. */
  readonly layer: string;
}

export interface LayerActivations {
  readonly layer: string;
  /** [channels, height, width], or [features]. */
  readonly shape: readonly number[];
  /** Its channels as a contact sheet, at most 64; of features one row. */
  readonly sheet: Pixels;
}

export type ModelFormatName = 'safetensors' | 'pth' | 'onnx';

export interface Models {
  /** Where the store cannot be had, those of files alone; without any of them, it throws what the store throws. */
  list(): Promise<readonly ModelInfo[]>;
  /** Opens a model file, told by its content. Throws the formats' errors. */
  load(file: File): Promise<ModelInfo>;
  /** A network of the zoo with weights as they are drawn before a training, for looking at its layers. */
  untrained(
    network: string,
    options: { readonly classes: number; readonly seed: number },
  ): Promise<ModelInfo>;
  layers(id: string): Promise<readonly LayerShape[]>;
  predict(id: string, image: Blob | ImageBitmap | Pixels, top?: number): Promise<Prediction>;
  /** Many files, one after the other, until it is aborted; `onResult` gets each as it is done. */
  predictAll(
    id: string,
    images: readonly { readonly name: string; readonly image: Blob }[],
    onResult: (result: { readonly name: string } & (Prediction | { readonly error: StudioError })) => void,
    signal?: AbortSignal,
  ): Promise<void>;
  explain(id: string, image: Blob | ImageBitmap | Pixels, target?: string): Promise<Explanation>;
  activations(id: string, image: Blob | ImageBitmap | Pixels, layer: string): Promise<LayerActivations>;
  /** The model as a file, with the name that it should have. */
  download(id: string, format: ModelFormatName): Promise<File>;
  remove(id: string): Promise<void>;
}

/** All that the page can ask of its worker. */
export interface Studio {
  environment(): Promise<Environment>;
  readonly collections: Collections;
  readonly trainings: Trainings;
  readonly models: Models;
}
