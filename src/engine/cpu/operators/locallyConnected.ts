/**
 * Locally connected layers. At each output pixel the images of the batch are the rows of a product with that pixel's own
 * weights; so is the input's gradient at each input pixel, with the weights that it met. Threads take whole pixels.
 */
import type { ConvSpec, LocallyConnectedSpec } from '../../../network/spec.ts';
import { sumPixelsKernel } from '../kernels/elementwise.ts';
import { tableEntryBytes } from '../kernels/gemm.ts';
import { outerKernel } from '../kernels/outer.ts';
import { panelColumns } from '../kernels/tile.ts';
import type { Builder } from '../plan/builder.ts';
import type { ImageNode } from '../plan/nodes.ts';
import type { Operation } from '../plan/operations.ts';
import type { PackedParameter } from '../plan/parameters.ts';
import { imageTensor, pixelOffset, type ImageSize, type ImageTensor } from '../plan/tensors.ts';
import type { Context } from '../threads/context.ts';
import { share } from '../threads/control.ts';
import type { ConvolutionPlan } from './convolution.ts';
import { gradientHalo, type ConvolutionGeometry } from './convolutionGeometry.ts';
import { planSpread } from './convolutionInputGradient.ts';
import { planGemm, runGemm, type GemmOperation } from './gemm.ts';
import type { LocalFlipOperation } from './localFlip.ts';
import { planParameter, trainsLayer } from './update.ts';

const blockBytes = panelColumns * 4;

/** A product at each pixel of `to`. */
export interface LocalProductsOperation {
  readonly kind: 'localProducts';
  readonly products: readonly GemmOperation[];
  readonly from: ImageTensor;
  readonly to: ImageTensor;
  readonly weights: { readonly address: number; readonly bytes: number };
}

/** Gradients of weights and biases: at each output pixel sums over the images. */
export interface LocalGradientOperation {
  readonly kind: 'localGradient';
  readonly kernel: string;
  readonly sum: string;
  readonly input: ImageTensor;
  readonly slotBytes: number;
  readonly outputGradient: ImageTensor;
  readonly weight: number;
  readonly bias: number;
  readonly kernelSize: number;
  readonly stride: number;
  readonly padding: number;
}

/** A convolution's options: sizes and halos are the same. */
export function asConvolution({ initial: _, ...spec }: LocallyConnectedSpec): ConvSpec {
  return { ...spec, type: 'conv' };
}

export function planLocallyConnected(
  builder: Builder,
  spec: LocallyConnectedSpec,
  input: ImageNode,
  outputSize: ImageSize,
  options: { readonly rectify: boolean; readonly halo: { readonly before: number; readonly after: number } },
): ConvolutionPlan {
  const { allocate, batchSize } = builder;
  const { stride = 1, padding = 0, outChannels, kernelSize } = spec;
  const tilings = { output: undefined, inputGradient: undefined };
  const geometry: ConvolutionGeometry = {
    spec: asConvolution(spec),
    stride,
    padding,
    input,
    output: outputSize,
    tilings,
  };
  const size = { height: outputSize.height, width: outputSize.width, outChannels };
  const weight = planParameter(builder, `${spec.name}.weight`, {
    kind: 'local',
    ...size,
    inChannels: input.value.channels,
    kernelSize,
  });
  const bias = planParameter(builder, `${spec.name}.bias`, { kind: 'localBias', ...size });
  const value = imageTensor(allocate, batchSize, outputSize, options.halo);
  const forward = (rectify: boolean, kernel: Builder['kernel']): Operation =>
    planProducts(
      { ...builder, kernel },
      {
        from: input.value,
        slotBytes: input.slotBytes,
        to: value,
        weights: weight.values,
        kernelSize,
        rectify,
      },
      (pixel) => pixel * stride - padding,
      bias.values,
    );
  const operations = {
    forward: [forward(options.rectify, builder.kernel)],
    plain: [forward(false, builder.spareKernel)],
  };
  const output: ImageNode = { kind: 'image', value, slotBytes: 0 };
  if (!input.gradient && !trainsLayer(builder, spec.name))
    return { output, ...operations, weightGradient: [], inputGradient: [] };
  const gradient = imageTensor(allocate, batchSize, outputSize, gradientHalo(geometry, 1));
  return {
    output: { ...output, gradient },
    ...operations,
    weightGradient: weight.gradient ? [planGradient(builder, geometry, gradient, weight, bias)] : [],
    inputGradient: planInputGradient(builder, geometry, gradient, weight),
  };
}

interface Products {
  readonly from: ImageTensor;
  readonly slotBytes: number;
  readonly to: ImageTensor;
  /** Address of the packed weights, pixel by pixel of `to`. */
  readonly weights: number;
  readonly kernelSize: number;
  readonly rectify: boolean;
}

/** `first` gives the first line, or column, of the window of a pixel of `to`; `bias` 0 stands for none. */
function planProducts(
  builder: Builder,
  { from, slotBytes, to, weights, kernelSize, rectify }: Products,
  first: (pixel: number) => number,
  bias: number,
): LocalProductsOperation {
  const bBlockBytes = kernelSize ** 2 * panelColumns * blockBytes;
  const pixelWeights = to.blocks * from.blocks * bBlockBytes;
  const table = planTable(builder, from, to, first);
  const products = Array.from({ length: to.height * to.width }, (_, pixel) =>
    planGemm(builder, {
      rows: { each: 1 },
      panels: to.blocks,
      table: table + pixel * builder.batchSize * tableEntryBytes,
      a: from.address,
      aSlotBytes: slotBytes,
      aBlockBytes: from.planeBytes,
      b: weights + pixel * pixelWeights,
      bBlockBytes,
      bPanelBytes: from.blocks * bBlockBytes,
      bias: bias === 0 ? builder.zeros : bias + pixel * to.blocks * blockBytes,
      biasPanelBytes: bias === 0 ? 0 : blockBytes,
      c: to.address,
      cPanelBytes: to.planeBytes,
      blocks: from.blocks,
      partBlocks: from.blocks,
      shared: 'columns',
      rectify,
      shape: {
        run: kernelSize * panelColumns,
        lines: kernelSize,
        lineBytes: from.lineBytes,
        blockBytes: from.planeBytes,
      },
    }),
  );
  const bytes = to.height * to.width * pixelWeights;
  return { kind: 'localProducts', products, from, to, weights: { address: weights, bytes } };
}

/** An entry for each image at each pixel of `to`: byte offsets in `from` and in `to`. */
function planTable(
  { batchSize, constant }: Builder,
  from: ImageTensor,
  to: ImageTensor,
  first: (pixel: number) => number,
): number {
  const pixels = to.height * to.width;
  return constant((pixels * batchSize * tableEntryBytes) / 4, () =>
    Int32Array.from({ length: pixels * batchSize * 2 }, (_, word) => {
      const pixel = Math.floor(word / 2 / batchSize);
      const image = Math.floor(word / 2) % batchSize;
      const [y, x] = [Math.floor(pixel / to.width), pixel % to.width];
      return word % 2 === 0
        ? image * from.imageBytes + pixelOffset(from, first(y), first(x))
        : image * to.imageBytes + pixelOffset(to, y, x);
    }),
  );
}

export function runLocalProducts({ products }: LocalProductsOperation, context: Context): void {
  const [begin, end] = share(products.length, context.thread, context.threads);
  const alone = { ...context, thread: 0, threads: 1 };
  for (let pixel = begin; pixel < end; pixel++) runGemm(products[pixel], alone);
}

function planGradient(
  builder: Builder,
  { spec, stride, padding, input }: ConvolutionGeometry,
  outputGradient: ImageTensor,
  weight: PackedParameter,
  bias: PackedParameter,
): LocalGradientOperation {
  const from = input.value;
  const kernel = outerKernel({
    rows: spec.kernelSize * panelColumns,
    tileRows: builder.evenTileRows,
    points: 1,
    aPointBytes: blockBytes,
    bPointBytes: blockBytes,
    aLineBytes: from.imageBytes,
    bLineBytes: outputGradient.imageBytes,
    aGroupBytes: from.lineBytes,
    start: 'zero',
  });
  const sum = sumPixelsKernel({ width: 1, lineBytes: [outputGradient.imageBytes] });
  return {
    kind: 'localGradient',
    kernel: builder.kernel(kernel),
    sum: builder.kernel(sum),
    input: from,
    slotBytes: input.slotBytes,
    outputGradient,
    weight: weight.gradient,
    bias: bias.gradient,
    kernelSize: spec.kernelSize,
    stride,
    padding,
  };
}

/** A unit of work is a block of output channels at a pixel. */
export function runLocalGradient(operation: LocalGradientOperation, context: Context): void {
  const { input, outputGradient, kernelSize, stride, padding } = operation;
  const { kernels, floats, command } = context;
  const { height, width, blocks } = outputGradient;
  const pairBytes = kernelSize ** 2 * panelColumns * blockBytes;
  const [begin, end] = share(height * width * blocks, context.thread, context.threads);
  for (let unit = begin; unit < end; unit++) {
    const pixel = Math.floor(unit / blocks);
    const [y, x] = [Math.floor(pixel / width), pixel % width];
    const dy =
      outputGradient.address +
      (unit % blocks) * outputGradient.planeBytes +
      pixelOffset(outputGradient, y, x);
    const bias = operation.bias + unit * blockBytes;
    floats.fill(0, bias / 4, (bias + blockBytes) / 4);
    kernels[operation.sum](dy, bias, command.count);
    const window =
      input.address +
      command.slot * operation.slotBytes +
      pixelOffset(input, y * stride - padding, x * stride - padding);
    for (let block = 0; block < input.blocks; block++) {
      const weight = operation.weight + (unit * input.blocks + block) * pairBytes;
      kernels[operation.kernel](window + block * input.planeBytes, dy, weight, command.count, kernelSize);
    }
  }
}

function planInputGradient(
  builder: Builder,
  geometry: ConvolutionGeometry,
  gradient: ImageTensor,
  weight: PackedParameter,
): Operation[] {
  const { spec, stride, padding, input } = geometry;
  const to = input.gradient;
  if (!to) return [];
  const { kernelSize } = spec;
  const pixelBytes = to.blocks * gradient.blocks * kernelSize ** 2 * panelColumns * blockBytes;
  const flip: LocalFlipOperation = {
    kind: 'localFlip',
    from: weight.values,
    to: builder.allocate(to.height * to.width * pixelBytes),
    input: { height: to.height, width: to.width, blocks: to.blocks },
    output: { height: gradient.height, width: gradient.width, blocks: gradient.blocks },
    kernelSize,
    stride,
    padding,
  };
  builder.repack.push(flip);
  const spread = stride === 1 ? gradient : planSpread(builder, geometry);
  const products = planProducts(
    builder,
    { from: spread, slotBytes: 0, to, weights: flip.to, kernelSize, rectify: false },
    (pixel) => pixel + padding - kernelSize + 1,
    0,
  );
  return stride === 1 ? [products] : [{ kind: 'spread', from: gradient, to: spread, stride }, products];
}
