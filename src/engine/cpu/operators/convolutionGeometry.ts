/** Sizes of a convolution, the algorithm for each direction, and the zeros that it wants around its tensors. */
import type { ConvSpec } from '../../../network/spec.ts';
import { tableEntryBytes } from '../kernels/gemm.ts';
import { panelColumns } from '../kernels/tile.ts';
import type { Builder } from '../plan/builder.ts';
import type { ImageNode } from '../plan/nodes.ts';
import type { ImageSize, ImageTensor } from '../plan/tensors.ts';
import { chooseTiling } from './winograd/choice.ts';
import { phaseChannels, phaseGeometry, phaseKernelSize, phasePixels } from './winograd/phases.ts';
import type { Tiling } from './winograd/tiling.ts';

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

/** Of a convolution's input that is in blocks of 16 channels, as all but the network's own are; of a group's part of it. */
export function convolutionTilings(
  { batchSize, convolutions }: Pick<Builder, 'batchSize' | 'convolutions'>,
  spec: ConvSpec,
  input: ImageSize,
  output: ImageSize,
): ConvolutionTilings {
  const { kernelSize, stride = 1, padding = 0 } = spec;
  const parts = separateGroups(spec, input.channels);
  const [from, to] = [input, output].map((size) => ({ ...size, channels: size.channels / parts }));
  const size = { kernelSize, stride, batchSize };
  return {
    output: chooseTiling({ ...size, inChannels: from.channels, output: to }, convolutions),
    inputGradient:
      padding < kernelSize
        ? chooseTiling({ ...size, inChannels: to.channels, output: from }, convolutions)
        : undefined,
  };
}

/**
 * Groups that are done one by one, each on its own blocks of channels. Where groups share blocks it is 1: all is then one
 * convolution, with zeros where an output does not see an input.
 */
export function separateGroups({ outChannels, groups = 1 }: ConvSpec, inChannels: number): number {
  const whole = [inChannels, outChannels].every((channels) => (channels / groups) % panelColumns === 0);
  return whole ? groups : 1;
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

export function convolutionGeometry(
  builder: Builder,
  spec: ConvSpec,
  input: ImageNode,
  output: ImageSize,
): ConvolutionGeometry {
  const tilings =
    input.value.lanes === panelColumns
      ? convolutionTilings(builder, spec, input.value, output)
      : {
          output: undefined,
          inputGradient: undefined,
          phases: phaseTiling(builder, spec, input.value.channels, output),
        };
  return { spec, stride: spec.stride ?? 1, padding: spec.padding ?? 0, input, output, tilings };
}

/**
 * Zeros that are read around an output gradient whose pixels are `step` apart: by the flipped convolution, and by the
 * last tiles of the weights' gradient.
 */
export function gradientHalo(geometry: ConvolutionGeometry, step: number): { before: number; after: number } {
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

/** A table entry for each pixel of each image: byte offsets in `from` and in `to`. */
export function pixelTable(
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
