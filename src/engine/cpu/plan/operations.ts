/** An operation is data: the threads receive the plan and run it. */
import { runAveragePool, type AveragePoolOperation } from '../operators/averagePool.ts';
import { runBatchNorm, type BatchNormOperation } from '../operators/batchNorm.ts';
import { runBatchNormMatrix, type BatchNormMatrixOperation } from '../operators/batchNormMatrix.ts';
import {
  runBiasGradient,
  runConvolutionGradient,
  type BiasGradientOperation,
  type ConvolutionGradientOperation,
} from '../operators/convolutionGradient.ts';
import { runDropout, type DropoutOperation } from '../operators/dropout.ts';
import { runFlatten, type FlattenOperation } from '../operators/flatten.ts';
import { runGroupMask, type GroupMaskOperation } from '../operators/groupMask.ts';
import { runFlip, type FlipOperation } from '../operators/flip.ts';
import { runGemm, type GemmOperation } from '../operators/gemm.ts';
import { runGemv, type GemvOperation } from '../operators/gemv.ts';
import { runLanes, type LanesOperation } from '../operators/lanes.ts';
import {
  runLinearGradient,
  runLinearSum,
  runLinearUpdate,
  type LinearOperation,
} from '../operators/linear.ts';
import { runLrn, type LrnOperation } from '../operators/localResponseNorm.ts';
import { runLocalFlip, type LocalFlipOperation } from '../operators/localFlip.ts';
import {
  runLocalGradient,
  runLocalProducts,
  type LocalGradientOperation,
  type LocalProductsOperation,
} from '../operators/locallyConnected.ts';
import { runLoss, type LossOperation } from '../operators/loss.ts';
import { runMaxPool, runMaxPoolBackward, type MaxPoolOperation } from '../operators/maxPool.ts';
import { runRelu, type ReluOperation } from '../operators/relu.ts';
import { runSmooth, type SmoothOperation } from '../operators/smoothActivation.ts';
import { runSpread, type SpreadOperation } from '../operators/spread.ts';
import {
  runAverage,
  runGradientSum,
  runUpdate,
  type AverageOperation,
  type GradientSumOperation,
  type UpdateOperation,
} from '../operators/update.ts';
import {
  runOuter,
  runProduct,
  type WinogradOuterOperation,
  type WinogradProductOperation,
} from '../operators/winograd/products.ts';
import {
  runImage,
  runTiles,
  type WinogradImageOperation,
  type WinogradTilesOperation,
} from '../operators/winograd/tiles.ts';
import {
  runPhaseWeights,
  runSplitPhases,
  type PhaseWeightsOperation,
  type SplitPhasesOperation,
} from '../operators/winograd/phases.ts';
import { runWeights, type WinogradWeightsOperation } from '../operators/winograd/weights.ts';
import type { Context } from '../threads/context.ts';

/** What multiplies, and what prepares weights for it or follows from its gradients. */
type WeightOperation =
  | BiasGradientOperation
  | ConvolutionGradientOperation
  | FlipOperation
  | GemmOperation
  | GemvOperation
  | GroupMaskOperation
  | LinearOperation
  | LocalFlipOperation
  | LocalGradientOperation
  | LocalProductsOperation
  | PhaseWeightsOperation
  | SplitPhasesOperation
  | SpreadOperation
  | AverageOperation
  | GradientSumOperation
  | UpdateOperation
  | WinogradImageOperation
  | WinogradOuterOperation
  | WinogradProductOperation
  | WinogradTilesOperation
  | WinogradWeightsOperation;

/** What goes over activations or their gradients. */
type ActivationOperation =
  | AveragePoolOperation
  | BatchNormMatrixOperation
  | BatchNormOperation
  | DropoutOperation
  | FlattenOperation
  | LanesOperation
  | LossOperation
  | LrnOperation
  | MaxPoolOperation
  | ReluOperation
  | SmoothOperation;

export type Operation = WeightOperation | ActivationOperation;

/** Runs one thread's part of an operation. */
export function runOperation(operation: Operation, context: Context): void {
  switch (operation.kind) {
    case 'gemm':
      return runGemm(operation, context);
    case 'gemv':
      return runGemv(operation, context);
    case 'convolutionGradient':
      return runConvolutionGradient(operation, context);
    case 'biasGradient':
      return runBiasGradient(operation, context);
    case 'winogradTiles':
      return runTiles(operation, context);
    case 'winogradProduct':
      return runProduct(operation, context);
    case 'winogradOuter':
      return runOuter(operation, context);
    case 'winogradImage':
      return runImage(operation, context);
    case 'splitPhases':
      return runSplitPhases(operation, context);
    case 'phaseWeights':
    case 'phaseWeightGradient':
      return runPhaseWeights(operation, context);
    case 'winogradWeights':
    case 'winogradWeightGradient':
      return runWeights(operation, context);
    case 'groupMask':
      return runGroupMask(operation, context);
    case 'flip':
      return runFlip(operation, context);
    case 'spread':
      return runSpread(operation, context);
    case 'linearGradient':
      return runLinearGradient(operation, context);
    case 'linearUpdate':
      return runLinearUpdate(operation, context);
    case 'localProducts':
      return runLocalProducts(operation, context);
    case 'localGradient':
      return runLocalGradient(operation, context);
    case 'localFlip':
      return runLocalFlip(operation, context);
    case 'linearSum':
      return runLinearSum(operation, context);
    case 'gradientSum':
      return runGradientSum(operation, context);
    case 'update':
      return runUpdate(operation, context);
    case 'average':
      return runAverage(operation, context);
    default:
      return runActivationOperation(operation, context);
  }
}

function runActivationOperation(operation: ActivationOperation, context: Context): void {
  switch (operation.kind) {
    case 'maxPool':
      return runMaxPool(operation, context);
    case 'maxPoolBackward':
      return runMaxPoolBackward(operation, context);
    case 'averagePool':
    case 'averagePoolBackward':
      return runAveragePool(operation, context);
    case 'normSums':
    case 'normCoefficients':
    case 'normApply':
    case 'normGradientSums':
    case 'normGradientCoefficients':
    case 'normInputGradient':
      return runBatchNorm(operation, context);
    case 'normMatrix':
    case 'normMatrixBackward':
      return runBatchNormMatrix(operation, context);
    case 'lrn':
    case 'lrnBackward':
      return runLrn(operation, context);
    case 'smooth':
    case 'smoothImageBackward':
    case 'smoothMatrixBackward':
      return runSmooth(operation, context);
    case 'flatten':
    case 'flattenBackward':
      return runFlatten(operation, context);
    case 'lanes':
      return runLanes(operation, context);
    case 'loss':
      return runLoss(operation, context);
    case 'dropoutMatrix':
    case 'dropoutImage':
    case 'dropoutMatrixBackward':
    case 'dropoutImageBackward':
      return runDropout(operation, context);
    case 'reluImage':
    case 'reluMatrix':
    case 'reluImageBackward':
    case 'reluMatrixBackward':
      return runRelu(operation, context);
  }
}
