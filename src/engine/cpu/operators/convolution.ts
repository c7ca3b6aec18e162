/**
 * Convolution without an im2col buffer. Forward: an output pixel's window is `blocks` times kernelSize runs of
 * kernelSize * lanes consecutive floats, so the gemm kernel reads it in place.
 */
import type { ConvSpec } from '../../../network/spec.ts';
import { panelColumns } from '../kernels/tile.ts';
import type { Builder } from '../plan/builder.ts';
import type { ImageNode } from '../plan/nodes.ts';
import type { Operation } from '../plan/operations.ts';
import type { PackedParameter, Packing } from '../plan/parameters.ts';
import {
  channelBlocks,
  imageTensor,
  pixelOffset,
  type ImageSize,
  type ImageTensor,
} from '../plan/tensors.ts';
import {
  convolutionGeometry,
  gradientHalo,
  pixelTable,
  separateGroups,
  type ConvolutionGeometry,
} from './convolutionGeometry.ts';
import { planWeightGradient } from './convolutionGradient.ts';
import { planInputGradient } from './convolutionInputGradient.ts';
import { planGemm, type GemmLayout } from './gemm.ts';
import { planParameter, trainsLayer } from './update.ts';
import { planTransformedWeights, planWinograd } from './winograd/convolution.ts';
import { winogradSource, type WinogradSource } from './winograd/source.ts';

export interface ConvolutionPlan {
  readonly output: ImageNode;
  readonly forward: readonly Operation[];
  /** The same without the fused ReLU. */
  readonly plain: readonly Operation[];
  readonly weightGradient: readonly Operation[];
  readonly inputGradient: readonly Operation[];
}

/** Plans one convolution with its bias and, fused, its ReLU. */
export function planConvolution(
  builder: Builder,
  spec: ConvSpec,
  input: ImageNode,
  outputSize: ImageSize,
  options: { readonly rectify: boolean; readonly halo: { readonly before: number; readonly after: number } },
): ConvolutionPlan {
  const parts = separateGroups(spec, input.value.channels);
  const geometry = convolutionGeometry(builder, spec, input, outputSize);
  const { allocate, batchSize } = builder;
  const value = imageTensor(allocate, batchSize, outputSize, options.halo);
  const weight = planParameter(builder, `${spec.name}.weight`, weightPacking(geometry, parts));
  const bias = planParameter(builder, `${spec.name}.bias`, { kind: 'bias', length: spec.outChannels });
  const gradient =
    input.gradient || trainsLayer(builder, spec.name)
      ? { gradient: imageTensor(allocate, batchSize, outputSize, gradientHalo(geometry, 1)) }
      : {};
  const output: ImageNode = { kind: 'image', value, slotBytes: 0, ...gradient };
  const whole: ConvolutionPart = { geometry, output, weight, bias };
  const plans = Array.from({ length: parts }, (_, group) =>
    planPart(builder, parts === 1 ? whole : groupOf(whole, group, parts), options.rectify),
  );
  const all = (list: 'forward' | 'plain' | 'weightGradient' | 'inputGradient'): Operation[] =>
    plans.flatMap((plan) => plan[list]);
  const weightGradient = [...all('weightGradient'), ...planMask(spec, input.value, weight, parts)];
  return {
    output,
    forward: all('forward'),
    plain: all('plain'),
    weightGradient,
    inputGradient: all('inputGradient'),
  };
}

/** A convolution, or one group of it, and where everything of it lies. */
interface ConvolutionPart {
  readonly geometry: ConvolutionGeometry;
  readonly output: ImageNode;
  readonly weight: PackedParameter;
  readonly bias: PackedParameter;
}

/** One group of a convolution whose groups have blocks of their own. */
function groupOf(
  { geometry, output, weight, bias }: ConvolutionPart,
  group: number,
  parts: number,
): ConvolutionPart {
  const ofTensor = (tensor: ImageTensor): ImageTensor =>
    channelBlocks(tensor, (group * tensor.blocks) / parts, tensor.blocks / parts);
  const ofNode = ({ value, gradient, ...node }: ImageNode): ImageNode => ({
    ...node,
    value: ofTensor(value),
    ...(gradient && { gradient: ofTensor(gradient) }),
  });
  const ofParameter = (parameter: PackedParameter): PackedParameter => {
    const floats = parameter.floats / parts;
    const [values, gradient] = [parameter.values, parameter.gradient].map((address) =>
      address === 0 ? 0 : address + group * floats * 4,
    );
    return { ...parameter, values, gradient, floats };
  };
  const outChannels = geometry.spec.outChannels / parts;
  return {
    geometry: {
      ...geometry,
      spec: { ...geometry.spec, outChannels, groups: 1 },
      input: ofNode(geometry.input),
      output: { ...geometry.output, channels: outChannels },
    },
    output: ofNode(output),
    weight: ofParameter(weight),
    bias: ofParameter(bias),
  };
}

function planPart(
  builder: Builder,
  { geometry, output, weight, bias }: ConvolutionPart,
  rectify: boolean,
): Omit<ConvolutionPlan, 'output'> {
  const source = winogradSource(builder, geometry, weight);
  const operations = source
    ? planWinogradForward(builder, source, output.value, bias, rectify)
    : planForward(builder, geometry, output.value, weight, bias, rectify);
  const { gradient } = output;
  if (!gradient) return { ...operations, weightGradient: [], inputGradient: [] };
  return {
    ...operations,
    weightGradient: weight.gradient
      ? planWeightGradient(builder, geometry, source, { gradient, weight, bias })
      : [],
    inputGradient: planInputGradient(builder, geometry, gradient, weight),
  };
}

/** What keeps the zeros zero, where groups share blocks. */
function planMask(
  { outChannels, kernelSize, groups = 1 }: ConvSpec,
  { channels, blocks }: ImageTensor,
  { gradient }: PackedParameter,
  parts: number,
): Operation[] {
  if (groups === parts || gradient === 0) return [];
  return [
    { kind: 'groupMask', gradient, groups, outChannels, inChannels: channels, inBlocks: blocks, kernelSize },
  ];
}

function planForward(
  builder: Builder,
  geometry: ConvolutionGeometry,
  value: ImageTensor,
  weight: PackedParameter,
  bias: PackedParameter,
  rectify: boolean,
): Pick<ConvolutionPlan, 'forward' | 'plain'> {
  const layout = forwardLayout(builder, geometry, value, weight, bias, rectify);
  const plain = planGemm({ ...builder, kernel: builder.spareKernel }, { ...layout, rectify: false });
  return { forward: [planGemm(builder, layout)], plain: [plain] };
}

function planWinogradForward(
  builder: Builder,
  source: WinogradSource,
  value: ImageTensor,
  bias: PackedParameter,
  rectify: boolean,
): Pick<ConvolutionPlan, 'forward' | 'plain'> {
  const convolution = { ...source, to: value, bias: bias.values, rectify };
  const { points, operation } = planTransformedWeights(builder, convolution);
  builder.prepare.push(...source.splitWeights, operation);
  const { operations, plain } = planWinograd(builder, convolution, points);
  return {
    forward: [...source.splitInput, ...operations],
    plain: [...source.splitInput, ...plain],
  };
}

/** Groups that are done one by one follow each other, each packed as a convolution of its own is. */
function weightPacking({ spec, input }: ConvolutionGeometry, parts: number): Packing {
  const { outChannels, kernelSize, groups = 1 } = spec;
  const inChannels = input.value.channels / parts;
  const inLanes = input.value.lanes;
  return { kind: 'convolution', outChannels, inChannels, inLanes, kernelSize, groups: groups / parts };
}

function forwardLayout(
  builder: Builder,
  geometry: ConvolutionGeometry,
  value: ImageTensor,
  weight: PackedParameter,
  bias: PackedParameter,
  rectify: boolean,
): GemmLayout {
  const { spec, stride, padding, input } = geometry;
  const from = input.value;
  const table = pixelTable(builder, from, value, value.height, value.width, (y, x) => [
    pixelOffset(from, y * stride - padding, x * stride - padding),
    pixelOffset(value, y, x),
  ]);
  const bBlockBytes = spec.kernelSize ** 2 * from.lanes * panelColumns * 4;
  return {
    rows: { each: value.height * value.width },
    panels: value.blocks,
    table,
    a: from.address,
    aSlotBytes: input.slotBytes,
    aBlockBytes: from.planeBytes,
    b: weight.values,
    bBlockBytes,
    bPanelBytes: from.blocks * bBlockBytes,
    bias: bias.values,
    biasPanelBytes: panelColumns * 4,
    c: value.address,
    cPanelBytes: value.planeBytes,
    blocks: from.blocks,
    partBlocks: from.blocks,
    shared: 'columns',
    rectify,
    shape: {
      run: spec.kernelSize * from.lanes,
      lines: spec.kernelSize,
      lineBytes: from.lineBytes,
      blockBytes: from.planeBytes,
    },
  };
}
