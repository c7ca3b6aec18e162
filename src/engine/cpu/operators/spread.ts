/** The output gradient of a strided convolution, spread out so that its input's gradient is a plain convolution. */
import { panelColumns } from '../kernels/tile.ts';
import { pixelOffset, type ImageTensor } from '../plan/tensors.ts';
import type { Context } from '../threads/context.ts';
import { share } from '../threads/control.ts';

/** Spreads a gradient: its pixels `stride` apart, zeros between. */
export interface SpreadOperation {
  readonly kind: 'spread';
  readonly from: ImageTensor;
  readonly to: ImageTensor;
  readonly stride: number;
}

export function runSpread({ from, to, stride }: SpreadOperation, context: Context): void {
  const { floats } = context;
  const [begin, end] = share(context.command.count * from.blocks, context.thread, context.threads);
  for (let plane = begin; plane < end; plane++) {
    const image = Math.floor(plane / from.blocks);
    const block = plane % from.blocks;
    const source = from.address + image * from.imageBytes + block * from.planeBytes;
    const target = to.address + image * to.imageBytes + block * to.planeBytes;
    for (let y = 0; y < from.height; y++) {
      for (let x = 0; x < from.width; x++) {
        const pixel = (source + pixelOffset(from, y, x)) / 4;
        floats.copyWithin(
          (target + pixelOffset(to, y * stride, x * stride)) / 4,
          pixel,
          pixel + panelColumns,
        );
      }
    }
  }
}
