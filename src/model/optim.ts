/** torch.optim, as far as this package has it. */
import type { SgdOptions as EngineSgd } from '../engine/engine.ts';
import { alexnetError } from '../errors.ts';
import type { Parameter, ParameterOwner } from './parameter.ts';

export interface SgdOptions {
  /** Learning rate. */
  readonly lr: number;
  /** Default 0. */
  readonly momentum?: number;
  /** Default 0. */
  readonly weightDecay?: number;
}

export interface Optimizer {
  /** May be changed between steps. */
  readonly options: { lr: number; momentum: number; weightDecay: number };
  /** Forgets the gradients: the engine does not add those of two batches up, so do this before each backward. */
  zeroGrad(): void;
  /** Updates all parameters. Throws ALEX_MODEL_NO_GRADIENTS, ALEX_OPTION_VALUE. */
  step(): Promise<void>;
}

/**
 * Stochastic gradient descent as torch.optim.SGD has it: g += weightDecay * w; v = momentum * v + g; w -= lr * v.
 * Throws ALEX_MODEL_PARAMETERS unless given all parameters of one model, ALEX_OPTION_VALUE.
 */
function sgd(parameters: Iterable<Parameter>, { lr, momentum = 0, weightDecay = 0 }: SgdOptions): Optimizer {
  const owner = onlyOwner([...parameters]);
  const options = { lr, momentum, weightDecay };
  checked(options);
  return {
    options,
    zeroGrad: () => owner.zeroGrad(),
    step: async () => owner.update(checked(options)),
  };
}

export const optim = { sgd } as const;

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

function checked({ lr, momentum, weightDecay }: Optimizer['options']): EngineSgd {
  for (const [option, value] of Object.entries({ lr, momentum, weightDecay })) {
    if (!(Number.isFinite(value) && value >= 0)) {
      throw alexnetError('ALEX_OPTION_VALUE', { option, value, expected: 'a number from 0' });
    }
  }
  return { learningRate: lr, momentum, weightDecay };
}
