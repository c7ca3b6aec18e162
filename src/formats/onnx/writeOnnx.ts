import { alexnetError } from '../../errors.ts';
import type { FileTarget } from '../fileTarget.ts';
import {
  bytesIn,
  floatField,
  messageField,
  numberField,
  textField,
  type DeferredBytes,
  type Pieces,
} from '../protobuf/encode.ts';
import { dtypes, elementsOf, sourceBytes, sourceType, type TensorSource } from '../tensors.ts';
import {
  attributeFields,
  attributeTypes,
  dimensionFields,
  elementTypeOf,
  entryFields,
  graphFields,
  modelFields,
  nodeFields,
  opsetFields,
  shapeFields,
  tensorFields,
  tensorTypeFields,
  typeFields,
  valueFields,
  type OnnxAttribute,
  type OnnxGraph,
  type OnnxModel,
  type OnnxNode,
  type OnnxValue,
} from './model.ts';

/** A model to write: its tensors are read one by one. */
export interface WrittenOnnx extends Omit<OnnxModel, 'graph'> {
  readonly graph: OnnxGraph<TensorSource> & {
    /** Types of what is passed between nodes. */
    readonly values: readonly OnnxValue[];
  };
}

/** Readers of Protocol Buffers refuse files from 2 GiB. */
const mostBytes = 2 ** 31 - 1;

/**
 * Writes an ONNX file, one tensor at a time.
 * Throws ALEX_ONNX_SIZE, ALEX_TENSOR_SHAPE, and what the target and a tensor's `read` throw.
 */
export async function writeOnnx({ name, writeBytes }: FileTarget, model: WrittenOnnx): Promise<void> {
  const pieces = modelPieces(model);
  const bytes = bytesIn(pieces);
  if (bytes > mostBytes) throw alexnetError('ALEX_ONNX_SIZE', { path: name, bytes, most: mostBytes });
  for (const piece of pieces) await writeBytes(piece instanceof Uint8Array ? piece : await piece.read());
}

function modelPieces({ irVersion, producer, opset, metadata, graph }: WrittenOnnx): Pieces<DeferredBytes> {
  return [
    ...numberField(modelFields.irVersion, irVersion),
    ...textField(modelFields.producerName, producer.name),
    ...textField(modelFields.producerVersion, producer.version),
    ...messageField(modelFields.graph, graphPieces(graph)),
    ...messageField(modelFields.opsets, numberField(opsetFields.version, opset)),
    ...Object.entries(metadata).flatMap(([key, value]) =>
      messageField(modelFields.metadata, [
        ...textField(entryFields.key, key),
        ...textField(entryFields.value, value),
      ]),
    ),
  ];
}

function graphPieces(graph: WrittenOnnx['graph']): Pieces<DeferredBytes> {
  const values = (field: number, all: readonly OnnxValue[]): Pieces =>
    all.flatMap((value) => messageField(field, valuePieces(value)));
  return [
    ...graph.nodes.flatMap((node) => messageField(graphFields.nodes, nodePieces(node))),
    ...textField(graphFields.name, graph.name),
    ...[...graph.initializers.values()].flatMap((tensor) =>
      messageField(graphFields.initializers, tensorPieces(tensor)),
    ),
    ...values(graphFields.inputs, graph.inputs),
    ...values(graphFields.outputs, graph.outputs),
    ...values(graphFields.values, graph.values),
  ];
}

function nodePieces({
  name,
  operator,
  inputs,
  outputs,
  attributes,
}: OnnxNode<TensorSource>): Pieces<DeferredBytes> {
  return [
    ...inputs.flatMap((input) => textField(nodeFields.inputs, input)),
    ...outputs.flatMap((output) => textField(nodeFields.outputs, output)),
    ...textField(nodeFields.name, name),
    ...textField(nodeFields.operator, operator),
    ...[...attributes].flatMap(([attribute, value]) =>
      messageField(nodeFields.attributes, [
        ...textField(attributeFields.name, attribute),
        ...attributePieces(value),
      ]),
    ),
  ];
}

type WrittenAttribute = Exclude<OnnxAttribute<TensorSource>, { type: 'other' }>;

function attributePieces(attribute: OnnxAttribute<TensorSource>): Pieces<DeferredBytes> {
  if (attribute.type === 'other') throw new TypeError('an attribute of another type cannot be written');
  return [
    ...attributeContent(attribute),
    ...numberField(attributeFields.type, attributeTypes[attribute.type]),
  ];
}

function attributeContent(attribute: WrittenAttribute): Pieces<DeferredBytes> {
  switch (attribute.type) {
    case 'float':
      return floatField(attributeFields.float, attribute.value);
    case 'int':
      return numberField(attributeFields.int, attribute.value);
    case 'string':
      return textField(attributeFields.string, attribute.value);
    case 'tensor':
      return messageField(attributeFields.tensor, tensorPieces(attribute.value));
    case 'floats':
      return attribute.value.flatMap((value) => floatField(attributeFields.floats, value));
    case 'ints':
      return attribute.value.flatMap((value) => numberField(attributeFields.ints, value));
  }
}

function tensorPieces(tensor: TensorSource): Pieces<DeferredBytes> {
  const { dtype, shape } = sourceType(tensor);
  const values: DeferredBytes = {
    byteLength: elementsOf(shape) * dtypes[dtype].BYTES_PER_ELEMENT,
    read: async () => sourceBytes(tensor, await tensor.read()),
  };
  return [
    ...shape.flatMap((size) => numberField(tensorFields.shape, size)),
    ...numberField(tensorFields.elementType, elementTypeOf(dtype)),
    ...textField(tensorFields.name, tensor.name),
    ...messageField(tensorFields.raw, [values]),
  ];
}

function valuePieces({ name, elementType, shape = [] }: OnnxValue): Pieces {
  const dimensions = shape.flatMap((size) =>
    messageField(
      shapeFields.dimensions,
      typeof size === 'number'
        ? numberField(dimensionFields.size, size)
        : textField(dimensionFields.name, size),
    ),
  );
  const type = messageField(typeFields.tensor, [
    ...numberField(tensorTypeFields.elementType, elementType),
    ...messageField(tensorTypeFields.shape, dimensions),
  ]);
  return [...textField(valueFields.name, name), ...messageField(valueFields.type, type)];
}
