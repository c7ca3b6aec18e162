/** The gradient of a convolution's weights: an outer product at every output pixel; and of its biases: a sum. */
import { sumPixelsKernel } from '../kernels/elementwise.ts';
import { panelColumns } from '../kernels/tile.ts';
import { outerKernel } from '../kernels/outer.ts';
import type { Builder } from '../plan/builder.ts';
import type { PackedParameter } from '../plan/parameters.ts';
import type { Operation } from '../plan/operations.ts';
import { firstPixel, pixelOffset, type ImageTensor } from '../plan/tensors.ts';
import type { Context } from '../threads/context.ts';
import { share } from '../threads/control.ts';
import type { ConvolutionGeometry } from './convolutionGeometry.ts';
import { planWinogradGradient } from './winograd/convolution.ts';
import type { WinogradSource } from './winograd/source.ts';

/** Gradient bytes that stay in the first-level cache while the rows of a weight tile pass over them. */
const chunkBytes = 12288;

/** Sums the weights' gradient over all images, directly. */
export interface ConvolutionGradientOperation {
  readonly kind: 'convolutionGradient';
  readonly kernel: string;
  /** The window of output pixel (0, 0) in the first image, and the steps through it. */
  readonly x: number;
  readonly xSlotBytes: number;
  readonly xImageBytes: number;
  readonly xBlockBytes: number;
  readonly xKernelLineBytes: number;
  readonly xLineBytes: number;
  readonly dy: number;
  readonly dyImageBytes: number;
  readonly dyBlockBytes: number;
  readonly dyLineBytes: number;
  readonly lines: number;
  readonly chunkLines: number;
  readonly inBlocks: number;
  readonly outBlocks: number;
  readonly kernelSize: number;
  /** Bytes of the gradient for one kernel line of one pair of blocks. */
  readonly groupBytes: number;
  readonly gradient: number;
}

/** Sums the biases' gradient over all pixels of all images. */
export interface BiasGradientOperation {
  readonly kind: 'biasGradient';
  readonly kernel: string;
  readonly gradient: ImageTensor;
  readonly biasGradient: number;
}

interface GradientOperands {
  /** Of the output. */
  readonly gradient: ImageTensor;
  readonly weight: PackedParameter;
  readonly bias: PackedParameter;
}

/** Plans both; the gradients' places are the parameters'. `source` is given where Winograd's filtering does it. */
export function planWeightGradient(
  builder: Builder,
  geometry: ConvolutionGeometry,
  source: WinogradSource | undefined,
  { gradient, weight, bias }: GradientOperands,
): Operation[] {
  const biases = planBiasGradient(builder, gradient, bias);
  if (!source) return [planDirectGradient(builder, geometry, gradient, weight), biases];
  const weights = planWinogradGradient(builder, { ...source, gradient });
  return [...weights, ...source.joinGradient, biases];
}

function planDirectGradient(
  builder: Builder,
  { spec, stride, padding, input, output }: ConvolutionGeometry,
  gradient: ImageTensor,
  weight: PackedParameter,
): ConvolutionGradientOperation {
  const from = input.value;
  const rows = spec.kernelSize * from.lanes;
  const kernel = outerKernel({
    rows,
    tileRows: builder.evenTileRows,
    points: output.width,
    aPointBytes: stride * from.pixelBytes,
    bPointBytes: gradient.pixelBytes,
    aLineBytes: stride * from.lineBytes,
    bLineBytes: gradient.lineBytes,
    aGroupBytes: from.lineBytes,
    start: 'output',
  });
  return {
    kind: 'convolutionGradient',
    kernel: builder.kernel(kernel),
    x: from.address + pixelOffset(from, -padding, -padding),
    xSlotBytes: input.slotBytes,
    xImageBytes: from.imageBytes,
    xBlockBytes: from.planeBytes,
    xKernelLineBytes: from.lineBytes,
    xLineBytes: stride * from.lineBytes,
    dy: gradient.address + pixelOffset(gradient, 0, 0),
    dyImageBytes: gradient.imageBytes,
    dyBlockBytes: gradient.planeBytes,
    dyLineBytes: gradient.lineBytes,
    lines: output.height,
    chunkLines: Math.max(1, Math.floor(chunkBytes / (output.width * gradient.pixelBytes))),
    inBlocks: from.blocks,
    outBlocks: gradient.blocks,
    kernelSize: spec.kernelSize,
    groupBytes: rows * panelColumns * 4,
    gradient: weight.gradient,
  };
}

function planBiasGradient(
  builder: Builder,
  gradient: ImageTensor,
  bias: PackedParameter,
): BiasGradientOperation {
  const sum = sumPixelsKernel({ width: gradient.width, lineBytes: [gradient.lineBytes] });
  return { kind: 'biasGradient', kernel: builder.kernel(sum), gradient, biasGradient: bias.gradient };
}

export function runConvolutionGradient(operation: ConvolutionGradientOperation, context: Context): void {
  const { inBlocks, outBlocks, kernelSize, groupBytes, gradient } = operation;
  const [begin, end] = share(outBlocks * inBlocks * kernelSize, context.thread, context.threads);
  context.floats.fill(0, (gradient + begin * groupBytes) / 4, (gradient + end * groupBytes) / 4);
  for (let unit = begin; unit < end;) {
    const pair = Math.floor(unit / kernelSize);
    const stop = Math.min(end, (pair + 1) * kernelSize);
    sumPair(operation, context, pair, unit, stop);
    unit = stop;
  }
}

/** Units [begin, end) are kernel lines of one pair of an output block and an input block. */
function sumPair(
  operation: ConvolutionGradientOperation,
  context: Context,
  pair: number,
  begin: number,
  end: number,
): void {
  const { inBlocks, kernelSize, lines, chunkLines } = operation;
  const { count, slot } = context.command;
  const kernel = context.kernels[operation.kernel];
  const c = operation.gradient + begin * operation.groupBytes;
  const kernelLine = begin - pair * kernelSize;
  const xBlock = (pair % inBlocks) * operation.xBlockBytes + kernelLine * operation.xKernelLineBytes;
  const dyBlock = Math.floor(pair / inBlocks) * operation.dyBlockBytes;
  for (let image = 0; image < count; image++) {
    const x = operation.x + slot * operation.xSlotBytes + image * operation.xImageBytes + xBlock;
    const dy = operation.dy + image * operation.dyImageBytes + dyBlock;
    for (let line = 0; line < lines; line += chunkLines) {
      const chunk = Math.min(chunkLines, lines - line);
      kernel(x + line * operation.xLineBytes, dy + line * operation.dyLineBytes, c, chunk, end - begin);
    }
  }
}

export function runBiasGradient(operation: BiasGradientOperation, context: Context): void {
  const { gradient } = operation;
  const [begin, end] = share(gradient.blocks, context.thread, context.threads);
  const kernel = context.kernels[operation.kernel];
  for (let block = begin; block < end; block++) {
    const sum = operation.biasGradient + block * panelColumns * 4;
    context.floats.fill(0, sum / 4, sum / 4 + panelColumns);
    for (let image = 0; image < context.command.count; image++) {
      kernel(firstPixel(gradient, image * gradient.blocks + block), sum, gradient.height);
    }
  }
}
