import {
  elementTypeOf,
  type OnnxAttribute,
  type OnnxNode,
  type OnnxValue,
} from '../../../../formats/onnx/model.ts';
import type { TensorSource } from '../../../../formats/tensors.ts';
import type { Shape } from '../../../../network/shapes.ts';

/** The number of images, which is left open. */
const batchName = 'N';

/** A graph that is being made, node after node. */
export interface GraphBuilder {
  readonly nodes: readonly OnnxNode<TensorSource>[];
  /** Types of the values whose shape was told. */
  readonly values: readonly OnnxValue[];
  /** Adds a node, and returns the name of its output. */
  add(operator: string, node: AddedNode): string;
  /** Adds numbers that are not learnt, and returns their name. */
  constant(name: string, shape: readonly number[], values: Float32Array | BigInt64Array): string;
}

export interface AddedNode {
  /** Of the node and of its output; made unlike all others. */
  readonly name: string;
  readonly inputs: readonly string[];
  /** Of the output, without the batch. */
  readonly shape?: Shape;
  /** Whole numbers. */
  readonly ints?: Readonly<Record<string, number | readonly number[]>>;
  readonly floats?: Readonly<Record<string, number>>;
}

/** An empty graph in which these names are taken. */
export function createGraphBuilder(taken: Iterable<string>): GraphBuilder {
  const names = new Set(taken);
  const nodes: OnnxNode<TensorSource>[] = [];
  const values: OnnxValue[] = [];

  function unlikeOthers(name: string): string {
    let free = name;
    while (names.has(free)) free += '_';
    names.add(free);
    return free;
  }

  return {
    nodes,
    values,
    add(operator, { name: wanted, inputs, shape, ints = {}, floats = {} }) {
      const name = unlikeOthers(wanted);
      const attributes = new Map<string, OnnxAttribute<TensorSource>>([
        ...Object.entries(ints).map(wholeAttribute),
        ...Object.entries(floats).map(floatAttribute),
      ]);
      nodes.push({ name, operator, domain: '', inputs, outputs: [name], attributes });
      if (shape !== undefined) values.push(batchValue(name, shape));
      return name;
    },
    constant(wanted, shape, content) {
      const name = unlikeOthers(wanted);
      const dtype = content instanceof Float32Array ? 'F32' : 'I64';
      const value = { type: 'tensor', value: { name, shape, dtype, read: () => content } } as const;
      const attributes = new Map<string, OnnxAttribute<TensorSource>>([['value', value]]);
      nodes.push({ name, operator: 'Constant', domain: '', inputs: [], outputs: [name], attributes });
      return name;
    },
  };
}

function wholeAttribute([name, value]: [string, number | readonly number[]]): [
  string,
  OnnxAttribute<TensorSource>,
] {
  return [name, typeof value === 'number' ? { type: 'int', value } : { type: 'ints', value }];
}

function floatAttribute([name, value]: [string, number]): [string, OnnxAttribute<TensorSource>] {
  return [name, { type: 'float', value }];
}

/** The type of any number of images, or of what is made of them. */
export function batchValue(name: string, shape: Shape, dtype: 'F32' | 'U8' = 'F32'): OnnxValue {
  return { name, elementType: elementTypeOf(dtype), shape: [batchName, ...shape] };
}
