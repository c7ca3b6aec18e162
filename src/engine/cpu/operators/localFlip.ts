/** The second packing of a locally connected layer's weights: by input pixel, for the input's gradient. */
import { panelColumns } from '../kernels/tile.ts';
import type { Context } from '../threads/context.ts';
import { share } from '../threads/control.ts';
import { transpose } from './flip.ts';

interface Grid {
  readonly height: number;
  readonly width: number;
  readonly blocks: number;
}

/**
 * At each input pixel, for each tap of the window of output gradients around it, the weights between the two; zeros where
 * there is no such output. [input pixels][in blocks][out blocks][taps][16 outputs][16 inputs]
 */
export interface LocalFlipOperation {
  readonly kind: 'localFlip';
  readonly from: number;
  readonly to: number;
  readonly input: Grid;
  readonly output: Grid;
  readonly kernelSize: number;
  readonly stride: number;
  readonly padding: number;
}

const squareFloats = panelColumns * panelColumns;

/** A unit of work is an input pixel. */
export function runLocalFlip(operation: LocalFlipOperation, context: Context): void {
  const { input, output, kernelSize } = operation;
  const { floats } = context;
  const taps = kernelSize ** 2;
  const pairs = input.blocks * output.blocks;
  const [begin, end] = share(input.height * input.width, context.thread, context.threads);
  for (let pixel = begin; pixel < end; pixel++) {
    const [y, x] = [Math.floor(pixel / input.width), pixel % input.width];
    for (let tap = 0; tap < taps; tap++) {
      const [kernelY, kernelX] = [Math.floor(tap / kernelSize), tap % kernelSize];
      const outY = outputOf(operation, y, kernelY, output.height);
      const outX = outputOf(operation, x, kernelX, output.width);
      for (let pair = 0; pair < pairs; pair++) {
        const to = operation.to / 4 + ((pixel * pairs + pair) * taps + taps - 1 - tap) * squareFloats;
        if (outY < 0 || outX < 0) {
          floats.fill(0, to, to + squareFloats);
          continue;
        }
        const [inBlock, outBlock] = [Math.floor(pair / output.blocks), pair % output.blocks];
        const place = (outY * output.width + outX) * output.blocks + outBlock;
        const from = operation.from / 4 + ((place * input.blocks + inBlock) * taps + tap) * squareFloats;
        transpose(floats, from, to);
      }
    }
  }
}

/** The output that sees an input by this line, or column, of its kernel; -1 for none. */
function outputOf(
  { stride, padding }: LocalFlipOperation,
  input: number,
  kernel: number,
  size: number,
): number {
  const first = input + padding - kernel;
  if (first < 0 || first % stride !== 0 || first / stride >= size) return -1;
  return first / stride;
}
