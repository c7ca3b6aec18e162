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
import { planGemm, type GemmLayout, type GemmOperation } from './gemm.ts';
import { planParameter } from './sgd.ts';

export interface ConvolutionPlan {
  readonly output: ImageNode;
  readonly forward: GemmOperation;
  /** The same without the fused ReLU. */
  readonly plain: GemmOperation;
  readonly backward: readonly Operation[];
}

/** A convolution with its sizes filled in. */
export interface ConvolutionGeometry {
  readonly spec: ConvSpec;
  readonly stride: number;
  readonly padding: number;
  readonly input: ImageNode;
  readonly output: ImageSize;
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
  };
  const value = imageTensor(builder.allocate, builder.batchSize, outputSize, options.halo);
  const weight = planParameter(builder, `${spec.name}.weight`, weightPacking(geometry));
  const bias = planParameter(builder, `${spec.name}.bias`, { kind: 'bias', length: spec.outChannels });
  const layout = forwardLayout(builder, geometry, value, weight, bias, options.rectify);
  const plain = planGemm({ kernel: builder.spareKernel }, { ...layout, rectify: false });
  const forward = planGemm(builder, layout);
  if (!builder.training)
    return { output: { kind: 'image', value, slotBytes: 0 }, forward, plain, backward: [] };
  const gradient = imageTensor(builder.allocate, builder.batchSize, outputSize, gradientHalo(geometry, 1));
  const backward = [
    planWeightGradient(builder, geometry, gradient, weight, bias),
    ...planInputGradient(builder, geometry, gradient, weight),
  ];
  return { output: { kind: 'image', value, slotBytes: 0, gradient }, forward, plain, backward };
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

/** Zeros that the flipped convolution reads around an output gradient whose pixels are `step` apart. */
function gradientHalo(geometry: ConvolutionGeometry, step: number): { before: number; after: number } {
  const { spec, stride, padding, input, output } = geometry;
  if (!input.gradient || stride !== step) return { before: 0, after: 0 };
  const before = Math.max(0, spec.kernelSize - 1 - padding);
  const afterHeight = input.value.height - 1 + padding - (output.height - 1) * stride;
  const afterWidth = input.value.width - 1 + padding - (output.width - 1) * stride;
  return { before, after: Math.max(0, afterHeight, afterWidth) };
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
  const flipped = builder.allocate(packedFloats(weight.packing) * 4);
  builder.repack.push({
    kind: 'flip',
    from: weight.values,
    to: flipped,
    inBlocks: to.blocks,
    outBlocks: gradient.blocks,
    kernelSize,
  });
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
