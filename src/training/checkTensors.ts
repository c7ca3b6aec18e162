import { alexnetError } from '../errors.ts';
import type { ParameterShape } from '../network/shapes.ts';

/**
 * Checks that tensors are exactly a network's parameters. Throws ALEX_TENSOR_MISSING, ALEX_TENSOR_UNKNOWN,
 * ALEX_TENSOR_SHAPE.
 */
export function checkTensors(
  tensors: ReadonlyMap<string, { readonly shape: readonly number[] }>,
  parameters: readonly Pick<ParameterShape, 'name' | 'shape'>[],
): void {
  for (const { name, shape } of parameters) {
    const tensor = tensors.get(name);
    if (tensor === undefined) throw alexnetError('ALEX_TENSOR_MISSING', { name });
    if (tensor.shape.join() !== shape.join()) {
      throw alexnetError('ALEX_TENSOR_SHAPE', { name, expected: shape, got: tensor.shape });
    }
  }
  const known = new Set(parameters.map(({ name }) => name));
  for (const name of tensors.keys()) {
    if (!known.has(name)) throw alexnetError('ALEX_TENSOR_UNKNOWN', { name, known: [...known] });
  }
}
