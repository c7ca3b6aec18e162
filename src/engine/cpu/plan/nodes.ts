/** What flows between layers: a value and, while training, its gradient. */
import type { GradientMatrix, ImageTensor, MatrixTensor } from './tensors.ts';

export interface ImageNode {
  readonly kind: 'image';
  readonly value: ImageTensor;
  /** Bytes from an input slot to the next; 0 but for the network's input. */
  readonly slotBytes: number;
  /** Absent where no parameter lies before. */
  readonly gradient?: ImageTensor;
}

export interface MatrixNode {
  readonly kind: 'matrix';
  readonly value: MatrixTensor;
  readonly gradient?: GradientMatrix;
}

export type Node = ImageNode | MatrixNode;
