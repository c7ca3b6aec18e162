/** All parameters of a model by name, as torch's state_dict. */
import { alexnetError } from '../errors.ts';
import type { Parameter } from './parameter.ts';
import type { Tensor } from './tensor.ts';

/** In the order of the layers. */
export type StateDict = ReadonlyMap<string, Tensor<Float32Array>>;

/** Values by name, from a model or a file. */
export type StateSource = ReadonlyMap<
  string,
  { readonly data: Float32Array; readonly shape: readonly number[] }
>;

/**
 * Checks that the state has each of the parameters in its shape and nothing else, before anything is written.
 * Throws ALEX_TENSOR_UNKNOWN, ALEX_TENSOR_MISSING, ALEX_TENSOR_SHAPE.
 */
export function checkState(state: StateSource, parameters: readonly Omit<Parameter, 'owner'>[]): void {
  const expected = new Map(parameters.map(({ name, shape }) => [name, shape]));
  for (const name of state.keys()) {
    if (!expected.has(name)) throw alexnetError('ALEX_TENSOR_UNKNOWN', { name, known: [...expected.keys()] });
  }
  for (const [name, shape] of expected) {
    const values = state.get(name);
    if (values === undefined) throw alexnetError('ALEX_TENSOR_MISSING', { name });
    if (values.shape.join() !== shape.join()) {
      throw alexnetError('ALEX_TENSOR_SHAPE', { name, expected: shape, got: values.shape });
    }
  }
}
