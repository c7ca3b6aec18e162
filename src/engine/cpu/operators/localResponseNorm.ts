/**
 * Local response normalisation, forward and backward. Across channels a thread takes a line of an image with all its
 * channels, within a channel a plane of 16 channels.
 */
import { lrnScale, lrnWindow } from '../../../network/lrn.ts';
import type { LrnSpec } from '../../../network/spec.ts';
import {
  lrnConstants,
  lrnGradientKernel,
  lrnKernel,
  lrnTermsKernel,
  squaresKernel,
  type LrnShape,
} from '../kernels/localResponseNorm.ts';
import { panelColumns } from '../kernels/tile.ts';
import { floatConstants, type Builder } from '../plan/builder.ts';
import type { ImageNode } from '../plan/nodes.ts';
import { blocksOf, imageTensor, pixelOffset, type ImageTensor } from '../plan/tensors.ts';
import type { Context } from '../threads/context.ts';
import { share } from '../threads/control.ts';

/** Where squares, and on the way back terms, lie in a thread's scratch memory. */
interface LrnScratch {
  readonly address: number;
  /** Of one of the two. */
  readonly bytes: number;
  /** Of a thread. */
  readonly threadBytes: number;
  /** Byte offsets of the first pixel of block 0, and from there to the first neighbour, forward and backward. */
  readonly first: number;
  readonly before: number;
  readonly backwardBefore: number;
}

interface LrnOperands {
  readonly across: boolean;
  readonly input: ImageTensor;
  readonly scratch: LrnScratch;
  readonly constants: number;
  readonly squares: string;
}

export interface LrnForwardOperation extends LrnOperands {
  readonly kind: 'lrn';
  readonly kernel: string;
  readonly output: ImageTensor;
}

export interface LrnBackwardOperation extends LrnOperands {
  readonly kind: 'lrnBackward';
  readonly terms: string;
  readonly kernel: string;
  readonly outputGradient: ImageTensor;
  readonly inputGradient: ImageTensor;
}

export type LrnOperation = LrnForwardOperation | LrnBackwardOperation;

export interface LrnPlan {
  readonly output: ImageNode;
  readonly forward: LrnOperation;
  readonly backward: readonly LrnOperation[];
}

export function planLrn(
  builder: Builder,
  spec: LrnSpec,
  { value: input, gradient: inputGradient }: ImageNode,
  halo: { readonly before: number; readonly after: number },
): LrnPlan {
  const across = spec.region !== 'withinChannel';
  const layout = across ? acrossLayout(spec, input) : withinLayout(spec, input);
  const { neighbours, first, bytes } = layout;
  const backwardNeighbours = neighbours.map((distance) => 0 - distance).toReversed();
  const threadBytes = bytes * (inputGradient ? 2 : 1);
  const scratch: LrnScratch = {
    address: builder.threadScratch(threadBytes),
    bytes,
    threadBytes,
    first,
    before: neighbours[0],
    backwardBefore: backwardNeighbours[0],
  };
  const shape = (images: readonly ImageTensor[], distances = neighbours): LrnShape => ({
    width: input.width,
    // Across channels a call is for one line.
    lineBytes: [...images.map(({ lineBytes }) => lineBytes), layout.lineBytes].map((line) =>
      across ? 0 : line,
    ),
    scratchPixelBytes: layout.pixelBytes,
    neighbours: distances,
    quarters: 4 * spec.beta,
  });
  const output = imageTensor(builder.allocate, builder.batchSize, input, halo);
  const operands: LrnOperands = {
    across,
    input,
    scratch,
    constants: floatConstants(builder, lrnConstants(spec.k, lrnScale(spec), spec.beta)),
    squares: builder.kernel(squaresKernel(shape([input]))),
  };
  const forward: LrnForwardOperation = {
    kind: 'lrn',
    ...operands,
    kernel: builder.kernel(lrnKernel(shape([input, output]))),
    output,
  };
  if (!inputGradient)
    return { output: { kind: 'image', value: output, slotBytes: 0 }, forward, backward: [] };
  const outputGradient = imageTensor(builder.allocate, builder.batchSize, input, { before: 0, after: 0 });
  const backward: LrnBackwardOperation = {
    kind: 'lrnBackward',
    ...operands,
    terms: builder.kernel(lrnTermsKernel(shape([input, outputGradient, inputGradient]))),
    kernel: builder.kernel(lrnGradientKernel(shape([input, inputGradient], backwardNeighbours))),
    outputGradient,
    inputGradient,
  };
  const node: ImageNode = { kind: 'image', value: output, slotBytes: 0, gradient: outputGradient };
  return { output: node, forward, backward: [backward] };
}

interface ScratchLayout {
  readonly neighbours: readonly number[];
  readonly first: number;
  readonly pixelBytes: number;
  readonly lineBytes: number;
  readonly bytes: number;
}

const blockBytes = panelColumns * 4;

/** The channels of a pixel follow each other, with blocks of zeros before and after. */
function acrossLayout(spec: LrnSpec, { width, blocks }: ImageTensor): ScratchLayout {
  const { before, after } = lrnWindow(spec);
  const first = blocksOf(before) * blockBytes;
  const pixelBytes = first + (blocks + blocksOf(after)) * blockBytes;
  return {
    neighbours: Array.from({ length: before + after + 1 }, (_, index) => (index - before) * 4),
    first,
    pixelBytes,
    lineBytes: 0,
    bytes: width * pixelBytes,
  };
}

/** A plane with a border of zeros. */
function withinLayout(spec: LrnSpec, { width, height }: ImageTensor): ScratchLayout {
  const { before, after } = lrnWindow(spec);
  const lineBytes = (width + before + after) * blockBytes;
  const steps = Array.from({ length: before + after + 1 }, (_, index) => index - before);
  return {
    neighbours: steps.flatMap((line) => steps.map((pixel) => line * lineBytes + pixel * blockBytes)),
    first: before * (lineBytes + blockBytes),
    pixelBytes: blockBytes,
    lineBytes,
    bytes: (height + before + after) * lineBytes,
  };
}

export function runLrn(operation: LrnOperation, context: Context): void {
  const { across, input, scratch } = operation;
  const { blocks, height } = input;
  const own = scratch.address + context.thread * scratch.threadBytes;
  context.floats.fill(0, own / 4, (own + scratch.threadBytes) / 4);
  const units = context.command.count * (across ? height : blocks);
  const [begin, end] = share(units, context.thread, context.threads);
  const at = own + scratch.first;
  for (let unit = begin; unit < end; unit++) {
    if (!across) {
      const [image, block] = [Math.floor(unit / blocks), unit % blocks];
      runStretch(operation, context, { image, block, blocks: 1, line: 0, lines: height }, at);
    } else {
      const [image, line] = [Math.floor(unit / height), unit % height];
      runStretch(operation, context, { image, block: 0, blocks, line, lines: 1 }, at);
    }
  }
}

/** Pixels that are done together: some blocks and lines of an image. */
interface Stretch {
  readonly image: number;
  readonly block: number;
  readonly blocks: number;
  readonly line: number;
  readonly lines: number;
}

function runStretch(operation: LrnOperation, context: Context, stretch: Stretch, squares: number): void {
  const { kernels } = context;
  const { input, scratch, constants } = operation;
  const { lines, blocks } = stretch;
  const of = (tensor: ImageTensor, block: number): number =>
    tensor.address +
    stretch.image * tensor.imageBytes +
    (stretch.block + block) * tensor.planeBytes +
    pixelOffset(tensor, stretch.line, 0);
  for (let block = 0; block < blocks; block++)
    kernels[operation.squares](of(input, block), squares + block * blockBytes, lines);
  const firstSquare = squares + scratch.before;
  if (operation.kind === 'lrn') {
    for (let block = 0; block < blocks; block++) {
      const [x, y] = [of(input, block), of(operation.output, block)];
      kernels[operation.kernel](x, y, firstSquare + block * blockBytes, lines, constants);
    }
    return;
  }
  const { outputGradient, inputGradient } = operation;
  const terms = squares + scratch.bytes;
  for (let block = 0; block < blocks; block++) {
    kernels[operation.terms](
      of(input, block),
      of(outputGradient, block),
      of(inputGradient, block),
      firstSquare + block * blockBytes,
      terms + block * blockBytes,
      lines,
      constants,
    );
  }
  for (let block = 0; block < blocks; block++) {
    const term = terms + scratch.backwardBefore + block * blockBytes;
    kernels[operation.kernel](of(input, block), of(inputGradient, block), term, lines, constants);
  }
}
