/** The input buffers as a loader sees them: plain strides, channels next to each other. */
import type { ImageBuffer } from '../../engine.ts';
import type { PlannedInput } from './lower.ts';
import { pixelOffset } from './tensors.ts';

/** One view on the engine's memory for each slot. */
export function inputBuffers(
  { tensor, slotBytes }: PlannedInput,
  { slots, batchSize }: { readonly slots: number; readonly batchSize: number },
  data: Float32Array,
): ImageBuffer[] {
  return Array.from({ length: slots }, (_, slot) => ({
    data,
    offset: (tensor.address + slot * slotBytes + pixelOffset(tensor, 0, 0)) / 4,
    strides: {
      image: tensor.imageBytes / 4,
      channel: 1,
      row: tensor.lineBytes / 4,
      column: tensor.pixelBytes / 4,
    },
    shape: [batchSize, tensor.channels, tensor.height, tensor.width],
  }));
}
