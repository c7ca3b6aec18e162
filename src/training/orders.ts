/** Orders to a training that is under way: stop, write a checkpoint, go on with another learning rate. */
import { optionChecks } from './optionChecks.ts';

export type TrainingOrder =
  /** As an aborted signal: the step under way is finished, and there is a checkpoint. */
  | { readonly type: 'stop' }
  | { readonly type: 'checkpoint' }
  /** Of the next step; a schedule falls from there in proportion, and does not grow above it. */
  | { readonly type: 'learning-rate'; readonly learningRate: number };

/** Gives the orders that have come since it was called before, the oldest first. */
export type OrderSource = () => readonly TrainingOrder[];

/** The order that a value from outside is; undefined where it is none. */
export function parseOrder(value: unknown): TrainingOrder | undefined {
  const { type, learningRate } = (value ?? {}) as Record<string, unknown>;
  if (type === 'stop' || type === 'checkpoint') return { type };
  if (type !== 'learning-rate' || !optionChecks.learningRate.accepts(learningRate)) return undefined;
  return { type, learningRate: learningRate as number };
}

/** The orders of a training, as its loop takes them. */
export interface OrderQueue {
  /** Looks for new orders; an order to stop is carried out at once. */
  poll(): void;
  /** What is to be done before the next step. */
  take(): readonly Exclude<TrainingOrder, { type: 'stop' }>[];
}

/** `onStop` is called once for the first order to stop. */
export function createOrderQueue(source: OrderSource | undefined, onStop: () => void): OrderQueue {
  let waiting: Exclude<TrainingOrder, { type: 'stop' }>[] = [];
  return {
    poll() {
      for (const order of source?.() ?? []) {
        if (order.type === 'stop') onStop();
        else waiting.push(order);
      }
    },
    take() {
      const taken = waiting;
      waiting = [];
      return taken;
    },
  };
}
