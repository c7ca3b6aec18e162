/** The gradient of a convolution's input: the same computation over the output's gradient, with kernels flipped. */
import { panelColumns } from '../kernels/tile.ts';
import type { Builder } from '../plan/builder.ts';
import type { Operation } from '../plan/operations.ts';
import { packedFloats, type PackedParameter } from '../plan/parameters.ts';
import { imageTensor, pixelOffset, type ImageTensor } from '../plan/tensors.ts';
import { gradientHalo, pixelTable, type ConvolutionGeometry } from './convolutionGeometry.ts';
import { planGemm } from './gemm.ts';
import { cornerBytes, planTransformedWeights, planWinograd } from './winograd/convolution.ts';

export function planInputGradient(
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

export function planSpread(builder: Builder, geometry: ConvolutionGeometry): ImageTensor {
  const { stride, output } = geometry;
  const size = {
    channels: output.channels,
    height: (output.height - 1) * stride + 1,
    width: (output.width - 1) * stride + 1,
  };
  return imageTensor(builder.allocate, builder.batchSize, size, gradientHalo(geometry, stride));
}
