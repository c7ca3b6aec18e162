/**
 * A linear layer. Its weights are read three times a step and are most of the memory traffic: forward streams them
 * once for the whole batch, the input's gradient once more in the same packing, and the update computes the weights'
 * gradient strip by strip in the cache and applies it at once, so that it never goes to memory; where gradients of
 * several batches are added up, it goes into their sum.
 */
import type { LinearSpec } from '../../../network/spec.ts';
import { panelColumns } from '../kernels/tile.ts';
import { outerKernel } from '../kernels/outer.ts';
import { gradientSumKernel } from '../kernels/updates.ts';
import type { Builder } from '../plan/builder.ts';
import type { MatrixNode } from '../plan/nodes.ts';
import type { Operation } from '../plan/operations.ts';
import type { PackedParameter } from '../plan/parameters.ts';
import { featureOrder, gradientMatrix, matrixTensor, type GradientMatrix } from '../plan/tensors.ts';
import type { Context } from '../threads/context.ts';
import { controlAddresses, share } from '../threads/control.ts';
import { planGemm, type GemmLayout, type GemmOperation } from './gemm.ts';
import { planGemv } from './gemv.ts';
import { applyUpdate, planParameter, trainsLayer, updateOperands, type UpdateOperands } from './update.ts';

const pixelBytes = panelColumns * 4;
/** Blocks of 16 input features whose weight gradient is in the cache at one time. */
const stripBlocks = 16;
/** Blocks of k that stay in the cache while all tiles pass over them. */
const forwardPartBlocks = 16;
const backwardPartBlocks = 8;

/** The output's gradient turned to [blocks][batch][16], and the biases' gradient. */
export interface LinearGradientOperation {
  readonly kind: 'linearGradient';
  readonly gradient: GradientMatrix;
  /** The turned gradient. */
  readonly turned: number;
  readonly blockBytes: number;
  readonly biasGradient: number;
}

/** The gradient of the weights, strip by strip. */
interface WeightStrips {
  readonly parameter: string;
  /** For a whole batch, and for any number of images. */
  readonly wholeKernel: string;
  readonly anyKernel: string;
  readonly batchSize: number;
  readonly x: number;
  readonly turned: number;
  readonly blockBytes: number;
  readonly inBlocks: number;
  readonly outBlocks: number;
  /** One strip's gradient for each thread. */
  readonly scratch: number;
}

/** Gradient and update of the weights in one pass. */
export interface LinearUpdateOperation extends WeightStrips {
  readonly kind: 'linearUpdate';
  readonly operands: UpdateOperands;
}

/** Adds the gradient of this batch to those of the batches before it. */
export interface LinearSumOperation extends WeightStrips {
  readonly kind: 'linearSum';
  readonly sum: number;
}

export type LinearOperation = LinearGradientOperation | LinearUpdateOperation | LinearSumOperation;

export interface LinearPlan {
  readonly output: MatrixNode;
  readonly forward: Operation;
  /** The same without the fused ReLU. */
  readonly plain: Operation;
  /** The biases' gradient; the weights' is part of their update. */
  readonly weightGradient: readonly Operation[];
  readonly inputGradient: readonly Operation[];
}

/** Plans one linear layer with its bias and, fused, its ReLU. */
export function planLinear(
  builder: Builder,
  spec: LinearSpec,
  input: MatrixNode,
  rectify: boolean,
): LinearPlan {
  const { outFeatures } = spec;
  const value = matrixTensor(builder.allocate, builder.batchSize, outFeatures);
  const weight = planParameter(builder, `${spec.name}.weight`, linearPacking(spec, input), 'never');
  const bias = planParameter(builder, `${spec.name}.bias`, { kind: 'bias', length: outFeatures });
  const operands = { input, output: { kind: 'matrix', value } as const, weight, bias };
  const forward = planForward(builder, operands, rectify);
  const plain = planForward({ ...builder, kernel: builder.spareKernel }, operands, false);
  if (!input.gradient && !trainsLayer(builder, spec.name))
    return { output: { kind: 'matrix', value }, forward, plain, weightGradient: [], inputGradient: [] };
  const gradient = gradientMatrix(builder.allocate, builder.batchSize, value);
  const output: MatrixNode = { kind: 'matrix', value, gradient };
  return { output, forward, plain, ...planBackward(builder, input, output, weight, bias) };
}

function linearPacking(spec: LinearSpec, { value }: MatrixNode): PackedParameter['packing'] {
  return {
    kind: 'linear',
    outFeatures: spec.outFeatures,
    inFeatures: value.features,
    ownFeatures: value.blocks * panelColumns,
    order: featureOrder(value),
  };
}

/** Table entries of rows that follow each other, 16 floats each. */
function rowTable(builder: Builder, rows: number): number {
  return builder.constant(rows * 2, () =>
    Int32Array.from({ length: rows * 2 }, (_, index) => (index >> 1) * pixelBytes),
  );
}

interface LinearOperands {
  readonly input: MatrixNode;
  readonly output: MatrixNode;
  readonly weight: PackedParameter;
  readonly bias: PackedParameter;
}

function planForward(builder: Builder, operands: LinearOperands, rectify: boolean): Operation {
  if (builder.batchSize > 1) return planGemm(builder, forwardLayout(builder, operands, rectify));
  const { input, output, weight, bias } = operands;
  const layout = {
    a: input.value.address,
    b: weight.values,
    bias: bias.values,
    c: output.value.address,
    panelBytes: input.value.blocks * panelColumns * pixelBytes,
    panels: output.value.blocks,
    blocks: input.value.blocks,
  };
  return planGemv(builder, layout, rectify);
}

function forwardLayout(
  builder: Builder,
  { input, output, weight, bias }: LinearOperands,
  rectify: boolean,
): GemmLayout {
  const { value } = input;
  return {
    rows: { each: 1 },
    panels: output.value.blocks,
    table: rowTable(builder, builder.batchSize),
    a: value.address,
    aSlotBytes: 0,
    aBlockBytes: value.blockBytes,
    b: weight.values,
    bBlockBytes: panelColumns * pixelBytes,
    bPanelBytes: value.blocks * panelColumns * pixelBytes,
    bias: bias.values,
    biasPanelBytes: pixelBytes,
    c: output.value.address,
    cPanelBytes: output.value.blockBytes,
    blocks: value.blocks,
    // With one tile of rows there is nothing that would find a part in the cache again.
    partBlocks:
      builder.batchSize <= builder.tileRows ? value.blocks : Math.min(forwardPartBlocks, value.blocks),
    shared: 'columns',
    rectify,
    shape: { run: panelColumns, lines: 1, lineBytes: pixelBytes, blockBytes: value.blockBytes },
  };
}

function planBackward(
  builder: Builder,
  input: MatrixNode,
  output: MatrixNode,
  weight: PackedParameter,
  bias: PackedParameter,
): Pick<LinearPlan, 'weightGradient' | 'inputGradient'> {
  const { value } = output;
  const gradient = output.gradient!;
  const inputGradient = input.gradient ? [planInputGradient(builder, input, gradient, weight)] : [];
  if (!bias.gradient) return { weightGradient: [], inputGradient };
  const turned = builder.allocate(value.blocks * value.blockBytes);
  const { blockBytes } = value;
  if (weight.momentum) planUpdate(builder, input, weight, turned);
  const turn: Operation = {
    kind: 'linearGradient',
    gradient,
    turned,
    blockBytes,
    biasGradient: bias.gradient,
  };
  return { weightGradient: [turn], inputGradient };
}

/** Weights are A here: a row of the result is an input feature, a column an image. */
function planInputGradient(
  builder: Builder,
  input: MatrixNode,
  gradient: GradientMatrix,
  weight: PackedParameter,
): GemmOperation {
  const to = input.gradient!;
  const weightBlockBytes = to.features * pixelBytes;
  const blocks = gradient.features / panelColumns;
  return planGemm(builder, {
    rows: { all: to.features },
    panels: 'images',
    table: rowTable(builder, to.features),
    a: weight.values,
    aSlotBytes: 0,
    aBlockBytes: weightBlockBytes,
    b: gradient.address,
    bBlockBytes: panelColumns * pixelBytes,
    bPanelBytes: gradient.panelBytes,
    bias: builder.zeros,
    biasPanelBytes: 0,
    c: to.address,
    cPanelBytes: to.panelBytes,
    blocks,
    partBlocks: Math.min(backwardPartBlocks, blocks),
    shared: 'rows',
    rectify: false,
    shape: { run: panelColumns, lines: 1, lineBytes: pixelBytes, blockBytes: weightBlockBytes },
  });
}

function planUpdate(builder: Builder, { value }: MatrixNode, weight: PackedParameter, turned: number): void {
  const { blockBytes } = value;
  const kernelFor = (points: number): string =>
    builder.kernel(
      outerKernel({
        rows: panelColumns,
        tileRows: builder.evenTileRows,
        points,
        aPointBytes: pixelBytes,
        bPointBytes: pixelBytes,
        aLineBytes: points * pixelBytes,
        bLineBytes: points * pixelBytes,
        aGroupBytes: blockBytes,
        start: 'zero',
      }),
    );
  const strips: WeightStrips = {
    parameter: weight.name,
    wholeKernel: kernelFor(builder.batchSize),
    anyKernel: kernelFor(1),
    batchSize: builder.batchSize,
    x: value.address,
    turned,
    blockBytes,
    inBlocks: value.blocks,
    outBlocks: Math.ceil(weight.shape[0] / panelColumns),
    scratch: builder.allocate(builder.threads * stripBlocks * panelColumns * pixelBytes),
  };
  if (weight.gradientSum) {
    builder.kernel(gradientSumKernel);
    builder.accumulate.push({ kind: 'linearSum', sum: weight.gradientSum, ...strips });
  } else {
    builder.update.push({ kind: 'linearUpdate', operands: updateOperands(builder, weight), ...strips });
  }
}

export function runLinearGradient(operation: LinearGradientOperation, context: Context): void {
  const { gradient, turned, blockBytes } = operation;
  const { floats } = context;
  const [begin, end] = share(gradient.features / panelColumns, context.thread, context.threads);
  for (let feature = begin * panelColumns; feature < end * panelColumns; feature++) {
    const to = (turned + Math.floor(feature / panelColumns) * blockBytes) / 4 + (feature % panelColumns);
    let sum = 0;
    for (let image = 0; image < context.command.count; image++) {
      const panel = gradient.address + Math.floor(image / panelColumns) * gradient.panelBytes;
      const value = floats[panel / 4 + feature * panelColumns + (image % panelColumns)];
      floats[to + image * panelColumns] = value;
      sum += value;
    }
    floats[operation.biasGradient / 4 + feature] = sum;
  }
}

/** Calls `visit` with each strip of the weights' gradient, once it lies in this thread's scratch. */
export function forEachStrip(
  operation: WeightStrips,
  context: Context,
  visit: (strip: { readonly scratch: number; readonly firstFloat: number; readonly floats: number }) => void,
): void {
  const { inBlocks, outBlocks, blockBytes } = operation;
  const { count } = context.command;
  const whole = count === operation.batchSize;
  const kernel = context.kernels[whole ? operation.wholeKernel : operation.anyKernel];
  const scratch = operation.scratch + context.thread * stripBlocks * panelColumns * pixelBytes;
  const strips = Math.ceil(inBlocks / stripBlocks);
  const [begin, end] = share(outBlocks * strips, context.thread, context.threads);
  for (let unit = begin; unit < end; unit++) {
    const outBlock = Math.floor(unit / strips);
    const first = (unit % strips) * stripBlocks;
    const blocks = Math.min(stripBlocks, inBlocks - first);
    const [x, dy] = [operation.x + first * blockBytes, operation.turned + outBlock * blockBytes];
    kernel(x, dy, scratch, whole ? 1 : count, blocks);
    const blockFloats = panelColumns * panelColumns;
    visit({ scratch, firstFloat: (outBlock * inBlocks + first) * blockFloats, floats: blocks * blockFloats });
  }
}

export function runLinearUpdate(operation: LinearUpdateOperation, context: Context): void {
  forEachStrip(operation, context, ({ scratch, firstFloat, floats }) => {
    const strip = { gradient: scratch, first: firstFloat, sixteens: floats / panelColumns };
    applyUpdate(operation.operands, strip, context);
  });
}

export function runLinearSum(operation: LinearSumOperation, context: Context): void {
  const kernel = context.kernels[gradientSumKernel.name];
  forEachStrip(operation, context, ({ scratch, firstFloat, floats }) =>
    kernel(operation.sum + firstFloat * 4, scratch, floats / panelColumns, controlAddresses.gradientSum),
  );
}
