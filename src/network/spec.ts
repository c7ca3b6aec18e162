/**
 * What a network is: data. A list of layer specs; names, shapes and parameters follow from it by pure
 * functions (shapes.ts, parameters.ts), and an engine compiles it (engine/engine.ts).
 */

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
}

export interface ReluSpec {
  readonly type: 'relu';
  readonly name: string;
}

export interface MaxPoolSpec {
  readonly type: 'maxPool';
  readonly name: string;
  readonly kernelSize: number;
  readonly stride: number;
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
}

export type LayerSpec =
  | ConvSpec
  | ReluSpec
  | MaxPoolSpec
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
