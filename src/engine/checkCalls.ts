/** Checks of what comes into an engine, the same for every engine. */
import { alexnetError } from '../errors.ts';
import { elementCount, parameterShapes } from '../network/shapes.ts';
import type { NetworkSpec } from '../network/spec.ts';
import type {
  BackwardOptions,
  CompileOptions,
  ForwardOptions,
  OptimizerOptions,
  OptimizerType,
  UpdateOptions,
} from './engine.ts';

/**
 * Throws ALEX_OPTION_VALUE when the batch size or the number of input slots is no whole number from 1, or the scale of a
 * learning rate is negative; ALEX_TENSOR_UNKNOWN for options of a parameter that is not there.
 */
export function checkCompileOptions(
  network: NetworkSpec,
  { batchSize, inputSlots = 1, parameters = {} }: CompileOptions,
): void {
  checkWhole('batchSize', batchSize, 1, Number.MAX_SAFE_INTEGER);
  checkWhole('inputSlots', inputSlots, 1, Number.MAX_SAFE_INTEGER);
  const known = parameterShapes(network).map(({ name }) => name);
  for (const [name, { learningRateScale = 1 }] of Object.entries(parameters)) {
    if (!known.includes(name)) throw alexnetError('ALEX_TENSOR_UNKNOWN', { name, known });
    if (learningRateScale >= 0 && learningRateScale < Infinity) continue;
    const option = `learningRateScale of ${name}`;
    throw alexnetError('ALEX_OPTION_VALUE', {
      option,
      value: learningRateScale,
      expected: 'a number from 0',
    });
  }
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

/** What a program was compiled for. */
export type CompiledFor = Pick<CompileOptions, 'optimizer' | 'accumulates' | 'averages'>;

/** The options with defaults filled in. Throws ALEX_OPTION_VALUE, ALEX_PROGRAM_STATE. */
export function checkBackwardOptions(
  { accumulates = false }: CompiledFor,
  { labelSmoothing = 0, images, accumulate = false }: BackwardOptions,
  count: number,
): Required<BackwardOptions> {
  if (!(labelSmoothing >= 0 && labelSmoothing < 1)) {
    const expected = 'a number from 0, less than 1';
    throw alexnetError('ALEX_OPTION_VALUE', { option: 'labelSmoothing', value: labelSmoothing, expected });
  }
  if (images !== undefined) checkWhole('images', images, 1, Number.MAX_SAFE_INTEGER);
  checkState(accumulates || !accumulate, 'accumulate', 'a program compiled with accumulates: true');
  return { labelSmoothing, images: images ?? count, accumulate };
}

/** Throws ALEX_PROGRAM_STATE unless the program keeps what the update needs. */
export function checkUpdate(
  { optimizer: compiled = 'sgd', averages = false }: CompiledFor,
  optimizer: OptimizerOptions,
  { averageDecay }: UpdateOptions,
): void {
  const type: OptimizerType = optimizer.type ?? 'sgd';
  checkState(type === compiled, `an update by ${type}`, `a program compiled with optimizer: ${type}`);
  checkState(
    averages || averageDecay === undefined,
    'averageDecay',
    'a program compiled with averages: true',
  );
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
