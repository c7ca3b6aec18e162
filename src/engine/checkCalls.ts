/** Checks of what comes into an engine, the same for every engine. */
import { alexnetError } from '../errors.ts';
import { elementCount } from '../network/shapes.ts';
import type { CompileOptions, ForwardOptions } from './engine.ts';

/** Throws ALEX_OPTION_VALUE when the batch size or the number of input slots is no whole number from 1. */
export function checkCompileOptions({ batchSize, inputSlots = 1 }: CompileOptions): void {
  checkWhole('batchSize', batchSize, 1, Number.MAX_SAFE_INTEGER);
  checkWhole('inputSlots', inputSlots, 1, Number.MAX_SAFE_INTEGER);
}

/** The slot and the count with defaults filled in. Throws ALEX_OPTION_VALUE. */
export function checkForwardOptions(
  program: { readonly batchSize: number; readonly inputs: readonly unknown[] },
  { slot = 0, count = program.batchSize }: ForwardOptions,
): { slot: number; count: number } {
  checkWhole('slot', slot, 0, program.inputs.length - 1);
  checkWhole('count', count, 1, program.batchSize);
  return { slot, count };
}

/** Throws ALEX_OPTION_VALUE unless there is one class index for each of `count` images. */
export function checkLabels(labels: ArrayLike<number>, count: number, classes: number): void {
  if (labels.length !== count) {
    throw alexnetError('ALEX_OPTION_VALUE', {
      option: 'labels',
      value: `an array of ${labels.length}`,
      expected: `one label for each of ${count} images`,
    });
  }
  for (let n = 0; n < count; n++) checkWhole(`labels[${n}]`, labels[n]!, 0, classes - 1);
}

/** Throws ALEX_TENSOR_SHAPE unless there are as many values as the shape has elements. */
export function checkValues(name: string, shape: readonly number[], values: ArrayLike<number>): void {
  if (values.length !== elementCount(shape)) {
    throw alexnetError('ALEX_TENSOR_SHAPE', { name, expected: shape, got: [values.length] });
  }
}

/** Throws ALEX_PROGRAM_STATE unless the program is ready for the call. */
export function checkState(ready: boolean, call: string, needs: string): asserts ready {
  if (!ready) throw alexnetError('ALEX_PROGRAM_STATE', { call, needs });
}

function checkWhole(option: string, value: number, least: number, most: number): void {
  if (Number.isSafeInteger(value) && value >= least && value <= most) return;
  const range = most === Number.MAX_SAFE_INTEGER ? `from ${least}` : `from ${least} to ${most}`;
  throw alexnetError('ALEX_OPTION_VALUE', { option, value, expected: `a whole number ${range}` });
}
