/**
 * An ONNX model as data, without its weights. Numbers are those of onnx.proto
 * (github.com/onnx/onnx/blob/main/onnx/onnx.proto), which reader and writer share.
 */
import type { Range } from '../protobuf/decode.ts';
import type { Dtype } from '../tensors.ts';

export interface OnnxModel {
  /** Version of the format. */
  readonly irVersion: number;
  readonly producer: { readonly name: string; readonly version: string };
  /** Version of the standard operators. */
  readonly opset: number;
  /** Texts that the file carries besides. */
  readonly metadata: Readonly<Record<string, string>>;
  readonly graph: OnnxGraph;
}

/** Tensors are places in a file that was read, or what a file to be written gets. */
export interface OnnxGraph<Tensor = OnnxTensor> {
  readonly name: string;
  /** Each after those that it needs. */
  readonly nodes: readonly OnnxNode<Tensor>[];
  readonly initializers: ReadonlyMap<string, Tensor>;
  readonly inputs: readonly OnnxValue[];
  readonly outputs: readonly OnnxValue[];
}

export interface OnnxNode<Tensor = OnnxTensor> {
  readonly name: string;
  readonly operator: string;
  /** Empty for the standard operators. */
  readonly domain: string;
  /** Names; empty for an optional one that is left out. */
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  readonly attributes: ReadonlyMap<string, OnnxAttribute<Tensor>>;
}

export type OnnxAttribute<Tensor = OnnxTensor> =
  | { readonly type: 'float' | 'int'; readonly value: number }
  | { readonly type: 'string'; readonly value: string }
  | { readonly type: 'floats' | 'ints'; readonly value: readonly number[] }
  | { readonly type: 'tensor'; readonly value: Tensor }
  /** Graphs, lists of texts and tensors: none of our operators has any. */
  | { readonly type: 'other' };

/** What goes into the graph or comes out. */
export interface OnnxValue {
  readonly name: string;
  readonly elementType: number;
  /** A size, or the name of one that is left open. */
  readonly shape: readonly (number | string)[] | undefined;
}

/** A tensor, and where in the file its values are. */
export interface OnnxTensor {
  readonly name: string;
  readonly elementType: number;
  readonly shape: readonly number[];
  /** By the number of the field that holds values; more than one range where they are not packed. */
  readonly data: ReadonlyMap<number, readonly Range[]>;
  /** Where values in another file are; undefined when they are in this one. */
  readonly external: Readonly<Record<string, string>> | undefined;
}

export const modelFields = {
  irVersion: 1,
  producerName: 2,
  producerVersion: 3,
  graph: 7,
  opsets: 8,
  metadata: 14,
} as const;
export const opsetFields = { domain: 1, version: 2 } as const;
export const entryFields = { key: 1, value: 2 } as const;
export const graphFields = {
  nodes: 1,
  name: 2,
  initializers: 5,
  inputs: 11,
  outputs: 12,
  values: 13,
} as const;
export const nodeFields = { inputs: 1, outputs: 2, name: 3, operator: 4, attributes: 5, domain: 7 } as const;
export const attributeFields = {
  name: 1,
  float: 2,
  int: 3,
  string: 4,
  tensor: 5,
  floats: 7,
  ints: 8,
  type: 20,
} as const;
export const attributeTypes = { float: 1, int: 2, string: 3, tensor: 4, floats: 6, ints: 7 } as const;
export const valueFields = { name: 1, type: 2 } as const;
export const typeFields = { tensor: 1 } as const;
export const tensorTypeFields = { elementType: 1, shape: 2 } as const;
export const shapeFields = { dimensions: 1 } as const;
export const dimensionFields = { size: 1, name: 2 } as const;
export const tensorFields = {
  shape: 1,
  elementType: 2,
  floats: 4,
  int32s: 5,
  int64s: 7,
  name: 8,
  raw: 9,
  doubles: 10,
  uint64s: 11,
  external: 13,
  location: 14,
} as const;
/** Where a tensor's values are: here, or in another file. */
export const externalLocation = 1;

/** Types of elements, by ONNX's numbers. */
export const elementTypes: Readonly<Record<number, Dtype>> = {
  1: 'F32',
  2: 'U8',
  3: 'I8',
  4: 'U16',
  5: 'I16',
  6: 'I32',
  7: 'I64',
  9: 'BOOL',
  10: 'F16',
  11: 'F64',
  12: 'U32',
  13: 'U64',
  16: 'BF16',
};

/** ONNX's number of a type. */
export function elementTypeOf(dtype: Dtype): number {
  return Number(Object.entries(elementTypes).find(([, known]) => known === dtype)![0]);
}
