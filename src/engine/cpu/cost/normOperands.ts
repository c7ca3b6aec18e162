/** Which memory the operations of batch normalisation read and write. */
import { coefficientBytes, type BatchNormOperation } from '../operators/batchNorm.ts';
import type { BatchNormMatrixOperation } from '../operators/batchNormMatrix.ts';
import { panelColumns } from '../kernels/tile.ts';
import type { PackedParameter } from '../plan/parameters.ts';
import type { ImageTensor } from '../plan/tensors.ts';
import {
  gradientRange,
  imageRange,
  matrixRange,
  range,
  rowBytes,
  type Operands,
  type Range,
} from './ranges.ts';

export function normOperands(operation: BatchNormOperation, count: number): Operands {
  const { input, parameters } = operation;
  const image = (tensor: ImageTensor): Range => imageRange(tensor, { first: 0, count });
  const sums = range(operation.sums, count * input.blocks * 2 * rowBytes);
  const coefficients = range(operation.coefficients, input.blocks * coefficientBytes);
  const { weight, bias, runningMean, runningVariance } = parameters;
  switch (operation.kind) {
    case 'normSums':
      return { reads: [image(input)], writes: [sums] };
    case 'normCoefficients':
      return {
        reads: [sums, values(weight), values(bias)],
        writes: [coefficients, values(runningMean), values(runningVariance)],
      };
    case 'normApply':
      return { reads: [image(input), coefficients], writes: [image(operation.output)] };
    case 'normGradientSums':
      return { reads: [image(input), image(operation.outputGradient), coefficients], writes: [sums] };
    case 'normGradientCoefficients':
      return { reads: [sums, values(weight)], writes: [coefficients, ...gradients(operation.parameters)] };
    case 'normInputGradient':
      return {
        reads: [image(input), image(operation.outputGradient), coefficients],
        writes: [image(operation.inputGradient)],
      };
  }
}

function values({ values: address, floats }: PackedParameter): Range {
  return range(address, floats * 4);
}

function gradients({ weight, bias }: BatchNormOperation['parameters']): Range[] {
  return [weight, bias].map(({ gradient, floats }) => range(gradient, floats * 4));
}

export function normMatrixOperands(operation: BatchNormMatrixOperation): Operands {
  const { input, output, parameters } = operation;
  const used = range(operation.used, input.blocks * panelColumns * 2 * 4);
  if (operation.kind === 'normMatrix') {
    const running = [parameters.runningMean, parameters.runningVariance].map(values);
    return { reads: [matrixRange(input)], writes: [matrixRange(output), used, ...running] };
  }
  const { outputGradient, inputGradient } = operation;
  return {
    reads: [matrixRange(input), gradientRange(outputGradient), used],
    writes: [...(inputGradient ? [gradientRange(inputGradient)] : []), ...gradients(parameters)],
  };
}
