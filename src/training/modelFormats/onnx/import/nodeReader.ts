import { alexnetError } from '../../../../errors.ts';
import type { OnnxNode, OnnxTensor } from '../../../../formats/onnx/model.ts';
import type { OnnxFile } from '../../../../formats/onnx/openOnnx.ts';
import { quoted } from '../../../../formats/quoted.ts';
import { tensorType } from '../../../../formats/onnx/tensorValues.ts';
import { elementsOf, float32Values } from '../../../../formats/tensors.ts';
import type { ImportedParameter } from './chain.ts';
import type { ConstantValue, Value } from './values.ts';

/** One node with what it is given, checked as it is asked for. */
export interface NodeReader {
  readonly node: OnnxNode;
  readonly opset: number;
  /** What an input is; undefined when it is left out. */
  input(index: number): Value | undefined;
  /** A whole number. */
  int(attribute: string, otherwise: number): number;
  ints(attribute: string, otherwise: readonly number[]): readonly number[];
  float(attribute: string, otherwise: number): number;
  text(attribute: string, otherwise: string): string;
  has(attribute: string): boolean;
  /** A constant input of a floating-point type, to become a parameter; undefined when it is left out. */
  weights(index: number): ConstantValue | undefined;
  /** The few numbers of a constant or computed input; undefined when it is left out. */
  numbers(index: number): Promise<readonly number[] | undefined>;
  /** A parameter with these weights, row by row as they are, or changed. */
  parameter(
    weights: ConstantValue,
    change?: { readonly shape?: readonly number[]; readonly values?: (values: Float32Array) => Float32Array },
  ): ImportedParameter;
  /** The error that this node cannot be taken over. */
  refuse(problem: string): Error;
}

/** Most numbers that are read for a shape or an option. */
const mostNumbers = 64;

export function createNodeReader(
  file: OnnxFile,
  node: OnnxNode,
  values: ReadonlyMap<string, Value>,
): NodeReader {
  const refuse = (problem: string): Error =>
    alexnetError('ALEX_ONNX_UNSUPPORTED', { file: file.name, node: nodeTitle(node), problem });

  function input(index: number): Value | undefined {
    const name = node.inputs[index] ?? '';
    if (name === '') return undefined;
    const value = values.get(name);
    if (value === undefined) throw refuse(`its input ${quoted(name)} is made by no node before it`);
    return value;
  }

  /** Its value, of the type that it must have. */
  function attribute(name: string, type: 'float' | 'int' | 'string' | 'ints'): unknown {
    const found = node.attributes.get(name);
    if (found === undefined) return undefined;
    if (found.type !== type) throw refuse(`its ${name} is not of type ${type}`);
    return found.value;
  }

  return {
    node,
    opset: file.model.opset,
    input,
    refuse,
    has: (name) => node.attributes.has(name),
    int: (name, otherwise) => (attribute(name, 'int') ?? otherwise) as number,
    ints: (name, otherwise) => (attribute(name, 'ints') ?? otherwise) as readonly number[],
    float: (name, otherwise) => (attribute(name, 'float') ?? otherwise) as number,
    text: (name, otherwise) => (attribute(name, 'string') ?? otherwise) as string,
    weights(index) {
      const value = input(index);
      if (value === undefined) return undefined;
      if (value.kind !== 'constant') throw refuse(`its input ${index} is computed, expected weights`);
      const { dtype } = tensorType(value.tensor, refuse);
      if (!floatTypes.has(dtype)) throw refuse(`its weights are of type ${dtype}, expected floating point`);
      return value;
    },
    async numbers(index) {
      const value = input(index);
      if (value === undefined) return undefined;
      if (value.kind === 'constant') return readNumbers(file, value.tensor, refuse);
      if (value.kind === 'shape' && !value.sizes.includes('batch')) return value.sizes as number[];
      throw refuse(`its input ${index} depends on the images, expected constants`);
    },
    parameter(weights, { shape = weights.tensor.shape, values: change = unchanged } = {}) {
      const { tensor } = weights;
      return { shape, read: async () => change(float32Values(tensor.name, await file.read(tensor))) };
    },
  };
}

/** Types that become float32. */
export const floatTypes: ReadonlySet<string> = new Set(['F16', 'BF16', 'F32', 'F64']);

function unchanged(values: Float32Array): Float32Array {
  return values;
}

/** How a node is called in messages. */
export function nodeTitle({ name, operator, outputs }: OnnxNode): string {
  const called = name === '' ? `that makes ${quoted(outputs[0] ?? '')}` : quoted(name);
  const isWord = /^\w{1,80}$/.test(operator);
  return `node ${called} (${isWord ? operator : quoted(operator)})`;
}

/** The numbers of a small constant. Throws what `refuse` makes. */
export async function readNumbers(
  file: OnnxFile,
  tensor: OnnxTensor,
  refuse: (problem: string) => Error,
): Promise<number[]> {
  const { shape } = tensorType(tensor, refuse);
  const elements = elementsOf(shape);
  if (elements > mostNumbers)
    throw refuse(`its constant ${quoted(tensor.name)} has ${elements} values, expected a few`);
  return Array.from((await file.read(tensor)).values as ArrayLike<number | bigint>, Number);
}
