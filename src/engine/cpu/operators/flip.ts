/** The second packing of a convolution's weights, for its input's gradient. */
import { panelColumns } from '../kernels/tile.ts';
import type { Context } from '../threads/context.ts';
import { share } from '../threads/control.ts';

/** Packs the weights once more for the input's gradient: blocks and lanes swapped, kernels turned around. */
export interface FlipOperation {
  readonly kind: 'flip';
  readonly from: number;
  readonly to: number;
  readonly inBlocks: number;
  readonly outBlocks: number;
  readonly kernelSize: number;
}

export function runFlip(operation: FlipOperation, context: Context): void {
  const { inBlocks, outBlocks, kernelSize } = operation;
  const { floats } = context;
  const taps = kernelSize * kernelSize;
  const tapFloats = panelColumns * panelColumns;
  const [begin, end] = share(inBlocks * outBlocks * taps, context.thread, context.threads);
  for (let unit = begin; unit < end; unit++) {
    const tap = unit % taps;
    const outBlock = Math.floor(unit / taps) % outBlocks;
    const inBlock = Math.floor(unit / taps / outBlocks);
    const source = operation.from / 4 + ((outBlock * inBlocks + inBlock) * taps + taps - 1 - tap) * tapFloats;
    transpose(floats, source, operation.to / 4 + unit * tapFloats);
  }
}

/** 16 × 16 floats. */
export function transpose(floats: Float32Array, from: number, to: number): void {
  for (let row = 0; row < panelColumns; row++) {
    for (let column = 0; column < panelColumns; column++) {
      floats[to + row * panelColumns + column] = floats[from + column * panelColumns + row];
    }
  }
}
