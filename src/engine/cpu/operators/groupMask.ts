/**
 * Zeroes what a convolution whose groups share blocks of channels computes too much: the gradients of weights between
 * channels of different groups. Those weights then stay 0.
 */
import { panelColumns } from '../kernels/tile.ts';
import { blocksOf } from '../plan/tensors.ts';
import type { Context } from '../threads/context.ts';
import { share } from '../threads/control.ts';

export interface GroupMaskOperation {
  readonly kind: 'groupMask';
  /** Address of the weights' gradient, packed as one convolution. */
  readonly gradient: number;
  readonly groups: number;
  readonly outChannels: number;
  readonly inChannels: number;
  readonly inBlocks: number;
  readonly kernelSize: number;
}

/** A unit of work is a pair of a block of outputs and a block of inputs. */
export function runGroupMask(operation: GroupMaskOperation, { floats, thread, threads }: Context): void {
  const { gradient, groups, outChannels, inChannels, inBlocks, kernelSize } = operation;
  const taps = kernelSize * kernelSize;
  const [begin, end] = share(blocksOf(outChannels) * inBlocks, thread, threads);
  for (let pair = begin; pair < end; pair++) {
    const [outBlock, inBlock] = [Math.floor(pair / inBlocks), pair % inBlocks];
    for (let lane = 0; lane < panelColumns; lane++) {
      const from = Math.floor(((inBlock * panelColumns + lane) * groups) / inChannels);
      for (let column = 0; column < panelColumns; column++) {
        const to = Math.floor(((outBlock * panelColumns + column) * groups) / outChannels);
        if (from === to) continue;
        const first = gradient / 4 + (pair * taps * panelColumns + lane) * panelColumns + column;
        for (let tap = 0; tap < taps; tap++) floats[first + tap * panelColumns ** 2] = 0;
      }
    }
  }
}
