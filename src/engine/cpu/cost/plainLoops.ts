/** How many values an operation moves or computes by loops in JavaScript, beside its kernels. */
import { panelColumns } from '../kernels/tile.ts';
import { phaseChannels } from '../operators/winograd/phases.ts';
import type { Operation } from '../plan/operations.ts';
import { blocksOf } from '../plan/tensors.ts';

/** In all threads together, weighed by what a value takes beside one that is only moved. */
export function plainValues(operation: Operation, count: number): number {
  switch (operation.kind) {
    case 'flatten':
    case 'flattenBackward': {
      const { blocks, height, width } = operation.image;
      return count * blocks * height * width * panelColumns;
    }
    case 'dropoutMatrix':
      return weights.mask * count * operation.input.features;
    case 'dropoutMatrixBackward':
      return count * operation.input.features;
    case 'dropoutImage':
      return weights.mask * count * elements(operation.input);
    case 'dropoutImageBackward':
      return count * elements(operation.outputGradient);
    case 'reluMatrix':
    case 'reluMatrixBackward':
    case 'smoothMatrixBackward':
      return count * operation.value.features;
    case 'linearGradient':
      return count * operation.gradient.features;
    case 'splitPhases':
      return (
        count *
        phaseChannels({ channels: operation.from.channels, stride: operation.stride }) *
        operation.to.height *
        operation.to.width
      );
    case 'phaseWeights':
    case 'phaseWeightGradient': {
      const { outBlocks, kernelSize, channels } = operation.geometry;
      return outBlocks * kernelSize ** 2 * channels * panelColumns;
    }
    case 'flip':
      return operation.inBlocks * operation.outBlocks * operation.kernelSize ** 2 * panelColumns ** 2;
    case 'normMatrix':
    case 'normMatrixBackward':
      return weights.addressed * count * operation.input.features;
    case 'normCoefficients':
    case 'normGradientCoefficients':
      return weights.addressed * count * operation.input.channels;
    case 'localFlip': {
      const { input, output, kernelSize } = operation;
      return input.height * input.width * input.blocks * output.blocks * (kernelSize * panelColumns) ** 2;
    }
    case 'groupMask': {
      const { outChannels, inBlocks, kernelSize } = operation;
      return blocksOf(outChannels) * inBlocks * kernelSize ** 2 * panelColumns ** 2;
    }
    case 'spread': {
      const { blocks, height, width } = operation.from;
      return weights.pixel * count * blocks * height * width;
    }
    case 'lanes':
      return weights.addressed * count * elements(operation.from);
    case 'loss':
      return weights.loss * count * operation.logits.features;
    default:
      return 0;
  }
}

/** What drawing a mask's value takes, moving one whose address is computed anew, 16 in one copy, and a logit's loss. */
const weights = { mask: 6, addressed: 2, pixel: 10, loss: 20 } as const;

function elements({ channels, height, width }: { channels: number; height: number; width: number }): number {
  return channels * height * width;
}
