/** Nodes that become layers, or that layers do without. */
import { elementTypes } from '../../../../formats/onnx/model.ts';
import { layerName } from './chain.ts';
import { float32Number, image, type LayerNode } from './layerNode.ts';
import { floatTypes } from './nodeReader.ts';
import { adaptive, averagePool, maxPool, meanOfImage } from './poolNodes.ts';
import { flatten, reshape, squeeze } from './vectorNodes.ts';
import { batchNormalisation, bias, convolution, gemm, matrixProduct } from './weightNodes.ts';

const layerNodes: Readonly<Record<string, (node: LayerNode) => Promise<void> | void>> = {
  Conv: convolution,
  Gemm: gemm,
  MatMul: matrixProduct,
  Add: bias,
  Relu: (node) => plain(node, 'relu'),
  Tanh: (node) => plain(node, 'tanh'),
  Sigmoid: (node) => plain(node, 'sigmoid'),
  LRN: localResponseNorm,
  BatchNormalization: batchNormalisation,
  MaxPool: maxPool,
  AveragePool: averagePool,
  GlobalAveragePool: (node) => node.chain.add(adaptive(node, 1)),
  ReduceMean: meanOfImage,
  Flatten: flatten,
  Reshape: reshape,
  Squeeze: squeeze,
  Dropout: dropout,
  Pad: pad,
  Identity: () => {},
  Cast: cast,
  Softmax: probabilities,
  LogSoftmax: probabilities,
};

/** What may follow a Pad: those that take its zeros as their own, and those that do nothing. */
const afterPad: ReadonlySet<string> = new Set(['Conv', 'AveragePool', 'Identity', 'Cast']);

/** Names of the operators that become layers, or that layers do without. */
const layerOperators: readonly string[] = Object.keys(layerNodes);

/** Adds what a node does to the chain. Throws ALEX_ONNX_UNSUPPORTED, ALEX_NETWORK_LAYER. */
export async function addLayerNode(node: LayerNode): Promise<void> {
  const { reader, pending } = node;
  const { operator, domain } = reader.node;
  const add = domain === '' && Object.hasOwn(layerNodes, operator) ? layerNodes[operator] : undefined;
  if (add === undefined) {
    throw reader.refuse(`this operator is not supported; those that are: ${layerOperators.join(', ')}`);
  }
  if (pending.last !== undefined)
    throw reader.refuse(`it comes after ${pending.last}, which must be the last`);
  if (pending.pad !== undefined && !afterPad.has(operator)) {
    throw pending.pad.refuse('it pads for another operator than a convolution or an average');
  }
  if (operator !== 'Add') delete pending.bias;
  await add(node);
}

function plain({ reader, chain }: LayerNode, type: 'relu' | 'tanh' | 'sigmoid'): void {
  chain.add({ type, name: layerName(type, reader.node.name) });
}

/** Between floating-point types; the arithmetic is float32. */
function cast({ reader }: LayerNode): void {
  const dtype = elementTypes[reader.int('to', 0)];
  if (dtype === undefined || !floatTypes.has(dtype))
    throw reader.refuse(`it makes ${dtype ?? 'something'} of images`);
}

function localResponseNorm({ reader, chain }: LayerNode): void {
  const size = reader.int('size', 0);
  if (size % 2 !== 1) throw reader.refuse(`its size is ${size}, expected an odd number`);
  const [alpha, beta, k] = [
    reader.float('alpha', 0.0001),
    reader.float('beta', 0.75),
    reader.float('bias', 1),
  ].map(float32Number) as [number, number, number];
  chain.add({
    type: 'lrn',
    name: layerName('lrn', reader.node.name),
    size,
    alpha,
    beta,
    k,
    convention: 'pytorch',
  });
}

async function dropout({ reader, chain }: LayerNode): Promise<void> {
  const ratio = reader.opset < 12 ? reader.float('ratio', 0.5) : (await reader.numbers(1))?.[0];
  const probability = float32Number(ratio ?? 0.5);
  chain.add({ type: 'dropout', name: layerName('dropout', reader.node.name), probability });
}

/** Zeros around the images, for the convolution that follows. */
async function pad(node: LayerNode): Promise<void> {
  const { reader, pending } = node;
  image(node);
  const asAttributes = reader.opset < 11;
  const pads = asAttributes ? reader.ints('pads', []) : ((await reader.numbers(1)) ?? []);
  const value = asAttributes ? reader.float('value', 0) : ((await reader.numbers(2))?.[0] ?? 0);
  if (reader.text('mode', 'constant') !== 'constant' || value !== 0)
    throw reader.refuse('it pads with something else than zeros');
  if (!asAttributes && reader.input(3) !== undefined) throw reader.refuse('it names the axes that it pads');
  if (pads.every((size) => size === 0)) return;
  const [size = 0] = pads.slice(2);
  if (pads.join() !== [0, 0, size, size, 0, 0, size, size].join() || size < 0) {
    throw reader.refuse('it pads the four sides differently');
  }
  pending.pad = { size, refuse: reader.refuse };
}

/** The network's outputs are logits: what makes probabilities of them is left out. */
function probabilities({ reader, chain, pending }: LayerNode): void {
  const axis = reader.int('axis', reader.opset < 13 ? 1 : -1);
  if (chain.shape().length !== 1 || (axis !== 1 && axis !== -1))
    throw reader.refuse('it is not over the classes');
  pending.last = reader.node.operator;
}
