/** Dropout. Masks are defined over PyTorch's element order (src/random/dropout.ts); here they are put into ours. */
import type { DropoutSpec } from '../../../network/spec.ts';
import { fillDropoutMask } from '../../../random/dropout.ts';
import { panelColumns } from '../kernels/tile.ts';
import type { Builder } from '../plan/builder.ts';
import type { ImageNode, MatrixNode, Node } from '../plan/nodes.ts';
import {
  featureOrder,
  imageTensor,
  matrixTensor,
  pixelOffset,
  type GradientMatrix,
  type ImageTensor,
  type MatrixTensor,
} from '../plan/tensors.ts';
import type { Context } from '../threads/context.ts';
import { share } from '../threads/control.ts';

interface DropoutMatrix {
  readonly input: MatrixTensor;
  readonly output: MatrixTensor;
  /** PyTorch's feature of each own one; -1 for padding. */
  readonly order: Int32Array | undefined;
  /** Address of the masks of the last forward pass, laid out as the output. */
  readonly mask: number;
}

interface DropoutImage {
  readonly input: ImageTensor;
  readonly output: ImageTensor;
  /** Address of the masks, [N][C * H * W]. */
  readonly mask: number;
}

interface DropoutRule {
  /** Index among the network's dropout layers. */
  readonly layer: number;
  readonly probability: number;
}

export type DropoutOperation =
  | ({ readonly kind: 'dropoutMatrix' } & DropoutMatrix & DropoutRule)
  | ({ readonly kind: 'dropoutImage' } & DropoutImage & DropoutRule)
  | ({ readonly kind: 'dropoutMatrixBackward'; readonly gradient: GradientMatrix } & DropoutMatrix)
  | {
      readonly kind: 'dropoutImageBackward';
      readonly mask: number;
      readonly outputGradient: ImageTensor;
      readonly inputGradient: ImageTensor;
    };

export interface DropoutPlan {
  readonly output: Node;
  readonly forward: DropoutOperation;
  readonly backward: readonly DropoutOperation[];
}

/** Plans it; `layer` is its index among the dropout layers, `halo` what the next layer wants around an image. */
export function planDropout(
  builder: Builder,
  spec: DropoutSpec,
  input: Node,
  options: { readonly layer: number; readonly halo: { readonly before: number; readonly after: number } },
): DropoutPlan {
  const rule = { layer: options.layer, probability: spec.probability };
  return input.kind === 'matrix'
    ? planMatrix(builder, input, rule)
    : planImage(builder, input, rule, options.halo);
}

function planMatrix(builder: Builder, { value, gradient }: MatrixNode, rule: DropoutRule): DropoutPlan {
  const output = matrixTensor(builder.allocate, builder.batchSize, value.features, value.flattened);
  const mask = builder.allocate(output.blocks * output.blockBytes);
  const matrix: DropoutMatrix = { input: value, output, order: featureOrder(value), mask };
  const forward: DropoutOperation = { kind: 'dropoutMatrix', ...matrix, ...rule };
  if (!gradient) return { output: { kind: 'matrix', value: output }, forward, backward: [] };
  // The gradient is masked in place: both nodes share it.
  const backward: DropoutOperation = { kind: 'dropoutMatrixBackward', gradient, ...matrix };
  return { output: { kind: 'matrix', value: output, gradient }, forward, backward: [backward] };
}

function planImage(
  builder: Builder,
  { value, gradient }: ImageNode,
  rule: DropoutRule,
  halo: { readonly before: number; readonly after: number },
): DropoutPlan {
  const output = imageTensor(builder.allocate, builder.batchSize, value, halo);
  const elements = builder.batchSize * value.channels * value.height * value.width;
  const mask = builder.training ? builder.allocate(elements * 4) : 0;
  const forward: DropoutOperation = { kind: 'dropoutImage', input: value, output, mask, ...rule };
  if (!gradient) return { output: { kind: 'image', value: output, slotBytes: 0 }, forward, backward: [] };
  const outputGradient = imageTensor(builder.allocate, builder.batchSize, value, { before: 0, after: 0 });
  return {
    output: { kind: 'image', value: output, slotBytes: 0, gradient: outputGradient },
    forward,
    backward: [{ kind: 'dropoutImageBackward', mask, outputGradient, inputGradient: gradient }],
  };
}

export function runDropout(operation: DropoutOperation, context: Context): void {
  switch (operation.kind) {
    case 'dropoutMatrix':
      return dropMatrix(operation, context);
    case 'dropoutImage':
      return dropImage(operation, context);
    case 'dropoutMatrixBackward':
      return dropMatrixGradient(operation, context);
    case 'dropoutImageBackward':
      return dropImageGradient(operation, context);
  }
}

type MatrixForward = Extract<DropoutOperation, { kind: 'dropoutMatrix' }>;

function dropMatrix(operation: MatrixForward, context: Context): void {
  const [begin, end] = share(context.command.count, context.thread, context.threads);
  for (let image = begin; image < end; image++) writeMasks(operation, image, context);
  applyMasks(operation, begin, end, context);
}

/** The masks of one image, from PyTorch's order to the matrix's own; padding gets 0. */
function writeMasks(operation: MatrixForward, image: number, { floats, command }: Context): void {
  const { input, order, mask } = operation;
  const row = new Float32Array(input.blocks * panelColumns);
  if (command.training) fillRow(row.subarray(0, input.features), operation, command.training, image);
  else row.fill(1, 0, input.features);
  const first = mask / 4 + image * panelColumns;
  const blockFloats = input.blockBytes / 4;
  for (let block = 0; block < input.blocks; block++) {
    for (let lane = 0; lane < panelColumns; lane++) {
      const own = block * panelColumns + lane;
      const feature = order ? order[own] : own;
      floats[first + block * blockFloats + lane] = feature < 0 ? 0 : row[feature];
    }
  }
}

/** Multiplies images [begin, end) by their masks. */
function applyMasks(
  { input, output, mask }: MatrixForward,
  begin: number,
  end: number,
  { floats, words }: Context,
): void {
  for (let block = 0; block < input.blocks; block++) {
    const [from, to, masks] = [input.address, output.address, mask].map(
      (address) => (address + block * input.blockBytes) / 4,
    );
    for (let lane = begin * panelColumns; lane < end * panelColumns; lane++) {
      const kept = floats[masks + lane];
      floats[to + lane] = floats[from + lane] * kept;
      // What is dropped may be Infinity, which times 0 is no number: its bits are cleared, without a branch.
      words[to + lane] &= -Number(kept > 0);
    }
  }
}

function fillRow(
  row: Float32Array,
  { layer, probability }: DropoutRule,
  state: { readonly seed: number; readonly step: number },
  image: number,
): void {
  fillDropoutMask(row, { ...state, layer, probability }, image * row.length, (image + 1) * row.length);
}

function dropMatrixGradient(
  operation: Extract<DropoutOperation, { kind: 'dropoutMatrixBackward' }>,
  { floats, command, thread, threads }: Context,
): void {
  const { output, mask, gradient } = operation;
  const [begin, end] = share(output.blocks, thread, threads);
  for (let image = 0; image < command.count; image++) {
    const panel = (gradient.address + Math.floor(image / panelColumns) * gradient.panelBytes) / 4;
    const column = panel + (image % panelColumns);
    for (let block = begin; block < end; block++) {
      const masks = (mask + block * output.blockBytes) / 4 + image * panelColumns;
      const first = column + block * panelColumns * panelColumns;
      for (let lane = 0; lane < panelColumns; lane++)
        floats[first + lane * panelColumns] *= floats[masks + lane];
    }
  }
}

/** Visits the elements of one image: the index in PyTorch's order, and byte offset from the tensor's address. */
function forEachElement(
  tensor: ImageTensor,
  image: number,
  visit: (element: number, offset: number) => void,
): void {
  let element = 0;
  for (let channel = 0; channel < tensor.channels; channel++) {
    const plane = image * tensor.imageBytes + Math.floor(channel / tensor.lanes) * tensor.planeBytes;
    for (let y = 0; y < tensor.height; y++) {
      for (let x = 0; x < tensor.width; x++) {
        visit(element++, plane + pixelOffset(tensor, y, x) + (channel % tensor.lanes) * 4);
      }
    }
  }
}

function dropImage(operation: Extract<DropoutOperation, { kind: 'dropoutImage' }>, context: Context): void {
  const { input, output, mask } = operation;
  const { floats, command } = context;
  const [begin, end] = share(command.count, context.thread, context.threads);
  const row = new Float32Array(input.channels * input.height * input.width);
  for (let image = begin; image < end; image++) {
    if (command.training) fillRow(row, operation, command.training, image);
    else row.fill(1);
    if (mask) floats.set(row, mask / 4 + image * row.length);
    const from = new Float64Array(row.length);
    forEachElement(input, image, (element, offset) => {
      from[element] = floats[(input.address + offset) / 4];
    });
    forEachElement(output, image, (element, offset) => {
      floats[(output.address + offset) / 4] = row[element] === 0 ? 0 : from[element] * row[element];
    });
  }
}

function dropImageGradient(
  operation: Extract<DropoutOperation, { kind: 'dropoutImageBackward' }>,
  { floats, command, thread, threads }: Context,
): void {
  const { mask, outputGradient, inputGradient } = operation;
  const elements = outputGradient.channels * outputGradient.height * outputGradient.width;
  const [begin, end] = share(command.count, thread, threads);
  for (let image = begin; image < end; image++) {
    const row = new Float64Array(elements);
    forEachElement(outputGradient, image, (element, offset) => {
      row[element] =
        floats[(outputGradient.address + offset) / 4] * floats[mask / 4 + image * elements + element];
    });
    forEachElement(inputGradient, image, (element, offset) => {
      floats[(inputGradient.address + offset) / 4] = row[element];
    });
  }
}
