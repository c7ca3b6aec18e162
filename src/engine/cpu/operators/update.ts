/** Parameters in memory, and what becomes of them in a step: sums of gradients, the update, averages. */
import { optionsOf } from '../../trained.ts';
import {
  adamWKernel,
  averageKernel,
  constantsBytes,
  gradientSumKernel,
  nesterovKernel,
  paperKernel,
  sgdKernel,
} from '../kernels/updates.ts';
import { panelColumns } from '../kernels/tile.ts';
import type { Builder } from '../plan/builder.ts';
import { packedFloats, type PackedParameter, type Packing } from '../plan/parameters.ts';
import type { Context } from '../threads/context.ts';
import { controlAddresses, share } from '../threads/control.ts';

/** What an update reads and writes besides the gradient. */
export interface UpdateOperands {
  readonly values: number;
  readonly momentum: number;
  /** 0 for SGD, which has none. */
  readonly secondMoment: number;
  /** Of the group of parameters that it belongs to. */
  readonly constants: number;
  /** One for each form that the optimizer may take from step to step, in the order of the contract's sgdForms. */
  readonly kernels: readonly string[];
}

export interface UpdateOperation {
  readonly kind: 'update';
  readonly operands: UpdateOperands;
  readonly gradient: number;
  readonly sixteens: number;
}

/** Adds the gradient of this batch to those of the batches before it. */
export interface GradientSumOperation {
  readonly kind: 'gradientSum';
  readonly gradient: number;
  readonly sum: number;
  readonly sixteens: number;
}

export interface AverageOperation {
  readonly kind: 'average';
  readonly values: number;
  readonly average: number;
  readonly sixteens: number;
}

/** Parameters that are updated alike. */
export interface UpdateGroup {
  /** Of its constants. */
  readonly address: number;
  readonly learningRateScale: number;
  readonly decays: boolean;
}

/** Whether a layer has a parameter that is trained, and so gradients. */
export function trainsLayer(builder: Builder, layer: string): boolean {
  return ['weight', 'bias'].some((kind) => isTrained(builder, `${layer}.${kind}`));
}

function isTrained({ training, updates }: Builder, name: string): boolean {
  return training && optionsOf(name, updates.parameters).learningRateScale !== 0;
}

/** Whether the gradient of a parameter is kept: when it is trained, never, or always, as others follow from it. */
type KeepGradient = 'trained' | 'never' | 'always';

/**
 * Reserves memory for a parameter; one whose gradient is kept gets its update planned too. A linear layer's weights
 * keep none, and plan their own.
 */
export function planParameter(
  builder: Builder,
  name: string,
  packing: Packing,
  keepGradient: KeepGradient = 'trained',
): PackedParameter {
  const { optimizer, accumulates, averages } = builder.updates;
  const floats = packedFloats(packing);
  const reserve = (wanted: boolean): number => (wanted ? builder.allocate(floats * 4) : 0);
  const trained = isTrained(builder, name);
  const layer = name.slice(0, name.lastIndexOf('.'));
  const keepsGradient =
    keepGradient === 'always' ? builder.training : keepGradient === 'trained' && trainsLayer(builder, layer);
  const parameter: PackedParameter = {
    name,
    shape: shapeOf(packing),
    packing,
    values: reserve(true),
    momentum: reserve(trained),
    secondMoment: reserve(trained && optimizer === 'adamw'),
    average: reserve(trained && averages),
    gradient: reserve(keepsGradient),
    gradientSum: reserve(trained && accumulates),
    floats,
  };
  builder.parameters.push(parameter);
  if (trained) planSteps(builder, parameter);
  return parameter;
}

function planSteps(builder: Builder, parameter: PackedParameter): void {
  const { gradient, gradientSum } = parameter;
  const sixteens = parameter.floats / panelColumns;
  if (gradientSum && gradient) {
    builder.kernel(gradientSumKernel);
    builder.accumulate.push({ kind: 'gradientSum', gradient, sum: gradientSum, sixteens });
  }
  const from = gradientSum || gradient;
  if (from) {
    const operands = updateOperands(builder, parameter);
    builder.update.push({ kind: 'update', operands, gradient: from, sixteens });
  }
  planAverage(builder, parameter);
}

function planAverage(builder: Builder, { values, average, floats }: PackedParameter): void {
  if (average === 0) return;
  builder.kernel(averageKernel);
  builder.average.push({ kind: 'average', values, average, sixteens: floats / panelColumns });
}

/** Registers the kernels of the program's optimizer, and finds the parameter's group. */
export function updateOperands(builder: Builder, parameter: PackedParameter): UpdateOperands {
  const { values, momentum, secondMoment } = parameter;
  const rules = secondMoment ? [adamWKernel] : [sgdKernel, nesterovKernel, paperKernel];
  return {
    values,
    momentum,
    secondMoment,
    constants: groupOf(builder, parameter.name).address,
    kernels: rules.map((kernel) => builder.kernel(kernel)),
  };
}

function groupOf(builder: Builder, name: string): UpdateGroup {
  const { learningRateScale = 1, decays = true } = optionsOf(name, builder.updates.parameters);
  const known = builder.groups.find(
    (group) => group.learningRateScale === learningRateScale && group.decays === decays,
  );
  if (known) return known;
  const group = { address: builder.allocate(constantsBytes), learningRateScale, decays };
  builder.groups.push(group);
  return group;
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
    const { training, updates } = builder;
    const parameter: PackedParameter = {
      name: `${layer}.${name}`,
      shape: [channels],
      packing,
      values: builder.allocate(floats * 4),
      momentum: 0,
      secondMoment: 0,
      average: training && updates.averages ? builder.allocate(floats * 4) : 0,
      gradient: 0,
      gradientSum: 0,
      floats,
    };
    builder.parameters.push(parameter);
    planAverage(builder, parameter);
    return parameter;
  };
  return {
    weight: planParameter(builder, `${layer}.weight`, packing, 'always'),
    bias: planParameter(builder, `${layer}.bias`, packing, 'always'),
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

/** Updates `sixteens` times 16 values from float `first` of the parameter on. */
export function applyUpdate(
  { values, momentum, secondMoment, constants, kernels }: UpdateOperands,
  {
    gradient,
    first,
    sixteens,
  }: { readonly gradient: number; readonly first: number; readonly sixteens: number },
  context: Context,
): void {
  const states = secondMoment ? [momentum, secondMoment] : [momentum];
  const from = [values, ...states].map((address) => address + first * 4);
  const kernel = context.kernels[kernels[secondMoment ? 0 : context.command.form]];
  kernel(...from, gradient, sixteens, constants);
}

/** Of the sixteens, those that fall to this thread: the first one's byte offset, and how many. */
function ownShare(
  sixteens: number,
  { thread, threads }: Context,
): readonly [offset: number, sixteens: number] {
  const [begin, end] = share(sixteens, thread, threads);
  return [begin * panelColumns * 4, end - begin];
}

export function runUpdate({ operands, gradient, sixteens }: UpdateOperation, context: Context): void {
  const [offset, own] = ownShare(sixteens, context);
  if (own === 0) return;
  applyUpdate(operands, { gradient: gradient + offset, first: offset / 4, sixteens: own }, context);
}

export function runGradientSum({ gradient, sum, sixteens }: GradientSumOperation, context: Context): void {
  const [offset, own] = ownShare(sixteens, context);
  if (own === 0) return;
  const kernel = context.kernels[gradientSumKernel.name];
  kernel(sum + offset, gradient + offset, own, controlAddresses.gradientSum);
}

export function runAverage({ values, average, sixteens }: AverageOperation, context: Context): void {
  const [offset, own] = ownShare(sixteens, context);
  if (own === 0) return;
  const kernel = context.kernels[averageKernel.name];
  kernel(average + offset, values + offset, own, controlAddresses.average);
}
