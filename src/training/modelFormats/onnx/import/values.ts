import type { OnnxTensor } from '../../../../formats/onnx/model.ts';

/** What a name of the graph stands for while the graph is read. */
export type Value = ImagesValue | ConstantValue | ShapeValue;

/** What the network has made of the images. */
export interface ImagesValue {
  readonly kind: 'images';
  /** Layers of the chain that made it. */
  readonly layers: number;
  /** Nodes that made it: only what the last of them made is the end of the chain. */
  readonly nodes: number;
}

export interface ConstantValue {
  readonly kind: 'constant';
  readonly tensor: OnnxTensor;
  /** A matrix of which rows and columns are exchanged. */
  readonly transposed?: boolean;
}

/** A size, or the number of images. */
export type Size = number | 'batch';

/** A small tensor of sizes, such as exporters compute shapes and pads with. */
export interface ShapeValue {
  readonly kind: 'shape';
  /** Row by row. */
  readonly sizes: readonly Size[];
  /** Its own shape. */
  readonly axes: readonly number[];
}
