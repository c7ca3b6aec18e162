/** A set of labelled images in memory, as the loader and its threads share it. */
export interface Dataset {
  /** As on the command line: `cifar10`, `shapes`. */
  readonly name: string;
  readonly split: 'train' | 'test';
  readonly classes: readonly string[];
  readonly length: number;
  /** Of every image, before transforms. */
  readonly height: number;
  readonly width: number;
  /** uint8 pixels in planes, [length, 3, height, width], on shared memory so that threads read it in place. */
  readonly images: Uint8Array<SharedArrayBuffer>;
  /** Class index of each image. */
  readonly labels: Uint8Array<SharedArrayBuffer>;
}
