import { elementCount } from '../../network/shapes.ts';
import type { UpdateSizes } from '../engine.ts';
import { sumOfSquares, updateSizes } from '../updateSizes.ts';
import { unpack, type PackedParameter } from './plan/parameters.ts';

/**
 * Program.measureUpdate. The weights of linear layers, nearly all of AlexNet's, are compared as they lie in memory: what
 * is between them there is always 0, and PyTorch's layout would take most of the time.
 */
export function measureUpdate(
  memory: Float32Array,
  parameters: readonly PackedParameter[],
  gradientSquares: (parameter: PackedParameter) => number,
): () => UpdateSizes[] {
  const before = parameters.map((parameter) => copyOf(memory, parameter));
  return () =>
    parameters.map((parameter, i) => {
      const [then, now] = [before[i]!, valuesOf(memory, parameter)];
      const sizes = updateSizes(elementCount(parameter.shape), {
        parameter: sumOfSquares(then),
        update: sumOfSquares(now, then),
        gradient: gradientSquares(parameter),
      });
      // Given back at once: it may be 151 MB.
      then.buffer.transfer(0);
      return sizes;
    });
}

function valuesOf(memory: Float32Array, { packing, shape, values, floats }: PackedParameter): Float32Array {
  if (packing.kind === 'linear') return memory.subarray(values / 4, values / 4 + floats);
  return unpack(packing, memory, values / 4, elementCount(shape));
}

function copyOf(memory: Float32Array, parameter: PackedParameter): Float32Array<ArrayBuffer> {
  return new Float32Array(valuesOf(memory, parameter));
}
