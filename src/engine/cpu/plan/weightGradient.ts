/** The gradient of a linear layer's weights, which a step never stores: computed when it is asked for. */
import { forEachStrip, type LinearUpdateOperation } from '../operators/linear.ts';
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
  const isUpdate = (operation: Operation): operation is LinearUpdateOperation =>
    operation.kind === 'linearUpdate' && operation.parameter === parameter.name;
  const operation = update.find(isUpdate);
  if (!operation) throw new TypeError(`${parameter.name} has no update`);
  const packed = new Float32Array(parameter.floats);
  forEachStrip(operation, context, ({ scratch, firstFloat, floats }) => {
    packed.set(context.floats.subarray(scratch / 4, scratch / 4 + floats), firstFloat);
  });
  return unpack(parameter.packing, packed, 0, elements);
}
