/** Parameters in memory, and their update by SGD where a gradient is kept. */
import { sgdKernel } from '../kernels/elementwise.ts';
import { panelColumns } from '../kernels/tile.ts';
import type { Builder } from '../plan/builder.ts';
import { packedFloats, type PackedParameter, type Packing } from '../plan/parameters.ts';
import type { Context } from '../threads/context.ts';
import { controlAddresses, share } from '../threads/control.ts';

export interface SgdOperation {
  readonly kind: 'sgd';
  readonly values: number;
  readonly velocity: number;
  readonly gradient: number;
  readonly sixteens: number;
}

/** Reserves memory for a parameter; one whose gradient is kept gets its update planned too. */
export function planParameter(
  builder: Builder,
  name: string,
  packing: Packing,
  keepGradient = true,
): PackedParameter {
  const floats = packedFloats(packing);
  const reserve = (wanted: boolean): number => (wanted ? builder.allocate(floats * 4) : 0);
  const parameter: PackedParameter = {
    name,
    shape: shapeOf(packing),
    packing,
    values: reserve(true),
    velocity: reserve(builder.training),
    gradient: reserve(builder.training && keepGradient),
    floats,
  };
  builder.parameters.push(parameter);
  if (parameter.gradient) {
    builder.kernel(sgdKernel);
    const { values, velocity, gradient } = parameter;
    builder.update.push({ kind: 'sgd', values, velocity, gradient, sixteens: floats / panelColumns });
  }
  return parameter;
}

/** The four parameters of a batch normalisation, by channel. */
export interface NormParameters {
  readonly weight: PackedParameter;
  readonly bias: PackedParameter;
  readonly runningMean: PackedParameter;
  readonly runningVariance: PackedParameter;
}

export function planNormParameters(builder: Builder, layer: string, channels: number): NormParameters {
  const packing: Packing = { kind: 'bias', length: channels };
  const statistic = (name: string): PackedParameter => {
    const floats = packedFloats(packing);
    const values = builder.allocate(floats * 4);
    const places = { values, velocity: 0, gradient: 0, floats };
    const parameter: PackedParameter = { name: `${layer}.${name}`, shape: [channels], packing, ...places };
    builder.parameters.push(parameter);
    return parameter;
  };
  return {
    weight: planParameter(builder, `${layer}.weight`, packing),
    bias: planParameter(builder, `${layer}.bias`, packing),
    runningMean: statistic('running_mean'),
    runningVariance: statistic('running_var'),
  };
}

function shapeOf(packing: Packing): readonly number[] {
  switch (packing.kind) {
    case 'convolution':
      return [
        packing.outChannels,
        packing.inChannels / (packing.groups ?? 1),
        packing.kernelSize,
        packing.kernelSize,
      ];
    case 'linear':
      return [packing.outFeatures, packing.inFeatures];
    case 'bias':
      return [packing.length];
    case 'local': {
      const { outChannels, height, width, inChannels, kernelSize } = packing;
      return [outChannels, height, width, inChannels, kernelSize, kernelSize];
    }
    case 'localBias':
      return [packing.outChannels, packing.height, packing.width];
  }
}

export function runSgd({ values, velocity, gradient, sixteens }: SgdOperation, context: Context): void {
  const [begin, end] = share(sixteens, context.thread, context.threads);
  if (begin === end) return;
  const skip = begin * panelColumns * 4;
  context.kernels[sgdKernel.name](
    values + skip,
    velocity + skip,
    gradient + skip,
    end - begin,
    controlAddresses.sgd,
  );
}
