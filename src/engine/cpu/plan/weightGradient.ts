/** The gradient of a linear layer's weights, which a step never stores: computed when it is asked for. */
import { forEachStrip, type LinearUpdateOperation } from '../operators/linear.ts';
import { sumOfSquares } from '../../updateSizes.ts';
import type { Context } from '../threads/context.ts';
import type { Operation } from './operations.ts';
import { unpack, type PackedParameter } from './parameters.ts';

/** In PyTorch's layout, [out, in], from the activations and output gradient of the last backward. */
export function readWeightGradient(
  update: readonly Operation[],
  parameter: PackedParameter,
  context: Context,
  elements: number,
): Float32Array {
  const packed = new Float32Array(parameter.floats);
  forEachStrip(updateOf(update, parameter), context, ({ scratch, firstFloat, floats }) => {
    packed.set(context.floats.subarray(scratch / 4, scratch / 4 + floats), firstFloat);
  });
  return unpack(parameter.packing, packed, 0, elements);
}

/** The sum of its squares alone. */
export function weightGradientSquares(
  update: readonly Operation[],
  parameter: PackedParameter,
  context: Context,
): number {
  let sum = 0;
  forEachStrip(updateOf(update, parameter), context, ({ scratch, floats }) => {
    sum += sumOfSquares(context.floats.subarray(scratch / 4, scratch / 4 + floats));
  });
  return sum;
}

function updateOf(update: readonly Operation[], { name }: PackedParameter): LinearUpdateOperation {
  const isUpdate = (operation: Operation): operation is LinearUpdateOperation =>
    operation.kind === 'linearUpdate' && operation.parameter === name;
  const operation = update.find(isUpdate);
  if (!operation) throw new TypeError(`${name} has no update`);
  return operation;
}
