import type { Field, MessageReader, Range } from '../protobuf/decode.ts';
import {
  attributeFields,
  attributeTypes,
  dimensionFields,
  entryFields,
  externalLocation,
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
  type OnnxTensor,
  type OnnxValue,
} from './model.ts';
import { quoted } from '../quoted.ts';

/** What an object of the graph costs at least in memory. */
const objectBytes = 512;

/** Reads a model but its weights. Throws what the reader throws, and what `fault` makes. */
export function readModel(reader: MessageReader, whole: Range, fault: (problem: string) => Error): OnnxModel {
  let [irVersion, opset] = [0, 0];
  const producer = { name: '', version: '' };
  const metadata: [string, string][] = [];
  let graph: OnnxGraph | undefined;
  for (const field of reader.fields(whole)) {
    if (field.number === modelFields.irVersion) irVersion = field.value;
    else if (field.number === modelFields.producerName) producer.name = reader.text(field);
    else if (field.number === modelFields.producerVersion) producer.version = reader.text(field);
    else if (field.number === modelFields.opsets) opset = standardOpset(reader, field) ?? opset;
    else if (field.number === modelFields.metadata) metadata.push(readEntry(reader, field));
    else if (field.number === modelFields.graph) {
      if (graph !== undefined) throw fault('it has two graphs');
      graph = readGraph(reader, reader.message(field), fault);
    }
  }
  if (graph === undefined) throw fault('it has no graph');
  if (opset < 1) throw fault('it does not say which version of the operators it uses');
  return { irVersion, producer, opset, metadata: Object.fromEntries(metadata), graph };
}

/** The version of the standard operators, if the field is about those. */
function standardOpset(reader: MessageReader, opset: Field): number | undefined {
  let [domain, version] = ['', 0];
  for (const field of reader.fields(reader.message(opset))) {
    if (field.number === opsetFields.domain) domain = reader.text(field);
    else if (field.number === opsetFields.version) version = field.value;
  }
  return isStandard(domain) ? version : undefined;
}

function isStandard(domain: string): boolean {
  return domain === '' || domain === 'ai.onnx';
}

/** A key and its value. */
function readEntry(reader: MessageReader, entry: Field): [string, string] {
  let [key, value] = ['', ''];
  for (const field of reader.fields(reader.message(entry))) {
    if (field.number === entryFields.key) key = reader.text(field);
    else if (field.number === entryFields.value) value = reader.text(field);
  }
  return [key, value];
}

function readGraph(reader: MessageReader, graph: Range, fault: (problem: string) => Error): OnnxGraph {
  let name = '';
  const nodes: OnnxNode[] = [];
  const initializers = new Map<string, OnnxTensor>();
  const [inputs, outputs]: [OnnxValue[], OnnxValue[]] = [[], []];
  for (const field of reader.fields(graph)) {
    if (field.number === graphFields.nodes) nodes.push(readNode(reader, reader.message(field)));
    else if (field.number === graphFields.name) name = reader.text(field);
    else if (field.number === graphFields.inputs) inputs.push(readValue(reader, reader.message(field)));
    else if (field.number === graphFields.outputs) outputs.push(readValue(reader, reader.message(field)));
    else if (field.number === graphFields.initializers) {
      const tensor = readTensor(reader, reader.message(field));
      if (initializers.has(tensor.name)) throw fault(`it has two tensors called ${quoted(tensor.name)}`);
      initializers.set(tensor.name, tensor);
    }
  }
  return { name, nodes, initializers, inputs, outputs };
}

function readNode(reader: MessageReader, node: Range): OnnxNode {
  reader.spend(objectBytes);
  let [name, operator, domain] = ['', '', ''];
  const [inputs, outputs]: [string[], string[]] = [[], []];
  const attributes = new Map<string, OnnxAttribute>();
  for (const field of reader.fields(node)) {
    if (field.number === nodeFields.inputs) inputs.push(reader.text(field));
    else if (field.number === nodeFields.outputs) outputs.push(reader.text(field));
    else if (field.number === nodeFields.name) name = reader.text(field);
    else if (field.number === nodeFields.operator) operator = reader.text(field);
    else if (field.number === nodeFields.domain) domain = reader.text(field);
    else if (field.number === nodeFields.attributes) {
      attributes.set(...readAttribute(reader, reader.message(field)));
    }
  }
  return { name, operator, domain: isStandard(domain) ? '' : domain, inputs, outputs, attributes };
}

function readAttribute(reader: MessageReader, attribute: Range): [name: string, OnnxAttribute] {
  reader.spend(objectBytes);
  let [name, type] = ['', 0];
  const [floats, ints]: [number[], number[]] = [[], []];
  // An old file does not say which type it is, but has a value of one only.
  let only: OnnxAttribute | undefined;
  for (const field of reader.fields(attribute)) {
    if (field.number === attributeFields.name) name = reader.text(field);
    else if (field.number === attributeFields.type) type = field.value;
    else if (field.number === attributeFields.float) only = { type: 'float', value: reader.float(field) };
    else if (field.number === attributeFields.int) only = { type: 'int', value: field.value };
    else if (field.number === attributeFields.string) only = { type: 'string', value: reader.text(field) };
    else if (field.number === attributeFields.tensor) {
      only = { type: 'tensor', value: readTensor(reader, reader.message(field)) };
    } else if (field.number === attributeFields.floats) append(floats, reader.floats(field));
    else if (field.number === attributeFields.ints) append(ints, reader.wholes(field));
  }
  return [name, attributeValue(type, only, floats, ints)];
}

function attributeValue(
  type: number,
  only: OnnxAttribute | undefined,
  floats: readonly number[],
  ints: readonly number[],
): OnnxAttribute {
  if (type === attributeTypes.ints || (type === 0 && ints.length > 0)) return { type: 'ints', value: ints };
  if (type === attributeTypes.floats || (type === 0 && floats.length > 0)) {
    return { type: 'floats', value: floats };
  }
  if (only !== undefined && only.type !== 'other') {
    if (type === 0 || attributeTypes[only.type] === type) return only;
  }
  // What is left out is zero.
  if (type === attributeTypes.int) return { type: 'int', value: 0 };
  if (type === attributeTypes.float) return { type: 'float', value: 0 };
  if (type === attributeTypes.string) return { type: 'string', value: '' };
  return { type: 'other' };
}

/** Not by spreading, which has a limit. */
function append(values: number[], more: readonly number[]): void {
  for (const value of more) values.push(value);
}

function readTensor(reader: MessageReader, tensor: Range): OnnxTensor {
  reader.spend(objectBytes);
  let [name, elementType, location] = ['', 0, 0];
  const shape: number[] = [];
  const data = new Map<number, Range[]>();
  const external: [string, string][] = [];
  for (const field of reader.fields(tensor)) {
    if (field.number === tensorFields.shape) append(shape, reader.wholes(field));
    else if (field.number === tensorFields.elementType) elementType = field.value;
    else if (field.number === tensorFields.name) name = reader.text(field);
    else if (field.number === tensorFields.external) external.push(readEntry(reader, field));
    else if (field.number === tensorFields.location) location = field.value;
    else if (dataFields.has(field.number)) {
      const ranges = data.get(field.number);
      if (ranges === undefined) data.set(field.number, [field.content]);
      else ranges.push(field.content);
    }
  }
  const elsewhere = location === externalLocation ? Object.fromEntries(external) : undefined;
  return { name, elementType, shape, data, external: elsewhere };
}

const dataFields: ReadonlySet<number> = new Set([
  tensorFields.raw,
  tensorFields.floats,
  tensorFields.doubles,
  tensorFields.int32s,
  tensorFields.int64s,
  tensorFields.uint64s,
]);

function readValue(reader: MessageReader, value: Range): OnnxValue {
  reader.spend(objectBytes);
  let [name, elementType] = ['', 0];
  let shape: OnnxValue['shape'];
  for (const field of reader.fields(value)) {
    if (field.number === valueFields.name) name = reader.text(field);
    else if (field.number === valueFields.type) {
      for (const type of within(reader, field, typeFields.tensor)) {
        for (const part of reader.fields(reader.message(type))) {
          if (part.number === tensorTypeFields.elementType) elementType = part.value;
          else if (part.number === tensorTypeFields.shape) shape = readShape(reader, part);
        }
      }
    }
  }
  return { name, elementType, shape };
}

function readShape(reader: MessageReader, shape: Field): (number | string)[] {
  return within(reader, shape, shapeFields.dimensions).map((dimension) => {
    let size: number | string = '';
    for (const field of reader.fields(reader.message(dimension))) {
      if (field.number === dimensionFields.size) size = field.value;
      else if (field.number === dimensionFields.name) size = reader.text(field);
    }
    return size;
  });
}

/** The fields of a message with this number. */
function within(reader: MessageReader, message: Field, number: number): Field[] {
  return [...reader.fields(reader.message(message))].filter((field) => field.number === number);
}
