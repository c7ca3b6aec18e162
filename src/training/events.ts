/**
 * What a training run tells, as one typed union: the progress bar, `--json`, the run folder's events.jsonl and
 * whatever else watches a run all read this stream. One object a line in JSON.
 */
export interface StartEvent {
  readonly type: 'start';
  readonly network: string;
  readonly dataset: string;
  readonly engine: string;
  /** What runs the arithmetic, such as `wasm-256`. */
  readonly target: string;
  readonly threads: number;
  readonly parameters: number;
  readonly trainImages: number;
  /** Images that are held back to choose by; 0 without validation. */
  readonly validationImages: number;
  readonly testImages: number;
  readonly batchSize: number;
  readonly epochs: number;
  readonly stepsPerEpoch: number;
  /** Steps done before this start; 0 for a new run. */
  readonly resumedFrom: number;
  /** Folder of the run, where there is one. */
  readonly out?: string;
}

export interface StepEvent {
  readonly type: 'step';
  /** From 1. */
  readonly epoch: number;
  /** In the epoch, from 1. */
  readonly step: number;
  /** Mean over the steps since the last step event. */
  readonly loss: number;
  readonly learningRate: number;
  readonly imagesPerSecond: number;
}

/** One a step, for progress displays; not written to events.jsonl or --json. */
export interface ProgressEvent {
  readonly type: 'progress';
  /** `open` looks at image files before the run starts: steps are files, of one split at a time. */
  readonly phase: 'open' | 'train' | 'validation' | 'test';
  readonly epoch: number;
  readonly step: number;
  readonly steps: number;
  readonly loss: number;
  /** Of that step; while training only. */
  readonly learningRate?: number;
  readonly imagesPerSecond: number;
  readonly secondsLeft: number;
}

export interface CheckpointEvent {
  readonly type: 'checkpoint';
  readonly epoch: number;
  readonly step: number;
  readonly path: string;
}

export interface EpochEvent {
  readonly type: 'epoch';
  readonly epoch: number;
  /** Mean training loss over the epoch. */
  readonly loss: number;
  readonly seconds: number;
  readonly imagesPerSecond: number;
  /** No epoch follows: all are done, or validation has ended the training. */
  readonly last: boolean;
}

/** On images that were held back, with dropout off; before the `epoch` event of the same epoch. */
export interface ValidationEvent {
  readonly type: 'validation';
  /** From 1. */
  readonly epoch: number;
  /** Mean cross-entropy, in nats. */
  readonly loss: number;
  /** 0..1 */
  readonly accuracy: number;
  /** 0..1: the label is among the five largest logits. */
  readonly top5: number;
  readonly images: number;
  /** Better than all before it; the weights are in best.safetensors then. */
  readonly best: boolean;
}

export interface NoticeEvent {
  readonly type: 'notice';
  /** Such as `loss-at-chance`. */
  readonly code: string;
  readonly message: string;
}

export interface ClassResult {
  readonly class: string;
  readonly correct: number;
  readonly total: number;
  readonly accuracy: number;
}

export interface ResultEvent {
  readonly type: 'result';
  /** 0..1 */
  readonly accuracy: number;
  /** 0..1: the label is among the five largest logits. */
  readonly top5: number;
  /** Mean cross-entropy, in nats. */
  readonly loss: number;
  readonly correct: number;
  readonly total: number;
  readonly perClass: readonly ClassResult[];
  /** confusion[label][predicted] */
  readonly confusion: readonly (readonly number[])[];
}

export type TrainingEvent =
  | StartEvent
  | StepEvent
  | ProgressEvent
  | CheckpointEvent
  | EpochEvent
  | ValidationEvent
  | NoticeEvent
  | ResultEvent;
