/** Values out of the engine's layouts, in PyTorch's. */
import { panelColumns } from '../kernels/tile.ts';
import type { Node } from './nodes.ts';
import { featureOrder, pixelOffset, type ImageTensor, type MatrixTensor } from './tensors.ts';

/** The first `count` images' values, [count, C, H, W] or [count, F]. */
export function readNode(node: Node, memory: Float32Array, count: number): Float32Array {
  return node.kind === 'image'
    ? readImages(node.value, memory, count)
    : readMatrix(node.value, memory, count);
}

function readImages(tensor: ImageTensor, memory: Float32Array, count: number): Float32Array {
  const { channels, height, width, lanes } = tensor;
  const values = new Float32Array(count * channels * height * width);
  let at = 0;
  for (let image = 0; image < count; image++) {
    for (let channel = 0; channel < channels; channel++) {
      const block = Math.floor(channel / lanes) * tensor.planeBytes + (channel % lanes) * 4;
      const plane = tensor.address + image * tensor.imageBytes + block;
      for (let y = 0; y < height; y++) {
        for (let x = 0; x < width; x++) values[at++] = memory[(plane + pixelOffset(tensor, y, x)) / 4];
      }
    }
  }
  return values;
}

function readMatrix(matrix: MatrixTensor, memory: Float32Array, count: number): Float32Array {
  const order = featureOrder(matrix);
  const values = new Float32Array(count * matrix.features);
  for (let own = 0; own < matrix.blocks * panelColumns; own++) {
    const feature = order ? order[own] : own;
    if (feature < 0 || feature >= matrix.features) continue;
    const block = (matrix.address + Math.floor(own / panelColumns) * matrix.blockBytes) / 4;
    for (let image = 0; image < count; image++) {
      values[image * matrix.features + feature] = memory[block + image * panelColumns + (own % panelColumns)];
    }
  }
  return values;
}
