/** Local response normalisation as PyTorch's exporter writes it: the arithmetic of torch.nn.LocalResponseNorm. */
import { alexnetError } from '../../../../errors.ts';
import type { OnnxAttribute, OnnxNode, OnnxTensor } from '../../../../formats/onnx/model.ts';
import type { OnnxFile } from '../../../../formats/onnx/openOnnx.ts';
import { nodeTitle, readNumbers } from './nodeReader.ts';

type Producers = ReadonlyMap<string, OnnxNode>;

/** x / (k + alpha * mean of squares)^beta, found in a graph. */
interface Normalisation {
  /** The last node. */
  readonly division: OnnxNode;
  readonly size: number;
  readonly alpha: OnnxTensor;
  readonly beta: OnnxTensor;
  readonly k: OnnxTensor;
}

/**
 * The nodes of a graph, with ONNX's own operator where a normalisation is written out. What made it is left, and needed by
 * nothing. Throws ALEX_ONNX_UNSUPPORTED, ALEX_ONNX_INVALID, ALEX_FILE_READ.
 */
export async function withNormalisations(file: OnnxFile): Promise<readonly OnnxNode[]> {
  const { nodes } = file.model.graph;
  const producers: Producers = new Map(
    nodes.flatMap((node) => node.outputs.map((output) => [output, node] as const)),
  );
  const found = new Map<OnnxNode, OnnxNode>();
  for (const division of nodes.filter(({ operator }) => operator === 'Div')) {
    const normalisation = findNormalisation(division, producers, file);
    if (normalisation !== undefined) found.set(division, await asOperator(normalisation, file));
  }
  return found.size === 0 ? nodes : nodes.map((node) => found.get(node) ?? node);
}

async function asOperator(
  { division, size, ...constants }: Normalisation,
  file: OnnxFile,
): Promise<OnnxNode> {
  const refuse = (problem: string): Error =>
    alexnetError('ALEX_ONNX_UNSUPPORTED', { file: file.name, node: nodeTitle(division), problem });
  const number = async (tensor: OnnxTensor): Promise<OnnxAttribute> => {
    const [value] = await readNumbers(file, tensor, refuse);
    if (value === undefined) throw refuse('a constant of it has no value');
    return { type: 'float', value };
  };
  return {
    ...division,
    operator: 'LRN',
    inputs: division.inputs.slice(0, 1),
    attributes: new Map<string, OnnxAttribute>([
      ['size', { type: 'int', value: size }],
      ['alpha', await number(constants.alpha)],
      ['beta', await number(constants.beta)],
      ['bias', await number(constants.k)],
    ]),
  };
}

function findNormalisation(
  division: OnnxNode,
  producers: Producers,
  file: OnnxFile,
): Normalisation | undefined {
  const [images = '', divisor = ''] = division.inputs;
  const power = withConstant(divisor, 'Pow', producers, file);
  const sum = withConstant(power?.input, 'Add', producers, file);
  const product = withConstant(sum?.input, 'Mul', producers, file);
  const mean = producerBefore(product?.input, 'AveragePool', producers);
  const square = producerBefore(mean?.inputs[0], 'Mul', producers);
  const size = channelsOf(mean);
  if (power === undefined || sum === undefined || product === undefined || size === undefined)
    return undefined;
  if (square === undefined || square.inputs.length !== 2 || square.inputs.some((name) => name !== images))
    return undefined;
  return { division, size, alpha: product.constant, beta: power.constant, k: sum.constant };
}

/** The node of this operator that makes a value of another and a constant. */
function withConstant(
  output: string | undefined,
  operator: string,
  producers: Producers,
  file: OnnxFile,
): { readonly input: string; readonly constant: OnnxTensor } | undefined {
  const node = producers.get(output ?? '');
  const [input, other] = node?.inputs ?? [];
  if (node?.operator !== operator || input === undefined || other === undefined) return undefined;
  const second = constantOf(other, producers, file);
  if (second !== undefined) return { input, constant: second };
  const first = operator === 'Pow' ? undefined : constantOf(input, producers, file);
  return first === undefined ? undefined : { input: other, constant: first };
}

function constantOf(name: string, producers: Producers, { model }: OnnxFile): OnnxTensor | undefined {
  const node = producers.get(name);
  const value = node?.operator === 'Constant' ? node.attributes.get('value') : undefined;
  return value?.type === 'tensor' ? value.value : model.graph.initializers.get(name);
}

/** Nodes that add or take away axes and zeros around the channels. */
const reshaping: ReadonlySet<string> = new Set(['Reshape', 'Squeeze', 'Unsqueeze', 'Pad', 'Identity']);
/** The exporter writes some twenty between two steps. */
const mostSteps = 50;

/** The node of this operator that a value comes from, but for reshaping. */
function producerBefore(
  output: string | undefined,
  operator: string,
  producers: Producers,
): OnnxNode | undefined {
  let node = producers.get(output ?? '');
  for (let steps = 0; node !== undefined && node.operator !== operator; steps++) {
    if (steps > mostSteps) return undefined;
    if (reshaping.has(node.operator)) node = producers.get(node.inputs[0] ?? '');
    // "If an axis has size 1, squeeze it": a choice by the shape of the very value that is chosen.
    else if (node.operator === 'If') node = producers.get(shapeTaken(node, producers) ?? '');
    else return undefined;
  }
  return node;
}

/** The value whose shape an If looks at. */
function shapeTaken({ inputs: [condition = ''] }: OnnxNode, producers: Producers): string | undefined {
  const steps = ['Equal', 'Gather', 'Shape'] as const;
  let name: string | undefined = condition;
  for (const operator of steps) {
    const node: OnnxNode | undefined = producers.get(name ?? '');
    if (node?.operator !== operator) return undefined;
    name = node.inputs[0];
  }
  return name;
}

/** How many channels an average is over, if it is over neither rows nor columns. */
function channelsOf(mean: OnnxNode | undefined): number | undefined {
  const kernel = mean?.attributes.get('kernel_shape');
  const strides = mean?.attributes.get('strides');
  if (kernel?.type !== 'ints' || (strides?.type === 'ints' && strides.value.some((stride) => stride !== 1)))
    return undefined;
  const [channels, ...others] = kernel.value;
  return others.length > 0 && others.every((size) => size === 1) ? channels : undefined;
}
