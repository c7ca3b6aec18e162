/** What an operation sees while it runs on a thread. */
import { controlWords } from './control.ts';

export type Kernel = (...parameters: number[]) => void;

export interface Context {
  readonly floats: Float32Array;
  readonly words: Int32Array;
  /** Kernels by name. */
  readonly kernels: Readonly<Record<string, Kernel>>;
  readonly thread: number;
  readonly threads: number;
  /** Of the command that runs now. */
  readonly command: Command;
}

export interface Command {
  /** Images in the batch. */
  readonly count: number;
  readonly slot: number;
  /** Index into the contract's sgdForms. */
  readonly form: number;
  /** Given in training mode. */
  readonly training: { readonly seed: number; readonly step: number } | undefined;
}

/** Reads the command that the engine has written. */
export function readCommand(words: Int32Array): Command {
  const seed = (words[controlWords.seedHigh] >>> 0) * 2 ** 32 + (words[controlWords.seedLow] >>> 0);
  return {
    count: words[controlWords.count],
    slot: words[controlWords.slot],
    form: words[controlWords.form],
    training: words[controlWords.training] ? { seed, step: words[controlWords.step] >>> 0 } : undefined,
  };
}
