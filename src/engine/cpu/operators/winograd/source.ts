/** What Winograd's filtering of a layer reads: the layer's input and weights as they lie, or both split into phases. */
import type { Builder } from '../../plan/builder.ts';
import type { Operation } from '../../plan/operations.ts';
import type { PackedParameter } from '../../plan/parameters.ts';
import type { ImageTensor } from '../../plan/tensors.ts';
import type { ConvolutionGeometry } from '../convolutionGeometry.ts';
import { cornerBytes } from './convolution.ts';
import { phasedWeightBytes, phaseGeometry, planPhases } from './phases.ts';
import type { Tiling } from './tiling.ts';

export interface WinogradSource {
  readonly tiling: Tiling;
  readonly from: ImageTensor;
  readonly slotBytes: number;
  /** Byte offset of the first tile's corner from an image's first pixel. */
  readonly cornerBytes: number;
  /** Addresses of packed weights and of their gradient. */
  readonly weights: number;
  readonly weightGradient: number;
  /** What makes `from` out of the input, `weights` out of the parameter, and its gradient out of `weightGradient`. */
  readonly splitInput: readonly Operation[];
  readonly splitWeights: readonly Operation[];
  readonly joinGradient: readonly Operation[];
}

/** Undefined where the layer is not done by Winograd's filtering. */
export function winogradSource(
  builder: Builder,
  geometry: ConvolutionGeometry,
  weight: PackedParameter,
): WinogradSource | undefined {
  const { input, padding, tilings } = geometry;
  if (tilings.phases) return phaseSource(builder, geometry, weight, tilings.phases);
  return (
    tilings.output && {
      tiling: tilings.output,
      from: input.value,
      slotBytes: input.slotBytes,
      cornerBytes: cornerBytes(input.value, padding),
      weights: weight.values,
      weightGradient: weight.gradient,
      splitInput: [],
      splitWeights: [],
      joinGradient: [],
    }
  );
}

function phaseSource(
  builder: Builder,
  { spec, input, output }: ConvolutionGeometry,
  weight: PackedParameter,
  tiling: Tiling,
): WinogradSource {
  const geometry = phaseGeometry(spec, input.value.channels);
  const after = Math.max(tiling.rows * tiling.m - output.height, tiling.columns * tiling.m - output.width);
  const split = planPhases(builder, geometry, input, { ...output, after });
  const weights = builder.allocate(phasedWeightBytes(geometry));
  const weightGradient = weight.gradient ? builder.allocate(phasedWeightBytes(geometry)) : 0;
  return {
    tiling,
    from: split.to,
    slotBytes: 0,
    cornerBytes: 0,
    weights,
    weightGradient,
    splitInput: [split],
    splitWeights: [{ kind: 'phaseWeights', geometry, packed: weight.values, phased: weights }],
    joinGradient: [
      { kind: 'phaseWeightGradient', geometry, packed: weight.gradient, phased: weightGradient },
    ],
  };
}
