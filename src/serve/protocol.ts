/** What the studio's server says to its page: paths under /api, all with the token. Types only: the page imports them. */
import type { TrainingEvent } from '../training/events.ts';
import type { TrainingConfig } from '../training/trainingOptions.ts';

/** `waiting`: it has been started and has come to no step yet. */
export type RunState = 'waiting' | 'running' | 'ended' | 'failed' | 'interrupted';

/** A run at a glance. */
export interface RunSummary {
  /** Path from the folder of runs, with `/`; the folder's own name where it is a run itself. */
  readonly id: string;
  /** Of its folder, on the server's machine. */
  readonly path: string;
  readonly network: string;
  readonly dataset: string;
  readonly state: RunState;
  /** It takes orders from its folder, now. */
  readonly control: boolean;
  /** Steps done, and how many there are to be; 0 where that is not known. */
  readonly step: number;
  readonly steps: number;
  /** Epochs in all. */
  readonly epochs: number;
  /** Of the last step that was told. */
  readonly loss?: number;
  readonly imagesPerSecond?: number;
  /** The same, or what it was changed to since; before the first step the configuration's. */
  readonly learningRate?: number;
  /** 0..1, on the test images of a run that is done, else of the last validation. */
  readonly accuracy?: { readonly value: number; readonly on: 'test' | 'validation' };
  /** When it was started or last gone on with, in milliseconds since 1970. */
  readonly startedAt: number;
  /** Why it is of no use, where its folder cannot be read as a run. */
  readonly problem?: string;
}

/** GET /api/runs/ID */
export interface RunDetails {
  readonly run: RunSummary;
  readonly config: TrainingConfig;
  readonly events: readonly TrainingEvent[];
  /** How far the events are read: for `live`, to go on there. */
  readonly cursor: string;
}

/**
 * GET /api/live?run=ID@CURSOR…: server-sent events, each a message. Without a cursor a run begins with its first event.
 */
export type LiveMessage =
  /** At first, and whenever something has changed. */
  | {
      readonly type: 'runs';
      readonly folder: string;
      readonly runs: readonly RunSummary[];
      /** False where the folder has more than are listed. */
      readonly complete: boolean;
    }
  /** With `reset` they are the first ones: what was told of the run before is to be forgotten. */
  | {
      readonly type: 'events';
      readonly run: string;
      readonly cursor: string;
      readonly reset: boolean;
      readonly events: readonly TrainingEvent[];
    };

/** What the doctor has found, in one language. */
export interface DoctorFinding {
  readonly name: string;
  readonly title: string;
  readonly evidence: string;
  readonly advice: readonly string[];
}

export interface Diagnosed {
  readonly findings: readonly DoctorFinding[];
  /** Training images that were looked at; 0 when there were none, and why. */
  readonly examined: number;
  readonly notExamined?: string;
}

/** GET /api/runs/ID/doctor, /api/runs/ID/report, ?language=: server-sent events. Whoever closes the stream ends the work. */
export type JobMessage<Result> =
  /** Another job is at work. */
  | { readonly type: 'queued' }
  /** The turn of a job that was queued has come. */
  | { readonly type: 'begun' }
  | { readonly type: 'progress'; readonly what: string; readonly done: number; readonly total: number }
  | { readonly type: 'done'; readonly result: Result }
  | { readonly type: 'failed'; readonly error: ServerError };

export interface WrittenReport {
  /** Path of the page on this server: whoever has it may read it, so the token is not in it. */
  readonly path: string;
}

/** The body of every answer that is no success. */
export interface ServerError {
  /** Of src/errors.ts. */
  readonly code: string;
  /** All of it: the code, what was expected and what came, what to do. */
  readonly message: string;
  /** The last part of that. */
  readonly advice: string;
}

/** GET /api/proof?nonce=: without the token, so that the page can tell this server from another at its port. */
export interface Proof {
  /** HMAC-SHA-256 of `NONCE PORT` under the token, hexadecimal. */
  readonly proof: string;
}

/** POST /api/token, the body `{"code": …}`: without the token, for the code of the address that was opened. Works once. */
export interface GivenToken {
  readonly token: string;
}

/** GET /api/compare?run=ID&run=ID…: the options that differ, each run's value as text. */
export interface Comparison {
  readonly runs: readonly string[];
  readonly differences: readonly { readonly option: string; readonly values: readonly string[] }[];
}

/** POST /api/runs/ID/orders: the body is an order as in src/training/orders.ts; 202 when it was given. */
