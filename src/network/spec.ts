/**
 * What a network is: data. A list of layer specs; names, shapes and parameters follow from it by pure
 * functions (shapes.ts, parameters.ts), and an engine compiles it (engine/engine.ts).
 */

/** What the `paper` initialisation gives a layer: weights normal around 0, and one number for all biases. */
export interface InitialValues {
  /** Standard deviation of the weights. */
  readonly weightStd: number;
  readonly bias: number;
}

export interface ConvSpec {
  readonly type: 'conv';
  readonly name: string;
  readonly outChannels: number;
  /** Side of the square kernel. */
  readonly kernelSize: number;
  /** Default 1. */
  readonly stride?: number;
  /** Zeros added on each side. Default 0. */
  readonly padding?: number;
  /**
   * Parts that channels are divided into, in order: an output channel sees the input channels of its own part. Both
   * counts must be multiples of it. Default 1.
   */
  readonly groups?: number;
  /** From the network's paper. Default: standard deviation 0.01, biases 0. */
  readonly initial?: InitialValues;
}

/**
 * A convolution whose every output pixel has weights of its own, [outChannels, H', W', inChannels, kernelSize, kernelSize],
 * and biases, [outChannels, H', W'] (the local layers of cuda-convnet; LeCun 1989).
 */
export interface LocallyConnectedSpec {
  readonly type: 'locallyConnected';
  readonly name: string;
  readonly outChannels: number;
  /** Side of the square kernel. */
  readonly kernelSize: number;
  /** Default 1. */
  readonly stride?: number;
  /** Zeros added on each side, less than kernelSize. Default 0. */
  readonly padding?: number;
  /** From the network's paper. Default: standard deviation 0.01, biases 0. */
  readonly initial?: InitialValues;
}

/**
 * Batch normalisation (Ioffe and Szegedy 2015), as torch.nn.BatchNorm2d and BatchNorm1d: each channel, or each feature, with
 * the mean and variance of the batch in training mode, else with the running ones; then times `weight` plus `bias`.
 */
export interface BatchNormSpec {
  readonly type: 'batchNorm';
  readonly name: string;
  /** Added to variances. Default 1e-5. */
  readonly epsilon?: number;
  /** The batch's share of the new running statistics, over 0 and at most 1. Default 0.1. */
  readonly momentum?: number;
}

export interface ReluSpec {
  readonly type: 'relu';
  readonly name: string;
}

export interface TanhSpec {
  readonly type: 'tanh';
  readonly name: string;
}

/** 1 / (1 + exp(-x)) */
export interface SigmoidSpec {
  readonly type: 'sigmoid';
  readonly name: string;
}

/** Windows of pooling, with PyTorch's sizes. */
interface Pooling {
  readonly kernelSize: number;
  readonly stride: number;
  /** Pixels that windows may begin before the image, at most half of kernelSize. Default 0. */
  readonly padding?: number;
  /** Sizes are rounded up: a last window that the image cuts counts too, as Caffe's and cuda-convnet's do. Default false. */
  readonly ceilMode?: boolean;
}

/** The largest of a window's pixels; those outside the image do not count. */
export interface MaxPoolSpec extends Pooling {
  readonly type: 'maxPool';
  readonly name: string;
}

/** The mean of a window's pixels, with torch.nn.AvgPool2d's divisors. */
export interface AvgPoolSpec extends Pooling {
  readonly type: 'avgPool';
  readonly name: string;
  /** Whether the padding counts as pixels that are 0. What a rounded-up last window has beyond it never does. Default true. */
  readonly countIncludePad?: boolean;
}

/**
 * Local response normalisation: x / (k + a * sum of squares)^beta. The sum is over `size` neighbouring channels at the
 * same pixel, or over size × size pixels of the same channel; what lies outside counts as 0.
 */
export interface LrnSpec {
  readonly type: 'lrn';
  readonly name: string;
  readonly size: number;
  readonly alpha: number;
  /** A multiple of 1/4, so that roots are enough. */
  readonly beta: number;
  readonly k: number;
  /**
   * What a and the window are. `paper` (Krizhevsky 2012): a = alpha, floor(size / 2) neighbours on either side. `pytorch`
   * (torch.nn.LocalResponseNorm, and ONNX): a = alpha / size, and an even size has one neighbour more before than after.
   * `caffe` (and cuda-convnet): a = alpha / (channels or pixels summed), size odd.
   */
  readonly convention: 'paper' | 'pytorch' | 'caffe';
  /** `withinChannel` only in Caffe's convention. Default `acrossChannels`. */
  readonly region?: 'acrossChannels' | 'withinChannel';
}

/** Average pooling to a fixed output side, with torch.nn.AdaptiveAvgPool2d's windows. */
export interface AdaptiveAvgPoolSpec {
  readonly type: 'adaptiveAvgPool';
  readonly name: string;
  readonly outputSize: number;
}

/** [C, H, W] to [C*H*W], in that order. */
export interface FlattenSpec {
  readonly type: 'flatten';
  readonly name: string;
}

/** While training, zeroes each element with this probability and divides the rest by 1 - probability. */
export interface DropoutSpec {
  readonly type: 'dropout';
  readonly name: string;
  readonly probability: number;
}

export interface LinearSpec {
  readonly type: 'linear';
  readonly name: string;
  readonly outFeatures: number;
  /** From the network's paper. Default: standard deviation 0.01, biases 0. */
  readonly initial?: InitialValues;
}

export type LayerSpec =
  | ConvSpec
  | LocallyConnectedSpec
  | BatchNormSpec
  | ReluSpec
  | TanhSpec
  | SigmoidSpec
  | LrnSpec
  | MaxPoolSpec
  | AvgPoolSpec
  | AdaptiveAvgPoolSpec
  | FlattenSpec
  | DropoutSpec
  | LinearSpec;

export type LayerType = LayerSpec['type'];

export interface NetworkSpec {
  /** As in `alexnet info NAME`. */
  readonly name: string;
  readonly input: { readonly channels: number; readonly height: number; readonly width: number };
  /** In order. Layer names are PyTorch's, such as `features.0`; parameters are `NAME.weight`, `NAME.bias`. */
  readonly layers: readonly LayerSpec[];
}
