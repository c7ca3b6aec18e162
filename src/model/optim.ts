/** torch.optim, as far as this package has it. */
import type { OptimizerOptions, OptimizerType } from '../engine/engine.ts';
import { alexnetError } from '../errors.ts';
import type { Parameter, ParameterOwner } from './parameter.ts';

export interface SgdOptions {
  /** Learning rate. */
  readonly lr: number;
  /** Default 0. */
  readonly momentum?: number;
  /** Default 0. */
  readonly weightDecay?: number;
  /** Nesterov's momentum. Default false. */
  readonly nesterov?: boolean;
}

export interface AdamWOptions {
  /** Learning rate. Default 0.001. */
  readonly lr?: number;
  /** Decay of the first and of the second moment. Default [0.9, 0.999]. */
  readonly betas?: readonly [number, number];
  /** Default 1e-8. */
  readonly eps?: number;
  /** Default 0.01. */
  readonly weightDecay?: number;
}

/** What a schedule may change between steps. */
interface Changeable {
  lr: number;
}

export interface Optimizer<Options extends Changeable = Changeable> {
  /** May be changed between steps. */
  readonly options: Options;
  /** Forgets the gradients: the engine does not add those of two batches up, so do this before each backward. */
  zeroGrad(): void;
  /** Updates all parameters. Throws ALEX_MODEL_NO_GRADIENTS, ALEX_OPTION_VALUE. */
  step(): Promise<void>;
}

interface SgdState extends Changeable {
  momentum: number;
  weightDecay: number;
  nesterov: boolean;
}

interface AdamWState extends Changeable {
  betas: readonly [number, number];
  eps: number;
  weightDecay: number;
}

/**
 * Stochastic gradient descent as torch.optim.SGD has it: g += weightDecay * w; v = momentum * v + g; w -= lr * v, or
 * with Nesterov's momentum w -= lr * (g + momentum * v).
 * Throws ALEX_MODEL_PARAMETERS unless given all parameters of one model, ALEX_OPTION_VALUE.
 */
function sgd(
  parameters: Iterable<Parameter>,
  { lr, momentum = 0, weightDecay = 0, nesterov = false }: SgdOptions,
): Optimizer<SgdState> {
  return optimizer(parameters, 'sgd', { lr, momentum, weightDecay, nesterov }, (options) => {
    const { lr: learningRate, ...others } = options;
    const checked = { momentum: others.momentum, weightDecay: others.weightDecay };
    checkNotNegative({ lr: learningRate, ...checked });
    return { learningRate, ...checked, form: others.nesterov ? 'nesterov' : 'pytorch' };
  });
}

/**
 * Adam with decoupled weight decay, as torch.optim.AdamW has it. Throws as `sgd` does.
 */
function adamW(
  parameters: Iterable<Parameter>,
  { lr = 1e-3, betas = [0.9, 0.999], eps = 1e-8, weightDecay = 0.01 }: AdamWOptions = {},
): Optimizer<AdamWState> {
  return optimizer(parameters, 'adamw', { lr, betas, eps, weightDecay }, (options, step) => {
    const [beta1, beta2] = options.betas;
    checkNotNegative({ lr: options.lr, weightDecay: options.weightDecay });
    for (const [option, value] of Object.entries({ beta1, beta2 })) {
      check(option, value, value >= 0 && value < 1, 'a number from 0, less than 1');
    }
    check('eps', options.eps, options.eps >= 1e-12, 'a number from 1e-12');
    return {
      type: 'adamw',
      learningRate: options.lr,
      beta1,
      beta2,
      epsilon: options.eps,
      weightDecay: options.weightDecay,
      step,
    };
  });
}

export const optim = { sgd, adamW } as const;

/** `update` checks the options as they are then, and gets the number of the step, from 1. */
function optimizer<Options extends Changeable>(
  parameters: Iterable<Parameter>,
  type: OptimizerType,
  options: Options,
  update: (options: Options, step: number) => OptimizerOptions,
): Optimizer<Options> {
  const owner = onlyOwner([...parameters]);
  update(options, 1);
  owner.useOptimizer(type);
  let steps = 0;
  return {
    options,
    zeroGrad: () => owner.zeroGrad(),
    async step() {
      await owner.update(update(options, steps + 1));
      steps++;
    },
  };
}

function onlyOwner(parameters: readonly Parameter[]): ParameterOwner {
  const owners = new Set(parameters.map((parameter) => parameter.owner));
  const [owner] = owners;
  if (owner === undefined) throw alexnetError('ALEX_MODEL_PARAMETERS', { problem: 'it was given none' });
  if (owners.size > 1) {
    throw alexnetError('ALEX_MODEL_PARAMETERS', { problem: `these come from ${owners.size} models` });
  }
  const names = new Set(parameters.map((parameter) => parameter.name));
  if (names.size < owner.parameterCount) {
    const problem = `these are ${names.size} of the ${owner.parameterCount} of "${owner.network.name}"`;
    throw alexnetError('ALEX_MODEL_PARAMETERS', { problem });
  }
  return owner;
}

function checkNotNegative(values: Readonly<Record<string, number>>): void {
  for (const [option, value] of Object.entries(values)) {
    check(option, value, Number.isFinite(value) && value >= 0, 'a number from 0');
  }
}

function check(option: string, value: number, good: boolean, expected: string): void {
  if (!good) throw alexnetError('ALEX_OPTION_VALUE', { option, value, expected });
}
