/** One learnt tensor of a model, as torch.nn.Parameter is to a script. */
import type { OptimizerOptions, OptimizerType } from '../engine/engine.ts';
import type { Tensor } from './tensor.ts';

export interface Parameter {
  /** Such as `features.0.weight`. */
  readonly name: string;
  readonly shape: readonly number[];
  /** A copy of its values. */
  data(): Tensor<Float32Array>;
  /** A copy of its gradient; undefined before the first backward and after zeroGrad. */
  grad(): Tensor<Float32Array> | undefined;
  /** The model that it belongs to. */
  readonly owner: ParameterOwner;
}

/** What an optimizer asks of a model. */
export interface ParameterOwner {
  readonly network: { readonly name: string };
  /** Number of its parameters. */
  readonly parameterCount: number;
  zeroGrad(): void;
  /** One update with the gradients of the last backward. Throws ALEX_MODEL_NO_GRADIENTS. */
  update(optimizer: OptimizerOptions): Promise<void>;
  /** Says before a forward which optimizer will update: its state is kept from then on, and begins at zero. */
  useOptimizer(type: OptimizerType): void;
}
