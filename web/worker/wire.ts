/** The messages between the page and its worker. */
import type { RunEvent, StudioError } from './protocol.ts';

/** A call of a method, such as `collections.add`. */
export interface Call {
  readonly id: number;
  readonly method: string;
  readonly arguments: readonly unknown[];
}

/** A call that nobody waits for any more. */
export interface Cancel {
  readonly cancelled: number;
}

/** What the worker says. */
export type Answer =
  | { readonly type: 'done'; readonly id: number; readonly value: unknown }
  | { readonly type: 'failed'; readonly id: number; readonly error: StudioError }
  /** Of a call that is under way: what its callback gets. */
  | { readonly type: 'told'; readonly id: number; readonly value: unknown }
  | { readonly type: 'event'; readonly run: string; readonly event: RunEvent };
