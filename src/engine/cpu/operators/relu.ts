/** ReLU in place, where it could not be fused with what is before it; and its backward pass, in place too. */
import { reluBackwardKernel, reluKernel } from '../kernels/elementwise.ts';
import { panelColumns } from '../kernels/tile.ts';
import type { Builder } from '../plan/builder.ts';
import type { ImageNode, MatrixNode, Node } from '../plan/nodes.ts';
import { firstPixel, type GradientMatrix, type ImageTensor, type MatrixTensor } from '../plan/tensors.ts';
import type { Context } from '../threads/context.ts';
import { share } from '../threads/control.ts';
import { forEachPlane } from './forEachPlane.ts';

export type ReluOperation =
  | { readonly kind: 'reluImage'; readonly kernel: string; readonly value: ImageTensor }
  | { readonly kind: 'reluMatrix'; readonly value: MatrixTensor }
  | {
      readonly kind: 'reluImageBackward';
      readonly kernel: string;
      readonly value: ImageTensor;
      readonly gradient: ImageTensor;
    }
  | { readonly kind: 'reluMatrixBackward'; readonly value: MatrixTensor; readonly gradient: GradientMatrix };

/** The unfused ReLU. */
export function planRelu(builder: Pick<Builder, 'kernel'>, node: Node): ReluOperation {
  if (node.kind === 'matrix') return { kind: 'reluMatrix', value: node.value };
  const { value } = node;
  const kernel = reluKernel({ width: value.width, lineBytes: [value.lineBytes, value.lineBytes] });
  return { kind: 'reluImage', kernel: builder.kernel(kernel), value };
}

/** Zeroes the gradient where the output is 0. Nothing to do where no gradient is wanted. */
export function planReluBackward(builder: Builder, node: Node): ReluOperation[] {
  return node.kind === 'image' ? planImageBackward(builder, node) : planMatrixBackward(node);
}

function planImageBackward(builder: Builder, { value, gradient }: ImageNode): ReluOperation[] {
  if (!gradient) return [];
  const lineBytes = [value.lineBytes, gradient.lineBytes, gradient.lineBytes];
  const kernel = reluBackwardKernel({ width: value.width, lineBytes });
  return [{ kind: 'reluImageBackward', kernel: builder.kernel(kernel), value, gradient }];
}

function planMatrixBackward({ value, gradient }: MatrixNode): ReluOperation[] {
  return gradient ? [{ kind: 'reluMatrixBackward', value, gradient }] : [];
}

export function runRelu(operation: ReluOperation, context: Context): void {
  switch (operation.kind) {
    case 'reluImage':
      return forEachPlane(operation.value, context, (plane) => {
        const address = firstPixel(operation.value, plane);
        context.kernels[operation.kernel](address, address, operation.value.height);
      });
    case 'reluImageBackward':
      return forEachPlane(operation.value, context, (plane) => {
        const gradient = firstPixel(operation.gradient, plane);
        const value = firstPixel(operation.value, plane);
        context.kernels[operation.kernel](value, gradient, gradient, operation.value.height);
      });
    case 'reluMatrix':
      return rectifyMatrix(operation.value, context);
    case 'reluMatrixBackward':
      return rectifyGradient(operation.value, operation.gradient, context);
  }
}

function rectifyMatrix(value: MatrixTensor, { floats, thread, threads }: Context): void {
  const [begin, end] = share(value.blocks, thread, threads);
  const first = value.address / 4;
  for (
    let index = first + (begin * value.blockBytes) / 4;
    index < first + (end * value.blockBytes) / 4;
    index++
  ) {
    if (floats[index] < 0) floats[index] = 0;
  }
}

function rectifyGradient(value: MatrixTensor, gradient: GradientMatrix, context: Context): void {
  const { floats } = context;
  const [begin, end] = share(value.blocks, context.thread, context.threads);
  for (let image = 0; image < context.command.count; image++) {
    const panel = (gradient.address + Math.floor(image / panelColumns) * gradient.panelBytes) / 4;
    for (let feature = begin * panelColumns; feature < end * panelColumns; feature++) {
      const block = (value.address + Math.floor(feature / panelColumns) * value.blockBytes) / 4;
      const output = floats[block + image * panelColumns + (feature % panelColumns)];
      if (!(output > 0)) floats[panel + feature * panelColumns + (image % panelColumns)] = 0;
    }
  }
}
