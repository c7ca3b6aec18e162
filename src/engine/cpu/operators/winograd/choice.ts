/**
 * Which convolutions are done by Winograd's minimal filtering, and with which tiles. A model of the cost decides, from
 * the shapes and the batch alone: the same everywhere, so that the bits of a training do not depend on a stopwatch.
 */
import { blocksOf, type ImageSize } from '../../plan/tensors.ts';
import { panelColumns } from '../../kernels/tile.ts';
import { mostPoints } from './matrices.ts';
import { tilingOf, type Tiling } from './tiling.ts';

export interface ConvolutionSize {
  readonly kernelSize: number;
  readonly stride: number;
  readonly inChannels: number;
  readonly output: ImageSize;
  readonly batchSize: number;
  /** What the direct algorithm multiplies for a value of the output, where that is not this convolution's window. */
  readonly directWindow?: number;
}

/**
 * Costs in multiply-adds of the kernels that multiply: what transforming a value takes, and reading a weight that is not
 * in the caches. Measured: see docs/performance.md.
 */
const transformCost = 10;
const weightCost = 10;
/** Rows of most targets' tile: the choice, and so the bits, may not depend on the target. */
const tileRows = 6;

/** The best tiling; undefined where the direct algorithm is better, or Winograd's has no tile for the kernel. */
export function chooseTiling(
  convolution: ConvolutionSize,
  choice: 'auto' | 'direct' | 'winograd',
): Tiling | undefined {
  const { kernelSize, stride, output } = convolution;
  if (choice === 'direct' || stride !== 1 || kernelSize === 1) return undefined;
  let best: Tiling | undefined;
  let bestCost = choice === 'winograd' ? Infinity : directCost(convolution);
  for (let m = 2; m + kernelSize - 1 <= mostPoints; m++) {
    const tiling = tilingOf(m, kernelSize, output);
    const cost = winogradCost(convolution, tiling);
    if (cost < bestCost) [best, bestCost] = [tiling, cost];
  }
  return best;
}

/** Channels with their padding. */
function paddedChannels(channels: number): number {
  return blocksOf(channels) * panelColumns;
}

function directCost({ kernelSize, inChannels, output, batchSize, directWindow }: ConvolutionSize): number {
  const window = directWindow ?? kernelSize ** 2 * paddedChannels(inChannels);
  const pixels = batchSize * output.height * output.width;
  return window * paddedChannels(output.channels) * (pixels + weightCost);
}

function winogradCost(convolution: ConvolutionSize, { size, tiles }: Tiling): number {
  const { inChannels, output, batchSize } = convolution;
  const rows = Math.ceil((batchSize * tiles) / tileRows) * tileRows;
  const [inputs, outputs] = [paddedChannels(inChannels), paddedChannels(output.channels)];
  const products = inputs * outputs * (rows + weightCost);
  return size ** 2 * (products + batchSize * tiles * (inputs + outputs) * transformCost);
}
