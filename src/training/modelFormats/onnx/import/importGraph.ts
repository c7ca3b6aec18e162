import { AlexnetError, alexnetError } from '../../../../errors.ts';
import {
  elementTypes,
  type OnnxGraph,
  type OnnxNode,
  type OnnxValue,
} from '../../../../formats/onnx/model.ts';
import type { OnnxFile } from '../../../../formats/onnx/openOnnx.ts';
import { quoted } from '../../../../formats/quoted.ts';
import type { NetworkSpec } from '../../../../network/spec.ts';
import { createChain, type Chain, type ImportedParameter } from './chain.ts';
import type { Pending } from './layerNode.ts';
import { addLayerNode } from './layerNodes.ts';
import { createNodeReader, floatTypes, type NodeReader } from './nodeReader.ts';
import { withNormalisations } from './normalisations.ts';
import { evaluateShapeNode } from './shapeNodes.ts';
import type { Value } from './values.ts';

/** A network that was read from a graph. */
export interface ImportedNetwork {
  readonly network: NetworkSpec;
  /** By our names. */
  readonly parameters: ReadonlyMap<string, ImportedParameter>;
}

/** AlexNet's family has some dozens. */
const mostNodes = 1000;

/** How exporters call graphs that have no name. */
const namelessGraphs: ReadonlySet<string> = new Set([
  '',
  'torch_jit',
  'torch-jit-export',
  'main_graph',
  'main',
]);

/**
 * Makes a network of a graph that is a chain of layers: the images go in, and each node takes what the one before it
 * made. Nodes that only compute sizes, and constants, are worked out. Throws ALEX_ONNX_UNSUPPORTED, which names the node
 * and what about it, ALEX_ONNX_INVALID, ALEX_FILE_READ.
 */
export async function importGraph(file: OnnxFile): Promise<ImportedNetwork> {
  const { graph } = file.model;
  const refuse = (node: string, problem: string): Error =>
    alexnetError('ALEX_ONNX_UNSUPPORTED', { file: file.name, node, problem });
  const images = onlyOne(imagesOf(graph), 'input', refuse);
  const output = onlyOne(graph.outputs, 'output', refuse);
  const nodes = nodesFor(output.name, await withNormalisations(file));
  if (nodes.length > mostNodes)
    throw refuse('the graph', `it has ${nodes.length} nodes, expected at most ${mostNodes}`);
  const { input, batch } = inputOf(images, refuse);
  const chain = createChain(input);
  const end = await addNodes({ file, chain, batch, nodes, images: images.name });
  if (end !== output.name)
    throw refuse(`output ${quoted(output.name)}`, `the chain of layers ends with ${quoted(end)}`);
  const name = namelessGraphs.has(graph.name) ? bareName(file.name) : graph.name;
  return { network: { name, input, layers: chain.layers }, parameters: chain.parameters };
}

/** The name of a file without its folder and its extension. */
function bareName(path: string): string {
  const name = path.split(/[/\\]/).at(-1)!;
  return name.replace(/(?<=.)\.[^.]*$/, '');
}

type Refuse = (node: string, problem: string) => Error;

/** Inputs that are no weights: old files list those among the inputs. */
function imagesOf({ inputs, initializers }: OnnxGraph): readonly OnnxValue[] {
  return inputs.filter(({ name }) => !initializers.has(name));
}

function onlyOne(values: readonly OnnxValue[], what: string, refuse: Refuse): OnnxValue {
  const [value, ...others] = values;
  if (value === undefined || others.length > 0) {
    const names = values.slice(0, 5).map(({ name }) => quoted(name));
    throw refuse('the graph', `it has ${values.length} ${what}s, ${names.join(', ')}; expected one`);
  }
  return value;
}

/** The nodes that an output needs, in the graph's order. */
function nodesFor(output: string, nodes: readonly OnnxNode[]): OnnxNode[] {
  const needed = new Set([output]);
  const chosen = nodes.toReversed().filter((node) => {
    if (!node.outputs.some((name) => needed.has(name))) return false;
    for (const name of node.inputs) needed.add(name);
    return true;
  });
  return chosen.toReversed();
}

function inputOf(
  { name, elementType, shape }: OnnxValue,
  refuse: Refuse,
): { readonly input: NetworkSpec['input']; readonly batch: number | undefined } {
  const title = `input ${quoted(name)}`;
  const type = elementTypes[elementType];
  if (type === undefined || !floatTypes.has(type)) {
    throw refuse(
      title,
      `it is of type ${type ?? elementType}, expected float32 images without preprocessing`,
    );
  }
  const [images, ...sizes] = shape ?? [];
  const known = sizes.every((size) => typeof size === 'number' && Number.isSafeInteger(size) && size > 0);
  if (images === undefined || sizes.length !== 3 || !known) {
    const written = (shape ?? []).slice(0, 8).map((size) => (size === '' ? '?' : size));
    throw refuse(
      title,
      `its shape is [${written.join(', ')}], expected [N, C, H, W] with sizes for all but N`,
    );
  }
  const [channels, height, width] = sizes as [number, number, number];
  return { input: { channels, height, width }, batch: typeof images === 'number' ? images : undefined };
}

interface Walk {
  readonly file: OnnxFile;
  readonly chain: Chain;
  readonly batch: number | undefined;
  readonly nodes: readonly OnnxNode[];
  /** Name of the input. */
  readonly images: string;
}

/** Works through the nodes; returns the name of what the last layer makes. */
async function addNodes({ file, chain, batch, nodes, images }: Walk): Promise<string> {
  const values = new Map<string, Value>();
  for (const [name, tensor] of file.model.graph.initializers) values.set(name, { kind: 'constant', tensor });
  values.set(images, { kind: 'images', layers: 0, nodes: 0 });
  const pending: Pending = {};
  let end = images;
  let done = 0;
  for (const node of nodes) {
    const reader = createNodeReader(file, node, values);
    const [made = ''] = node.outputs;
    if (takesImages(reader, done)) {
      await namingNode(reader, async () => {
        await addLayerNode({ reader, chain, batch, pending });
        chain.shape();
      });
      done++;
      values.set(made, { kind: 'images', layers: chain.layers.length, nodes: done });
      end = made;
    } else values.set(made, await evaluateShapeNode({ reader, chain, file }));
  }
  if (pending.pad !== undefined) throw pending.pad.refuse('nothing follows it');
  return end;
}

/** Whether a node goes on with the chain. Throws for one that begins a branch. */
function takesImages(reader: NodeReader, done: number): boolean {
  if (reader.node.operator === 'Shape') return false;
  const inputs = reader.node.inputs
    .map((_, index) => reader.input(index))
    .filter((value) => value?.kind === 'images');
  if (inputs.some(({ nodes }) => nodes !== done)) {
    throw reader.refuse(
      'it takes what an earlier node than the last made: only chains of layers are supported',
    );
  }
  return inputs.length > 0;
}

/** What the network's own rules refuse is told of the node. */
async function namingNode(reader: NodeReader, add: () => Promise<void>): Promise<void> {
  try {
    await add();
  } catch (error) {
    if (!(error instanceof AlexnetError) || error.code !== 'ALEX_NETWORK_LAYER') throw error;
    const problem = error.message.slice(
      error.code.length + 2,
      error.message.length - error.advice.length - 2,
    );
    throw reader.refuse(problem);
  }
}
