/** Adaptive average pooling with torch.nn.AdaptiveAvgPool2d's windows, forward and backward. */
import type { Builder } from '../plan/builder.ts';
import { panelColumns } from '../kernels/tile.ts';
import type { ImageNode } from '../plan/nodes.ts';
import { imageTensor, pixelOffset, planeAddress, type ImageSize, type ImageTensor } from '../plan/tensors.ts';
import type { Context } from '../threads/context.ts';
import { share } from '../threads/control.ts';

export interface AveragePoolOperation {
  readonly kind: 'averagePool' | 'averagePoolBackward';
  /** The larger and the smaller image: values forward, gradients backward. */
  readonly large: ImageTensor;
  readonly small: ImageTensor;
}

export interface AveragePoolPlan {
  readonly output: ImageNode;
  readonly forward: AveragePoolOperation;
  readonly backward: readonly AveragePoolOperation[];
}

export function planAveragePool(
  builder: Builder,
  input: ImageNode,
  outputSize: ImageSize,
  halo: { readonly before: number; readonly after: number },
): AveragePoolPlan {
  const value = imageTensor(builder.allocate, builder.batchSize, outputSize, halo);
  const forward: AveragePoolOperation = { kind: 'averagePool', large: input.value, small: value };
  if (!input.gradient) return { output: { kind: 'image', value, slotBytes: 0 }, forward, backward: [] };
  const gradient = imageTensor(builder.allocate, builder.batchSize, outputSize, { before: 0, after: 0 });
  return {
    output: { kind: 'image', value, slotBytes: 0, gradient },
    forward,
    backward: [{ kind: 'averagePoolBackward', large: input.gradient, small: gradient }],
  };
}

export function runAveragePool(operation: AveragePoolOperation, context: Context): void {
  const { large, small } = operation;
  const visit = operation.kind === 'averagePool' ? average : spread;
  const [begin, end] = share(context.command.count * large.blocks, context.thread, context.threads);
  for (let plane = begin; plane < end; plane++) {
    const [largePlane, smallPlane] = [planeAddress(large, plane), planeAddress(small, plane)];
    if (operation.kind === 'averagePoolBackward') clearPlane(large, largePlane, context.floats);
    for (let y = 0; y < small.height; y++) {
      for (let x = 0; x < small.width; x++) {
        const at = (smallPlane + pixelOffset(small, y, x)) / 4;
        visit(context.floats, windowPixels(large, small, largePlane, y, x), at);
      }
    }
  }
}

function clearPlane(tensor: ImageTensor, address: number, floats: Float32Array): void {
  floats.fill(0, address / 4, (address + tensor.planeBytes) / 4);
}

/** Float indices of the pixels under the window of an output: floor(i * in / out) to ceil((i + 1) * in / out) - 1. */
function windowPixels(large: ImageTensor, small: ImageTensor, plane: number, y: number, x: number): number[] {
  const pixels: number[] = [];
  const lastY = Math.ceil(((y + 1) * large.height) / small.height);
  const lastX = Math.ceil(((x + 1) * large.width) / small.width);
  for (let fromY = Math.floor((y * large.height) / small.height); fromY < lastY; fromY++) {
    for (let fromX = Math.floor((x * large.width) / small.width); fromX < lastX; fromX++) {
      pixels.push((plane + pixelOffset(large, fromY, fromX)) / 4);
    }
  }
  return pixels;
}

function average(floats: Float32Array, pixels: readonly number[], at: number): void {
  for (let lane = 0; lane < panelColumns; lane++) {
    let sum = 0;
    for (const pixel of pixels) sum += floats[pixel + lane];
    floats[at + lane] = sum / pixels.length;
  }
}

function spread(floats: Float32Array, pixels: readonly number[], at: number): void {
  for (const pixel of pixels) {
    for (let lane = 0; lane < panelColumns; lane++) floats[pixel + lane] += floats[at + lane] / pixels.length;
  }
}
