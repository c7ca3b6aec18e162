/** From images to a matrix, [N][blocks][H][W][16] to [blocks * H * W][N][16], and the gradient back. */
import { panelColumns } from '../kernels/tile.ts';
import type { Builder } from '../plan/builder.ts';
import type { ImageNode, MatrixNode } from '../plan/nodes.ts';
import {
  gradientMatrix,
  matrixTensor,
  pixelOffset,
  type GradientMatrix,
  type ImageTensor,
  type MatrixTensor,
} from '../plan/tensors.ts';
import type { Context } from '../threads/context.ts';
import { share } from '../threads/control.ts';

export type FlattenOperation =
  | { readonly kind: 'flatten'; readonly image: ImageTensor; readonly matrix: MatrixTensor }
  | { readonly kind: 'flattenBackward'; readonly image: ImageTensor; readonly matrix: GradientMatrix };

export interface FlattenPlan {
  readonly output: MatrixNode;
  readonly forward: FlattenOperation;
  readonly backward: readonly FlattenOperation[];
}

export function planFlatten(builder: Builder, input: ImageNode): FlattenPlan {
  const { channels, height, width } = input.value;
  const value = matrixTensor(builder.allocate, builder.batchSize, channels * height * width, input.value);
  const forward: FlattenOperation = { kind: 'flatten', image: input.value, matrix: value };
  if (!input.gradient) return { output: { kind: 'matrix', value }, forward, backward: [] };
  const gradient = gradientMatrix(builder.allocate, builder.batchSize, value);
  const backward: FlattenOperation = { kind: 'flattenBackward', image: input.gradient, matrix: gradient };
  return { output: { kind: 'matrix', value, gradient }, forward, backward: [backward] };
}

/** Calls `visit` for each of this thread's blocks of 16 features with the float index of its pixel in image 0. */
function forEachPixel(
  image: ImageTensor,
  context: Context,
  visit: (block: number, pixel: number) => void,
): void {
  const { height, width, blocks } = image;
  const [begin, end] = share(blocks * height * width, context.thread, context.threads);
  for (let block = begin; block < end; block++) {
    const place = block % (height * width);
    const plane = Math.floor(block / (height * width)) * image.planeBytes;
    visit(block, (image.address + plane + pixelOffset(image, Math.floor(place / width), place % width)) / 4);
  }
}

export function runFlatten(operation: FlattenOperation, context: Context): void {
  const { floats, command } = context;
  const imageFloats = operation.image.imageBytes / 4;
  if (operation.kind === 'flatten') {
    const { address, blockBytes } = operation.matrix;
    return forEachPixel(operation.image, context, (block, pixel) => {
      const to = (address + block * blockBytes) / 4;
      for (let image = 0; image < command.count; image++) {
        const from = pixel + image * imageFloats;
        for (let lane = 0; lane < panelColumns; lane++)
          floats[to + image * panelColumns + lane] = floats[from + lane];
      }
    });
  }
  const { address, panelBytes } = operation.matrix;
  forEachPixel(operation.image, context, (block, pixel) => {
    for (let image = 0; image < command.count; image++) {
      const panel = (address + Math.floor(image / panelColumns) * panelBytes) / 4 + (image % panelColumns);
      for (let lane = 0; lane < panelColumns; lane++) {
        floats[pixel + image * imageFloats + lane] =
          floats[panel + (block * panelColumns + lane) * panelColumns];
      }
    }
  });
}
