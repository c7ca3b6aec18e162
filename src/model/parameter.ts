/** One learnt tensor of a model, as torch.nn.Parameter is to a script. */
import type { CompileOptions, OptimizerOptions } from '../engine/engine.ts';
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

/** What a program has to be compiled for. */
export type Updates = Required<Pick<CompileOptions, 'optimizer' | 'parameters'>>;

/** What an optimizer asks of a model. */
export interface ParameterOwner {
  readonly network: { readonly name: string };
  zeroGrad(): void;
  /** One update with the gradients of the last backward. Throws ALEX_MODEL_NO_GRADIENTS. */
  update(optimizer: OptimizerOptions): Promise<void>;
  /** Its parameters' names. */
  readonly names: readonly string[];
  /**
   * Says before a forward what will update, and which parameters how: what another optimizer kept of them is forgotten
   * then, and frozen ones get no gradients.
   */
  useOptimizer(updates: Updates): void;
}
