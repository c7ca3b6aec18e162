import type { PackedStrings } from './packedStrings.ts';

/**
 * Where encoded images are: each is a file of its own, or a run of bytes in a larger one (a shard). Plain data that
 * goes to loader threads as it is; everything that grows with the number of images is on shared memory.
 */
export interface EncodedImages {
  /** Folder that the names, or the shards, are in. */
  readonly root: string;
  /** Of each image: its path from `root`, or its name inside its shard. */
  readonly names: PackedStrings;
  /** Length of each file or run. */
  readonly bytes: Float64Array<SharedArrayBuffer>;
  /** Height and width of each, upright, as far as its header told; [length, 2]. */
  readonly sizes: Uint32Array<SharedArrayBuffer>;
  /** Another when a file has another name, length or time of change: a hash. */
  readonly version: string;
  /** Absent where each image is a file of its own. */
  readonly shards?: ShardPlaces;
}

export interface ShardPlaces {
  /** Paths from `root`. */
  readonly files: readonly string[];
  /** Index in `files`, of each image. */
  readonly file: Uint32Array<SharedArrayBuffer>;
  /** First byte in that file, of each image. */
  readonly offset: Float64Array<SharedArrayBuffer>;
}
