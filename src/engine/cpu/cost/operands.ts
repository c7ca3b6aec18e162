/** Which memory an operation reads and writes. What it reads and writes back is among what it writes. */
import { panelColumns } from '../kernels/tile.ts';
import type { ConvolutionGradientOperation } from '../operators/convolutionGradient.ts';
import type { DropoutOperation } from '../operators/dropout.ts';
import type { FlipOperation } from '../operators/flip.ts';
import type { GemmOperation } from '../operators/gemm.ts';
import type { GemvOperation } from '../operators/gemv.ts';
import type {
  LinearGradientOperation,
  LinearSumOperation,
  LinearUpdateOperation,
} from '../operators/linear.ts';
import type { LocalFlipOperation } from '../operators/localFlip.ts';
import type { LocalGradientOperation } from '../operators/locallyConnected.ts';
import type { UpdateOperands } from '../operators/update.ts';
import { phasedWeightBytes, type PhaseWeightsOperation } from '../operators/winograd/phases.ts';
import type { WinogradWeightsOperation } from '../operators/winograd/weights.ts';
import type { Operation } from '../plan/operations.ts';
import { blocksOf, type ImageTensor } from '../plan/tensors.ts';
import { controlAddresses } from '../threads/control.ts';
import { normMatrixOperands, normOperands } from './normOperands.ts';
import {
  gradientRange,
  imageRange,
  matrixRange,
  range,
  rowBytes,
  squareBytes,
  type Operands,
  type Range,
} from './ranges.ts';

const lossBytes = 8;

/** For a batch of `count` images. */
export function operandsOf(operation: Operation, count: number): Operands {
  switch (operation.kind) {
    case 'gemm':
      return gemmOperands(operation, count);
    case 'gemv':
      return gemvOperands(operation);
    case 'winogradTiles':
      return { reads: [imageRange(operation.image, operation.group)], writes: [operation.points] };
    case 'winogradImage':
      return { reads: [operation.points], writes: [imageRange(operation.image, operation.group)] };
    case 'winogradProduct':
    case 'winogradOuter':
      return { reads: [operation.a, operation.b], writes: [operation.c] };
    case 'winogradWeights':
      return { reads: [winogradWeights(operation)], writes: [operation.points] };
    case 'winogradWeightGradient':
      return { reads: [operation.points], writes: [winogradWeights(operation)] };
    case 'convolutionGradient':
      return convolutionGradientOperands(operation, count);
    case 'linearGradient':
      return linearGradientOperands(operation);
    case 'linearUpdate':
    case 'linearSum':
      return stripsOperands(operation);
    case 'update':
    case 'gradientSum':
    case 'average':
      return parameterOperands(operation);
    case 'flip':
      return flipOperands(operation);
    case 'groupMask': {
      const { gradient, outChannels, inBlocks, kernelSize } = operation;
      const bytes = blocksOf(outChannels) * inBlocks * kernelSize ** 2 * squareBytes;
      return { reads: [], writes: [range(gradient, bytes)] };
    }
    case 'localProducts': {
      const { from, to, weights } = operation;
      const images = { first: 0, count };
      return { reads: [imageRange(from, images), weights], writes: [imageRange(to, images)] };
    }
    case 'localGradient':
      return localGradientOperands(operation, count);
    case 'localFlip':
      return localFlipOperands(operation);
    case 'phaseWeights':
    case 'phaseWeightGradient':
      return phaseWeightOperands(operation);
    case 'dropoutMatrix':
    case 'dropoutMatrixBackward':
    case 'dropoutImage':
    case 'dropoutImageBackward':
      return dropoutOperands(operation, count);
    default:
      return layerOperands(operation, count);
  }
}

type WeightKind =
  | 'gemm'
  | 'gemv'
  | 'winogradTiles'
  | 'winogradImage'
  | 'winogradProduct'
  | 'winogradOuter'
  | 'winogradWeights'
  | 'winogradWeightGradient'
  | 'convolutionGradient'
  | 'linearGradient'
  | 'linearUpdate'
  | 'linearSum'
  | 'update'
  | 'gradientSum'
  | 'average'
  | 'flip'
  | 'groupMask'
  | 'localFlip'
  | 'localGradient'
  | 'localProducts'
  | 'phaseWeights'
  | 'phaseWeightGradient';

type LayerOperation = Exclude<Operation, DropoutOperation | { kind: WeightKind }>;

/** Of what goes over activations and gradients, and has no weights. */
function layerOperands(operation: LayerOperation, count: number): Operands {
  const image = (tensor: ImageTensor): Range => imageRange(tensor, { first: 0, count });
  switch (operation.kind) {
    case 'biasGradient':
      return {
        reads: [image(operation.gradient)],
        writes: [range(operation.biasGradient, operation.gradient.blocks * rowBytes)],
      };
    case 'splitPhases':
    case 'spread':
    case 'lanes':
      return { reads: [image(operation.from)], writes: [image(operation.to)] };
    case 'maxPool':
      return { reads: [image(operation.input)], writes: [image(operation.output)] };
    case 'maxPoolBackward': {
      const { input, output, inputGradient, outputGradient } = operation;
      return { reads: [input, output, outputGradient!].map(image), writes: [image(inputGradient!)] };
    }
    case 'averagePool':
      return { reads: [image(operation.large)], writes: [image(operation.small)] };
    case 'averagePoolBackward':
      return { reads: [image(operation.small)], writes: [image(operation.large)] };
    case 'normSums':
    case 'normCoefficients':
    case 'normApply':
    case 'normGradientSums':
    case 'normGradientCoefficients':
    case 'normInputGradient':
      return normOperands(operation, count);
    case 'normMatrix':
    case 'normMatrixBackward':
      return normMatrixOperands(operation);
    case 'lrn':
      return { reads: [image(operation.input)], writes: [image(operation.output)] };
    case 'lrnBackward': {
      const { input, outputGradient, inputGradient } = operation;
      return { reads: [input, outputGradient].map(image), writes: [image(inputGradient)] };
    }
    case 'smooth': {
      const { tensors } = operation;
      return tensors.kind === 'image'
        ? { reads: [image(tensors.from)], writes: [image(tensors.to)] }
        : { reads: [matrixRange(tensors.from)], writes: [matrixRange(tensors.to)] };
    }
    case 'smoothImageBackward':
      return { reads: [operation.value, operation.from].map(image), writes: [image(operation.to)] };
    case 'smoothMatrixBackward':
      return {
        reads: [matrixRange(operation.value), gradientRange(operation.from)],
        writes: [gradientRange(operation.to)],
      };
    case 'reluImage':
      return { reads: [], writes: [image(operation.value)] };
    case 'reluImageBackward':
      return { reads: [image(operation.value)], writes: [image(operation.gradient)] };
    case 'reluMatrix':
      return { reads: [], writes: [matrixRange(operation.value)] };
    case 'reluMatrixBackward':
      return { reads: [matrixRange(operation.value)], writes: [gradientRange(operation.gradient)] };
    case 'flatten':
      return { reads: [image(operation.image)], writes: [matrixRange(operation.matrix)] };
    case 'flattenBackward':
      return { reads: [gradientRange(operation.matrix)], writes: [image(operation.image)] };
    case 'loss':
      return {
        reads: [matrixRange(operation.logits)],
        writes: [gradientRange(operation.gradient), range(controlAddresses.loss, lossBytes)],
      };
  }
}

function winogradWeights({ weights, points, inBlocks, pairBytes }: WinogradWeightsOperation): Range {
  return range(weights, points.blocks * inBlocks * pairBytes);
}

function gemmOperands(operation: GemmOperation, count: number): Operands {
  const { a, b, c, rows, blocks, aBlockBytes, bPanelBytes, cPanelBytes } = operation;
  const panels = operation.panels === 'images' ? Math.ceil(count / panelColumns) : operation.panels;
  // Where a row is an output pixel, the distances are those of one image.
  const images = 'each' in rows && rows.each > 1 ? count : 1;
  return {
    reads: [range(a, images * blocks * aBlockBytes), range(b, panels * bPanelBytes)],
    writes: [range(c, images * panels * cPanelBytes)],
  };
}

function gemvOperands({ a, b, c, blocks, panels, panelBytes }: GemvOperation): Operands {
  return {
    reads: [range(a, blocks * rowBytes), range(b, panels * panelBytes)],
    writes: [range(c, panels * rowBytes)],
  };
}

function convolutionGradientOperands(operation: ConvolutionGradientOperation, count: number): Operands {
  const { x, xImageBytes, dy, dyImageBytes, gradient } = operation;
  const { inBlocks, outBlocks, kernelSize, groupBytes } = operation;
  return {
    reads: [range(x, count * xImageBytes), range(dy, count * dyImageBytes)],
    writes: [range(gradient, inBlocks * outBlocks * kernelSize * groupBytes)],
  };
}

function linearGradientOperands(operation: LinearGradientOperation): Operands {
  const { gradient, turned, blockBytes, biasGradient } = operation;
  const blocks = gradient.features / panelColumns;
  return {
    reads: [gradientRange(gradient)],
    writes: [range(turned, blocks * blockBytes), range(biasGradient, blocks * rowBytes)],
  };
}

function stripsOperands(operation: LinearUpdateOperation | LinearSumOperation): Operands {
  const { x, turned, inBlocks, outBlocks, blockBytes } = operation;
  const bytes = inBlocks * outBlocks * squareBytes;
  return {
    reads: [range(x, inBlocks * blockBytes), range(turned, outBlocks * blockBytes)],
    writes:
      operation.kind === 'linearSum' ? [range(operation.sum, bytes)] : updated(operation.operands, bytes),
  };
}

type ParameterOperation = Extract<Operation, { kind: 'update' | 'gradientSum' | 'average' }>;

function parameterOperands(operation: ParameterOperation): Operands {
  const bytes = operation.sixteens * rowBytes;
  switch (operation.kind) {
    case 'update':
      return { reads: [range(operation.gradient, bytes)], writes: updated(operation.operands, bytes) };
    case 'gradientSum':
      return { reads: [range(operation.gradient, bytes)], writes: [range(operation.sum, bytes)] };
    case 'average':
      return { reads: [range(operation.values, bytes)], writes: [range(operation.average, bytes)] };
  }
}

function updated({ values, momentum, secondMoment }: UpdateOperands, bytes: number): Range[] {
  const states = secondMoment ? [momentum, secondMoment] : [momentum];
  return [values, ...states].map((address) => range(address, bytes));
}

function flipOperands({ from, to, inBlocks, outBlocks, kernelSize }: FlipOperation): Operands {
  const bytes = inBlocks * outBlocks * kernelSize ** 2 * squareBytes;
  return { reads: [range(from, bytes)], writes: [range(to, bytes)] };
}

function localGradientOperands(operation: LocalGradientOperation, count: number): Operands {
  const { input, outputGradient, kernelSize } = operation;
  const images = { first: 0, count };
  const pixels = outputGradient.height * outputGradient.width * outputGradient.blocks;
  return {
    reads: [imageRange(input, images), imageRange(outputGradient, images)],
    writes: [
      range(operation.weight, pixels * input.blocks * kernelSize ** 2 * squareBytes),
      range(operation.bias, pixels * rowBytes),
    ],
  };
}

function localFlipOperands({ from, to, input, output, kernelSize }: LocalFlipOperation): Operands {
  const pairBytes = input.blocks * output.blocks * kernelSize ** 2 * squareBytes;
  return {
    reads: [range(from, output.height * output.width * pairBytes)],
    writes: [range(to, input.height * input.width * pairBytes)],
  };
}

function phaseWeightOperands({ kind, geometry, packed, phased }: PhaseWeightsOperation): Operands {
  const { outBlocks, kernelSize, channels } = geometry;
  const own = range(packed, outBlocks * kernelSize ** 2 * channels * rowBytes);
  const split = range(phased, phasedWeightBytes(geometry));
  return kind === 'phaseWeights' ? { reads: [own], writes: [split] } : { reads: [split], writes: [own] };
}

function dropoutOperands(operation: DropoutOperation, count: number): Operands {
  switch (operation.kind) {
    case 'dropoutMatrix': {
      const { input, output, mask } = operation;
      const masks = { ...matrixRange(output), address: mask };
      return { reads: [matrixRange(input)], writes: [masks, matrixRange(output)] };
    }
    case 'dropoutMatrixBackward': {
      const masks = { ...matrixRange(operation.output), address: operation.mask };
      return { reads: [masks], writes: [gradientRange(operation.gradient)] };
    }
    case 'dropoutImage': {
      const { input, output, mask } = operation;
      const image = { first: 0, count };
      return {
        reads: [imageRange(input, image)],
        writes: [imageMask(input, mask, count), imageRange(output, image)],
      };
    }
    case 'dropoutImageBackward': {
      const { outputGradient, inputGradient, mask } = operation;
      const image = { first: 0, count };
      return {
        reads: [imageRange(outputGradient, image), imageMask(outputGradient, mask, count)],
        writes: [imageRange(inputGradient, image)],
      };
    }
  }
}

/** No mask is kept where nothing is trained. */
function imageMask({ channels, height, width }: ImageTensor, mask: number, count: number): Range {
  return range(mask, mask === 0 ? 0 : count * channels * height * width * 4);
}
