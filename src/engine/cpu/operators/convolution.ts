/**
 * Convolution without an im2col buffer. Forward: an output pixel's window is `blocks` times kernelSize runs of
 * kernelSize * lanes consecutive floats, so the gemm kernel reads it in place. The input's gradient is the same
 * computation over the output's gradient, with kernels flipped.
 */
import type { ConvSpec } from '../../../network/spec.ts';
import { tableEntryBytes } from '../kernels/gemm.ts';
import { panelColumns } from '../kernels/tile.ts';
import type { Builder } from '../plan/builder.ts';
import type { ImageNode } from '../plan/nodes.ts';
import type { Operation } from '../plan/operations.ts';
import { packedFloats, type PackedParameter, type Packing } from '../plan/parameters.ts';
import { imageTensor, pixelOffset, type ImageSize, type ImageTensor } from '../plan/tensors.ts';
import { planWeightGradient } from './convolutionGradient.ts';
import { planGemm, type GemmLayout } from './gemm.ts';
import { planParameter } from './sgd.ts';
import { chooseTiling } from './winograd/choice.ts';
import { cornerBytes, planTransformedWeights, planWinograd } from './winograd/convolution.ts';
import { phaseChannels, phaseGeometry, phaseKernelSize, phasePixels } from './winograd/phases.ts';
import { winogradSource, type WinogradSource } from './winograd/source.ts';
import type { Tiling } from './winograd/tiling.ts';

export interface ConvolutionPlan {
  readonly output: ImageNode;
  readonly forward: readonly Operation[];
  /** The same without the fused ReLU. */
  readonly plain: readonly Operation[];
  readonly weightGradient: readonly Operation[];
  readonly inputGradient: readonly Operation[];
}

/** A convolution with its sizes filled in. */
export interface ConvolutionGeometry {
  readonly spec: ConvSpec;
  readonly stride: number;
  readonly padding: number;
  readonly input: ImageNode;
  readonly output: ImageSize;
  readonly tilings: ConvolutionTilings;
}

/** Winograd's tilings of the output and of the input's gradient, where they are done that way. */
export interface ConvolutionTilings {
  readonly output: Tiling | undefined;
  readonly inputGradient: Tiling | undefined;
  /** Of the output of a strided convolution over the network's input. */
  readonly phases?: Tiling | undefined;
}

/** Of a convolution's input that is in blocks of 16 channels, as all but the network's own are. */
export function convolutionTilings(
  { batchSize, convolutions }: Pick<Builder, 'batchSize' | 'convolutions'>,
  spec: ConvSpec,
  input: ImageSize,
  output: ImageSize,
): ConvolutionTilings {
  const { kernelSize, stride = 1, padding = 0, outChannels } = spec;
  const size = { kernelSize, stride, batchSize };
  return {
    output: chooseTiling({ ...size, inChannels: input.channels, output }, convolutions),
    inputGradient:
      padding < kernelSize
        ? chooseTiling({ ...size, inChannels: outChannels, output: input }, convolutions)
        : undefined,
  };
}

/** Winograd's tiling of the output of a strided convolution over the network's input, split into its phases. */
function phaseTiling(
  { batchSize, convolutions }: Pick<Builder, 'batchSize' | 'convolutions'>,
  spec: ConvSpec,
  channels: number,
  output: ImageSize,
): Tiling | undefined {
  const geometry = phaseGeometry(spec, channels);
  if (geometry.stride === 1) return undefined;
  const size = {
    kernelSize: phaseKernelSize(geometry),
    stride: 1,
    inChannels: phaseChannels(geometry),
    output,
    batchSize,
    directWindow: spec.kernelSize ** 2 * channels,
  };
  return chooseTiling(size, convolutions);
}

/** Zeros that a convolution over the network's input reads around it. */
export function inputHalo(
  builder: Pick<Builder, 'batchSize' | 'convolutions'>,
  spec: ConvSpec,
  input: ImageSize,
  output: ImageSize,
): { readonly before: number; readonly after: number } {
  const direct = convolutionHalo({ ...builder, convolutions: 'direct' }, spec, input, output);
  if (!phaseTiling(builder, spec, input.channels, output)) return direct;
  const geometry = phaseGeometry(spec, input.channels);
  const after = (['height', 'width'] as const).map(
    (side) => phasePixels(geometry, output[side]) - geometry.padding - input[side],
  );
  return { before: direct.before, after: Math.max(direct.after, ...after) };
}

/** Zeros that a convolution reads around its input: up to `padding` before it, and after it, in either direction. */
export function convolutionHalo(
  builder: Pick<Builder, 'batchSize' | 'convolutions'>,
  spec: ConvSpec,
  input: ImageSize,
  output: ImageSize,
): { readonly before: number; readonly after: number } {
  const { kernelSize, stride = 1, padding = 0 } = spec;
  const tiling = convolutionTilings(builder, spec, input, output).output;
  const after = (['height', 'width'] as const).map((side) => {
    const pixels = tiling ? Math.ceil(output[side] / tiling.m) * tiling.m : output[side];
    return (pixels - 1) * stride + kernelSize - padding - input[side];
  });
  return { before: padding, after: Math.max(0, ...after) };
}

/** Plans one convolution with its bias and, fused, its ReLU. */
export function planConvolution(
  builder: Builder,
  spec: ConvSpec,
  input: ImageNode,
  outputSize: ImageSize,
  options: { readonly rectify: boolean; readonly halo: { readonly before: number; readonly after: number } },
): ConvolutionPlan {
  const geometry: ConvolutionGeometry = {
    spec,
    stride: spec.stride ?? 1,
    padding: spec.padding ?? 0,
    input,
    output: outputSize,
    tilings:
      input.value.lanes === panelColumns
        ? convolutionTilings(builder, spec, input.value, outputSize)
        : {
            output: undefined,
            inputGradient: undefined,
            phases: phaseTiling(builder, spec, input.value.channels, outputSize),
          },
  };
  const value = imageTensor(builder.allocate, builder.batchSize, outputSize, options.halo);
  const weight = planParameter(builder, `${spec.name}.weight`, weightPacking(geometry));
  const bias = planParameter(builder, `${spec.name}.bias`, { kind: 'bias', length: spec.outChannels });
  const source = winogradSource(builder, geometry, weight);
  const operations = source
    ? planWinogradForward(builder, source, value, bias, options.rectify)
    : planForward(builder, geometry, value, weight, bias, options.rectify);
  if (!builder.training)
    return {
      output: { kind: 'image', value, slotBytes: 0 },
      ...operations,
      weightGradient: [],
      inputGradient: [],
    };
  const gradient = imageTensor(builder.allocate, builder.batchSize, outputSize, gradientHalo(geometry, 1));
  return {
    output: { kind: 'image', value, slotBytes: 0, gradient },
    ...operations,
    weightGradient: planWeightGradient(builder, geometry, source, { gradient, weight, bias }),
    inputGradient: planInputGradient(builder, geometry, gradient, weight),
  };
}

function planForward(
  builder: Builder,
  geometry: ConvolutionGeometry,
  value: ImageTensor,
  weight: PackedParameter,
  bias: PackedParameter,
  rectify: boolean,
): Pick<ConvolutionPlan, 'forward' | 'plain'> {
  const layout = forwardLayout(builder, geometry, value, weight, bias, rectify);
  const plain = planGemm({ ...builder, kernel: builder.spareKernel }, { ...layout, rectify: false });
  return { forward: [planGemm(builder, layout)], plain: [plain] };
}

function planWinogradForward(
  builder: Builder,
  source: WinogradSource,
  value: ImageTensor,
  bias: PackedParameter,
  rectify: boolean,
): Pick<ConvolutionPlan, 'forward' | 'plain'> {
  const convolution = { ...source, to: value, bias: bias.values, rectify };
  const { points, operation } = planTransformedWeights(builder, convolution);
  builder.prepare.push(...source.splitWeights, operation);
  const { operations, plain } = planWinograd(builder, convolution, points);
  return {
    forward: [...source.splitInput, ...operations],
    plain: [...source.splitInput, ...plain],
  };
}

function weightPacking({ spec, input }: ConvolutionGeometry): Packing {
  return {
    kind: 'convolution',
    outChannels: spec.outChannels,
    inChannels: input.value.channels,
    inLanes: input.value.lanes,
    kernelSize: spec.kernelSize,
  };
}

function forwardLayout(
  builder: Builder,
  geometry: ConvolutionGeometry,
  value: ImageTensor,
  weight: PackedParameter,
  bias: PackedParameter,
  rectify: boolean,
): GemmLayout {
  const { spec, stride, padding, input } = geometry;
  const from = input.value;
  const table = pixelTable(builder, from, value, value.height, value.width, (y, x) => [
    pixelOffset(from, y * stride - padding, x * stride - padding),
    pixelOffset(value, y, x),
  ]);
  const bBlockBytes = spec.kernelSize ** 2 * from.lanes * panelColumns * 4;
  return {
    rows: { each: value.height * value.width },
    panels: value.blocks,
    table,
    a: from.address,
    aSlotBytes: input.slotBytes,
    aBlockBytes: from.planeBytes,
    b: weight.values,
    bBlockBytes,
    bPanelBytes: from.blocks * bBlockBytes,
    bias: bias.values,
    biasPanelBytes: panelColumns * 4,
    c: value.address,
    cPanelBytes: value.planeBytes,
    blocks: from.blocks,
    partBlocks: from.blocks,
    shared: 'columns',
    rectify,
    shape: {
      run: spec.kernelSize * from.lanes,
      lines: spec.kernelSize,
      lineBytes: from.lineBytes,
      blockBytes: from.planeBytes,
    },
  };
}

/** A table entry for each pixel of each image: byte offsets in `from` and in `to`. */
function pixelTable(
  builder: Builder,
  from: ImageTensor,
  to: ImageTensor,
  height: number,
  width: number,
  offsets: (y: number, x: number) => [from: number, to: number],
): number {
  const length = (builder.batchSize * height * width * tableEntryBytes) / 4;
  return builder.constant(length, () => {
    const words = new Int32Array(length);
    let at = 0;
    for (let image = 0; image < builder.batchSize; image++) {
      for (let y = 0; y < height; y++) {
        for (let x = 0; x < width; x++) {
          const [a, c] = offsets(y, x);
          words[at++] = image * from.imageBytes + a;
          words[at++] = image * to.imageBytes + c;
        }
      }
    }
    return words;
  });
}

/**
 * Zeros that are read around an output gradient whose pixels are `step` apart: by the flipped convolution, and by the
 * last tiles of the weights' gradient.
 */
function gradientHalo(geometry: ConvolutionGeometry, step: number): { before: number; after: number } {
  const { spec, stride, padding, input, output, tilings } = geometry;
  if (stride !== step && !tilings.phases) return { before: 0, after: 0 };
  const after = (['height', 'width'] as const).flatMap((side) => [
    endOfTiles(output[side], tilings.output ?? tilings.phases) - output[side],
    ...(input.gradient
      ? [endOfTiles(input.value[side], tilings.inputGradient) + padding - 1 - (output[side] - 1) * stride]
      : []),
  ]);
  const before = input.gradient ? Math.max(0, spec.kernelSize - 1 - padding) : 0;
  return { before, after: Math.max(0, ...after) };
}

/** Pixels of one direction, rounded up to whole tiles. */
function endOfTiles(pixels: number, tiling: Tiling | undefined): number {
  return tiling ? Math.ceil(pixels / tiling.m) * tiling.m : pixels;
}

function planInputGradient(
  builder: Builder,
  geometry: ConvolutionGeometry,
  gradient: ImageTensor,
  weight: PackedParameter,
): Operation[] {
  const { spec, stride, padding, input, tilings } = geometry;
  const to = input.gradient;
  if (!to) return [];
  const { kernelSize } = spec;
  const flipped = builder.allocate(packedFloats(weight.packing) * 4);
  builder.repack.push({
    kind: 'flip',
    from: weight.values,
    to: flipped,
    inBlocks: to.blocks,
    outBlocks: gradient.blocks,
    kernelSize,
  });
  if (tilings.inputGradient) {
    const convolution = {
      tiling: tilings.inputGradient,
      from: gradient,
      slotBytes: 0,
      cornerBytes: cornerBytes(gradient, kernelSize - 1 - padding),
      to,
      weights: flipped,
      bias: 0,
      rectify: false,
    };
    const { points, operation } = planTransformedWeights(builder, convolution);
    builder.repack.push(operation);
    return [...planWinograd(builder, convolution, points).operations];
  }
  const spread = stride === 1 ? gradient : planSpread(builder, geometry);
  const table = pixelTable(builder, spread, to, to.height, to.width, (y, x) => [
    pixelOffset(spread, y + padding - kernelSize + 1, x + padding - kernelSize + 1),
    pixelOffset(to, y, x),
  ]);
  const bBlockBytes = kernelSize ** 2 * panelColumns * panelColumns * 4;
  const gemm = planGemm(builder, {
    rows: { each: to.height * to.width },
    panels: to.blocks,
    table,
    a: spread.address,
    aSlotBytes: 0,
    aBlockBytes: spread.planeBytes,
    b: flipped,
    bBlockBytes,
    bPanelBytes: spread.blocks * bBlockBytes,
    bias: builder.zeros,
    biasPanelBytes: 0,
    c: to.address,
    cPanelBytes: to.planeBytes,
    blocks: spread.blocks,
    partBlocks: spread.blocks,
    shared: 'columns',
    rectify: false,
    shape: {
      run: kernelSize * panelColumns,
      lines: kernelSize,
      lineBytes: spread.lineBytes,
      blockBytes: spread.planeBytes,
    },
  });
  return stride === 1 ? [gemm] : [{ kind: 'spread', from: gradient, to: spread, stride }, gemm];
}

function planSpread(builder: Builder, geometry: ConvolutionGeometry): ImageTensor {
  const { stride, output } = geometry;
  const size = {
    channels: output.channels,
    height: (output.height - 1) * stride + 1,
    width: (output.width - 1) * stride + 1,
  };
  return imageTensor(builder.allocate, builder.batchSize, size, gradientHalo(geometry, stride));
}
