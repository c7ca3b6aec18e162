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
  /** What the system calls it; absent in runs of before it was told. */
  readonly processor?: string;
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
  /** 0..1: share of the time since the last step event in which the training had no images to go on with. */
  readonly waitShare: number;
}

/** One layer at a watched step. All are root mean squares over the layer's weights, without its biases. */
export interface WatchedLayer {
  readonly name: string;
  /** Of the loss by the weights. */
  readonly gradient: number;
  /** Before the update. */
  readonly weight: number;
  /** Weights after it less those before. */
  readonly update: number;
  /** `update` by `weight`; 0 where the weights are. */
  readonly ratio: number;
  /**
   * Where a ReLU follows: 0..1, the share of its units that are 0 for every image of the batch. A unit is a channel at all
   * its positions, or a feature.
   */
  readonly dead?: number;
}

/** A look at all layers that are trained, with one step's update; `watchEvery` says when. */
export interface WatchEvent {
  readonly type: 'watch';
  /** From 1. */
  readonly epoch: number;
  /** In the epoch, from 1. */
  readonly step: number;
  /** In the training, from 1. */
  readonly globalStep: number;
  /** Of the step's batch. */
  readonly loss: number;
  readonly images: number;
  readonly layers: readonly WatchedLayer[];
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

/** The learning rate was changed from outside, before a step. */
export interface LearningRateEvent {
  readonly type: 'learning-rate';
  /** Of the first step with it, from 1. */
  readonly epoch: number;
  /** In the epoch, from 1. */
  readonly step: number;
  /** In the training, from 1. */
  readonly globalStep: number;
  /** What that step would have had. */
  readonly before: number;
  /** From here on the most; where the schedule falls, in proportion to it. */
  readonly learningRate: number;
}

/** `learning rate changed from 0.01 to 0.001 at step 120`: counted in the training. */
export function rateChangeText({ before, learningRate, globalStep }: LearningRateEvent): string {
  return `learning rate changed from ${before} to ${learningRate} at step ${globalStep}`;
}

export interface EpochEvent {
  readonly type: 'epoch';
  readonly epoch: number;
  /** Mean training loss over the epoch. */
  readonly loss: number;
  readonly seconds: number;
  readonly imagesPerSecond: number;
  /** As a step event's, over the epoch, or over the rest of it when the run was resumed within. */
  readonly waitShare: number;
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

/** The training has ended by an error; written to events.jsonl, where nothing else would tell of it. */
export interface FailureEvent {
  readonly type: 'failure';
  /** Of the error, such as `ALEX_TRAINING_NOT_FINITE`. */
  readonly code: string;
  readonly message: string;
  /** Steps that were done, in all. */
  readonly globalStep: number;
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
  | WatchEvent
  | CheckpointEvent
  | LearningRateEvent
  | EpochEvent
  | ValidationEvent
  | NoticeEvent
  | FailureEvent
  | ResultEvent;
