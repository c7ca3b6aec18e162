/** Nodes that compute with sizes and constants, as exporters write them where a network pads or reshapes: not images. */
import type { OnnxFile } from '../../../../formats/onnx/openOnnx.ts';
import type { Chain } from './chain.ts';
import { floatTypes, readNumbers, type NodeReader } from './nodeReader.ts';
import { elementTypes } from '../../../../formats/onnx/model.ts';
import type { ShapeValue, Size, Value } from './values.ts';

interface ShapeNode {
  readonly reader: NodeReader;
  readonly chain: Chain;
  readonly file: OnnxFile;
}

/** Most sizes in a tensor of them. */
const mostSizes = 64;

const shapeNodes: Readonly<Record<string, (node: ShapeNode) => Promise<Value> | Value>> = {
  Constant: constant,
  ConstantOfShape: repeated,
  Shape: shapeOf,
  Identity: ({ reader }) => given(reader),
  Cast: ({ reader }) => given(reader),
  Unsqueeze: (node) => withAxes(node, (sizes) => (sizes.length === 1 ? [1] : undefined)),
  Squeeze: (node) => withAxes(node, (sizes) => (sizes.length === 1 ? [] : undefined)),
  Reshape: async (node) => {
    const target = (await node.reader.numbers(1)) ?? [];
    return withAxes(node, (sizes) => reshaped(sizes.length, target));
  },
  Transpose: transposed,
  Gather: gathered,
  Slice: slice,
  Concat: concatenated,
  Add: (node) => elementwise(node, (a, b) => a + b),
  Sub: (node) => elementwise(node, (a, b) => a - b),
  Mul: (node) => elementwise(node, (a, b) => a * b),
};

/** What a node makes that takes no images, or only their shape. Throws ALEX_ONNX_UNSUPPORTED. */
export async function evaluateShapeNode(node: ShapeNode): Promise<Value> {
  const { operator, domain } = node.reader.node;
  const evaluate = domain === '' && Object.hasOwn(shapeNodes, operator) ? shapeNodes[operator] : undefined;
  if (evaluate === undefined) throw node.reader.refuse('this operator is not supported for constants');
  return evaluate(node);
}

function constant({ reader }: ShapeNode): Value {
  const { attributes } = reader.node;
  const value = attributes.get('value');
  if (value?.type === 'tensor') return { kind: 'constant', tensor: value.value };
  const one = attributes.get('value_int') ?? attributes.get('value_float');
  if (one?.type === 'int' || one?.type === 'float') return shape(reader, [one.value], []);
  const several = attributes.get('value_ints') ?? attributes.get('value_floats');
  if (several?.type === 'ints' || several?.type === 'floats') return shape(reader, several.value);
  throw reader.refuse('it has no value of numbers');
}

async function repeated({ reader, file }: ShapeNode): Promise<Value> {
  const axes = (await reader.numbers(0)) ?? [];
  const value = reader.node.attributes.get('value');
  const [number = 0] = value?.type === 'tensor' ? await readNumbers(file, value.value, reader.refuse) : [0];
  const count = axes.reduce((product, size) => product * size, 1);
  if (!(count >= 0 && count <= mostSizes)) throw reader.refuse('its result has too many sizes');
  return shape(
    reader,
    Array.from({ length: count }, () => number),
    axes,
  );
}

function shapeOf({ reader, chain }: ShapeNode): Value {
  const value = given(reader);
  if (value.kind === 'shape') return shape(reader, value.axes);
  if (value.kind === 'constant') return shape(reader, value.tensor.shape);
  const all: Size[] = ['batch', ...chain.shape(value.layers)];
  return shape(reader, all.slice(reader.int('start', 0), reader.int('end', all.length)));
}

function given(reader: NodeReader): Value {
  const value = reader.input(0);
  if (value === undefined) throw reader.refuse('it has no input');
  return value;
}

/** The same sizes with other axes around them; `axesOf` knows them only for sizes that fit. */
async function withAxes(
  node: ShapeNode,
  axesOf: (sizes: readonly Size[]) => readonly number[] | undefined,
): Promise<Value> {
  const { sizes } = await tensor(node, 0);
  const axes = axesOf(sizes);
  if (axes === undefined)
    throw node.reader.refuse('it changes axes in a way that is not supported for sizes');
  return shape(node.reader, sizes, axes);
}

function reshaped(count: number, target: readonly number[]): readonly number[] | undefined {
  const known = target.filter((size) => size !== -1).reduce((product, size) => product * size, 1);
  const axes = target.map((size) => (size === -1 ? count / known : size));
  const fits = axes.every((size) => Number.isSafeInteger(size) && size > 0);
  return fits && axes.reduce((product, size) => product * size, 1) === count ? axes : undefined;
}

/** A matrix of weights or of sizes with rows and columns exchanged. */
async function transposed(node: ShapeNode): Promise<Value> {
  const { reader } = node;
  const order = reader.ints('perm', [1, 0]);
  if (order.join() !== '1,0')
    throw reader.refuse(`its perm is [${order.slice(0, 8).join(', ')}], expected [1, 0]`);
  const value = given(reader);
  if (value.kind === 'constant' && floatTypes.has(elementTypes[value.tensor.elementType] ?? '')) {
    if (value.tensor.shape.length !== 2) throw reader.refuse('it exchanges the axes of what is no matrix');
    return { ...value, transposed: value.transposed !== true };
  }
  const { sizes, axes } = await tensor(node, 0);
  const [rows = 0, columns = 0] = axes;
  if (axes.length !== 2) throw reader.refuse('it exchanges the axes of what is no matrix');
  const exchanged = sizes.map((_, index) => sizes[(index % rows) * columns + Math.floor(index / rows)]!);
  return shape(reader, exchanged, [columns, rows]);
}

async function gathered(node: ShapeNode): Promise<Value> {
  const { reader } = node;
  const { sizes, axes } = await tensor(node, 0);
  if (axes.length !== 1 || reader.int('axis', 0) !== 0)
    throw reader.refuse('it gathers from what is no vector');
  const indices = await tensor(node, 1);
  const found = indices.sizes.map((index) => {
    const size = index === 'batch' ? undefined : sizes.at(index);
    if (size === undefined) throw reader.refuse(`it takes size ${index} of ${sizes.length}`);
    return size;
  });
  return shape(reader, found, indices.axes);
}

/** Some of the rows. */
async function slice(node: ShapeNode): Promise<Value> {
  const { reader } = node;
  const { sizes, axes } = await tensor(node, 0);
  const asAttributes = reader.opset < 10;
  const [starts = [], ends = [], along = [0], steps = [1]] = asAttributes
    ? [reader.ints('starts', []), reader.ints('ends', []), reader.ints('axes', [0])]
    : [await reader.numbers(1), await reader.numbers(2), await reader.numbers(3), await reader.numbers(4)];
  const [start, end, step] = [starts[0], ends[0], steps[0]];
  const runs = starts.length === 1 && ends.length === 1 && along.join() === '0' && Math.abs(step ?? 0) === 1;
  if (!runs || start === undefined || end === undefined || axes.length === 0) {
    throw reader.refuse('it takes something else than a run of sizes');
  }
  const [rows, ...others] = axes as [number, ...number[]];
  const indices = step === 1 ? forwards(rows, start, end) : backwards(rows, start, end);
  const length = others.reduce((product, size) => product * size, 1);
  const found = indices.flatMap((row) => sizes.slice(row * length, (row + 1) * length));
  return shape(reader, found, [indices.length, ...others]);
}

function forwards(rows: number, start: number, end: number): number[] {
  return [...Array(rows).keys()].slice(start, Math.min(end, rows));
}

/** From `start` down to the row after `end`. */
function backwards(rows: number, start: number, end: number): number[] {
  const first = Math.min(start < 0 ? start + rows : start, rows - 1);
  const stop = end < 0 ? Math.max(end + rows, -1) : end;
  return [...Array(rows).keys()].filter((row) => row <= first && row > stop).toReversed();
}

async function concatenated(node: ShapeNode): Promise<Value> {
  const { reader } = node;
  const parts: Size[] = [];
  for (const index of reader.node.inputs.keys()) {
    const { sizes, axes } = await tensor(node, index);
    if (axes.length > 1) throw reader.refuse('it joins what are no vectors');
    parts.push(...sizes);
    if (parts.length > mostSizes) throw reader.refuse('its result has too many sizes');
  }
  return shape(reader, parts);
}

/** Of two tensors of one shape, or one of them a single size. The number of images is only ever multiplied by 1. */
async function elementwise(node: ShapeNode, calculate: (a: number, b: number) => number): Promise<Value> {
  const { reader } = node;
  const [first, second] = [await tensor(node, 0), await tensor(node, 1)];
  const [longer, shorter] = first.sizes.length >= second.sizes.length ? [first, second] : [second, first];
  if (shorter.sizes.length !== 1 && shorter.axes.join() !== longer.axes.join()) {
    throw reader.refuse('its inputs are of different shapes');
  }
  const at = ({ sizes }: ShapeValue, index: number): Size => sizes[sizes.length === 1 ? 0 : index]!;
  const results = longer.sizes.map((_, index) => {
    const [a, b] = [at(first, index), at(second, index)];
    if (a !== 'batch' && b !== 'batch') return calculate(a, b);
    if (reader.node.operator === 'Mul' && (a === 1 || b === 1)) return 'batch';
    throw reader.refuse('it computes with the number of images');
  });
  return shape(reader, results, longer.axes);
}

async function tensor({ reader, file }: ShapeNode, index: number): Promise<ShapeValue> {
  const value = reader.input(index);
  if (value?.kind === 'shape') return value;
  if (value?.kind !== 'constant') throw reader.refuse(`its input ${index} is no constant`);
  return shape(reader, await readNumbers(file, value.tensor, reader.refuse), value.tensor.shape);
}

function shape(
  reader: NodeReader,
  sizes: readonly Size[],
  axes: readonly number[] = [sizes.length],
): ShapeValue {
  if (sizes.length > mostSizes) throw reader.refuse('its result has too many sizes');
  return { kind: 'shape', sizes, axes };
}
