/** Puts the network's input into blocks of 16 channels, where its first layer is not a convolution. */
import type { Builder } from '../plan/builder.ts';
import type { ImageNode } from '../plan/nodes.ts';
import { imageTensor, pixelOffset, type ImageTensor } from '../plan/tensors.ts';
import type { Context } from '../threads/context.ts';
import { share } from '../threads/control.ts';

export interface LanesOperation {
  readonly kind: 'lanes';
  readonly from: ImageTensor;
  readonly slotBytes: number;
  readonly to: ImageTensor;
}

export function planLanes(
  builder: Builder,
  input: ImageNode,
  halo: { readonly before: number; readonly after: number },
): { readonly output: ImageNode; readonly forward: LanesOperation } {
  const value = imageTensor(builder.allocate, builder.batchSize, input.value, halo);
  return {
    output: { kind: 'image', value, slotBytes: 0 },
    forward: { kind: 'lanes', from: input.value, slotBytes: input.slotBytes, to: value },
  };
}

export function runLanes(
  { from, slotBytes, to }: LanesOperation,
  { floats, command, thread, threads }: Context,
): void {
  const [begin, end] = share(command.count * from.height, thread, threads);
  for (let line = begin; line < end; line++) {
    const image = Math.floor(line / from.height);
    const y = line % from.height;
    const source = from.address + command.slot * slotBytes + image * from.imageBytes;
    for (let x = 0; x < from.width; x++) {
      for (let channel = 0; channel < from.channels; channel++) {
        const plane = to.address + image * to.imageBytes + Math.floor(channel / to.lanes) * to.planeBytes;
        const target = plane + pixelOffset(to, y, x) + (channel % to.lanes) * 4;
        floats[target / 4] = floats[(source + pixelOffset(from, y, x)) / 4 + channel];
      }
    }
  }
}
