/**
 * The contract that a format of model files keeps. A format reads a file into named tensors and what it says of
 * the network, and writes one from tensors in PyTorch's names and layouts. `modelFormats.ts` lists them.
 */
import type { TransformStep } from '../../data/transforms.ts';
import type { FileTarget } from '../../formats/fileTarget.ts';
import type { OpenedFile } from '../../formats/openedFile.ts';
import type { TensorFile, TensorSource } from '../../formats/tensors.ts';
import type { NetworkSpec } from '../../network/spec.ts';

/** How a file begins, to tell its format by. */
export interface FileStart {
  /** The first bytes: `startBytes`, or all there are. */
  readonly bytes: Uint8Array;
  /** Of the whole file. */
  readonly size: number;
}

/** Bytes that a format is told by. */
export const startBytes = 512;

/** A model file that is open, as its format has it. */
export interface ModelSource extends Omit<TensorFile, 'metadata'> {
  /** Our description of the model, JSON, where the file holds one: it says all there is to say. */
  readonly about?: string;
  /** The network, of a format that says so itself. Without it and `about`, tensor names and shapes decide. */
  readonly network?: NetworkSpec;
}

/** A model to write. */
export interface WrittenModel {
  readonly network: NetworkSpec;
  /** Names by class index. */
  readonly classes: readonly string[];
  /** From an image to the network's input. */
  readonly transforms: readonly TransformStep[];
  /** Our description, JSON, with all of the above: to be kept as it is where the format has a place for it. */
  readonly about: string;
  /** All parameters, in the order of the network's layers. */
  readonly tensors: readonly TensorSource[];
  /** Whether the file is to do what the transforms do to pixels, but for resizing and cropping. */
  readonly preprocessing: boolean;
}

export interface ModelFormat {
  /** As it is called in messages. */
  readonly name: string;
  /** With the dot, lower case; files are written in this format, where it can be, when their name ends so. */
  readonly extensions: readonly string[];
  /** Whether its files compute, so that they can preprocess too. */
  readonly computes?: true;
  /** Whether a file that begins so is of this format. No two formats may take the same file. */
  recognises(start: FileStart): boolean;
  /**
   * Opens a file as one of this format, and checks what it says of its tensors. Whoever opened the file closes it when
   * that fails. Throws ALEX_FILE_READ and the format's own errors.
   */
  open(file: OpenedFile): Promise<ModelSource>;
  /**
   * Writes a file, one tensor at a time. Throws what the target and a tensor's `read` throw. Absent where a format is
   * only read.
   */
  write?(target: FileTarget, model: WrittenModel): Promise<void>;
}
