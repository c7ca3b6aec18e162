/**
 * A strided convolution over the network's input as one of stride 1: pixels of the same place in their stride × stride
 * square become channels (its polyphase components), and so do the kernel's taps. An 11 × 11 kernel of stride 4 over 3
 * channels is then one of 3 × 3 over 48, with zeros for the taps beyond its end, and Winograd's filtering applies.
 */
import type { ConvSpec } from '../../../../network/spec.ts';
import { panelColumns } from '../../kernels/tile.ts';
import { blocksOf, imageTensor, pixelOffset, type ImageSize, type ImageTensor } from '../../plan/tensors.ts';
import type { Builder } from '../../plan/builder.ts';
import type { Context } from '../../threads/context.ts';
import { share } from '../../threads/control.ts';

/** The convolution that is split. */
export interface PhaseGeometry {
  readonly kernelSize: number;
  readonly stride: number;
  readonly padding: number;
  readonly channels: number;
  readonly outBlocks: number;
}

/** Of a convolution over so many channels. */
export function phaseGeometry(spec: ConvSpec, channels: number): PhaseGeometry {
  const { kernelSize, stride = 1, padding = 0, outChannels } = spec;
  return { kernelSize, stride, padding, channels, outBlocks: blocksOf(outChannels) };
}

/** Taps of the kernel of stride 1, in each direction. */
export function phaseKernelSize({
  kernelSize,
  stride,
}: Pick<PhaseGeometry, 'kernelSize' | 'stride'>): number {
  return Math.ceil(kernelSize / stride);
}

/** Channels of the convolution of stride 1. */
export function phaseChannels({ channels, stride }: Pick<PhaseGeometry, 'channels' | 'stride'>): number {
  return stride * stride * channels;
}

/** Pixels of the input, in one direction, that the phases of an output of so many pixels read. */
export function phasePixels(
  geometry: Pick<PhaseGeometry, 'kernelSize' | 'stride'>,
  outPixels: number,
): number {
  return (outPixels + phaseKernelSize(geometry) - 1) * geometry.stride;
}

/** Puts the phases of an image, whose channels lie next to each other, into blocks of 16 channels. */
export interface SplitPhasesOperation {
  readonly kind: 'splitPhases';
  readonly from: ImageTensor;
  readonly slotBytes: number;
  readonly to: ImageTensor;
  readonly stride: number;
  readonly padding: number;
}

export function planPhases(
  builder: Builder,
  geometry: PhaseGeometry,
  input: { readonly value: ImageTensor; readonly slotBytes: number },
  output: ImageSize & { readonly after: number },
): SplitPhasesOperation {
  const more = phaseKernelSize(geometry) - 1;
  const size = {
    channels: phaseChannels(geometry),
    height: output.height + more,
    width: output.width + more,
  };
  const to = imageTensor(builder.allocate, builder.batchSize, size, { before: 0, after: output.after });
  const { stride, padding } = geometry;
  return { kind: 'splitPhases', from: input.value, slotBytes: input.slotBytes, to, stride, padding };
}

/** A unit of work is a row of an image's phases. */
export function runSplitPhases(operation: SplitPhasesOperation, context: Context): void {
  const { from, to, stride, padding } = operation;
  const run = stride * from.channels;
  const [begin, end] = share(context.command.count * to.height, context.thread, context.threads);
  for (let unit = begin; unit < end; unit++) {
    const image = Math.floor(unit / to.height);
    const y = unit % to.height;
    const slot = from.address + context.command.slot * operation.slotBytes + image * from.imageBytes;
    for (let phase = 0; phase < stride; phase++) {
      const source = (slot + pixelOffset(from, y * stride + phase - padding, -padding)) / 4;
      for (let offset = 0; offset < run; offset++) {
        const channel = phase * run + offset;
        const block = to.address + image * to.imageBytes + Math.floor(channel / panelColumns) * to.planeBytes;
        const target = (block + pixelOffset(to, y, 0)) / 4 + (channel % panelColumns);
        copyStrided(context.floats, source + offset, run, target, to.width);
      }
    }
  }
}

/** Every `step`th float from `from` on, to every 16th from `to` on. */
function copyStrided(floats: Float32Array, from: number, step: number, to: number, count: number): void {
  for (let index = 0; index < count; index++) {
    floats[to] = floats[from];
    from += step;
    to += panelColumns;
  }
}

/** Moves weights, or their gradients, between the packing of the convolution and that of its phases. */
export interface PhaseWeightsOperation {
  readonly kind: 'phaseWeights' | 'phaseWeightGradient';
  readonly geometry: PhaseGeometry;
  /** [out blocks][kernelSize][kernelSize][channels][16] */
  readonly packed: number;
  /** [out blocks][blocks][taps][taps][16][16], zero where the kernel has no tap. */
  readonly phased: number;
}

/** Bytes of the phased weights. */
export function phasedWeightBytes(geometry: PhaseGeometry): number {
  const taps = phaseKernelSize(geometry) ** 2;
  return geometry.outBlocks * blocksOf(phaseChannels(geometry)) * taps * panelColumns ** 2 * 4;
}

/** A unit of work is a tap of a block of outputs. */
export function runPhaseWeights(
  { kind, geometry, packed, phased }: PhaseWeightsOperation,
  context: Context,
): void {
  const { kernelSize, channels, outBlocks } = geometry;
  const { floats } = context;
  const [begin, end] = share(outBlocks * kernelSize ** 2, context.thread, context.threads);
  for (let tap = begin; tap < end; tap++) {
    for (let channel = 0; channel < channels; channel++) {
      const own = packed / 4 + (tap * channels + channel) * panelColumns;
      const other = phased / 4 + phasedLine(geometry, tap, channel) * panelColumns;
      const [from, to] = kind === 'phaseWeights' ? [own, other] : [other, own];
      floats.copyWithin(to, from, from + panelColumns);
    }
  }
}

/** Which line of 16 outputs a tap's channel is in the phased packing; taps are numbered through all blocks. */
function phasedLine(geometry: PhaseGeometry, tap: number, channel: number): number {
  const { kernelSize, stride, channels } = geometry;
  const size = phaseKernelSize(geometry);
  const outBlock = Math.floor(tap / kernelSize ** 2);
  const [y, x] = [Math.floor((tap % kernelSize ** 2) / kernelSize), tap % kernelSize];
  const phase = (y % stride) * stride + (x % stride);
  const phased = phase * channels + channel;
  const block = outBlock * blocksOf(phaseChannels(geometry)) + Math.floor(phased / panelColumns);
  const place = Math.floor(y / stride) * size + Math.floor(x / stride);
  return (block * size * size + place) * panelColumns + (phased % panelColumns);
}
