/** torch.optim, as far as this package has it. */
import type { OptimizerOptions, OptimizerType, ParameterOptions } from '../engine/engine.ts';
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

/** Parameters with a learning rate of their own, or without weight decay. */
export interface ParameterGroup {
  readonly params: Iterable<Parameter>;
  /** Default: the optimizer's. Where that changes, this changes in proportion. */
  readonly lr?: number;
  /** 0, or by default the optimizer's. */
  readonly weightDecay?: number;
}

/** Parameters of one model, or groups of them. Those that are left out stay as they are, and get no gradients. */
type GivenParameters = Iterable<Parameter | ParameterGroup>;

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
 * Throws ALEX_MODEL_PARAMETERS for parameters of several models or given twice, ALEX_OPTION_VALUE.
 */
function sgd(
  parameters: GivenParameters,
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
  parameters: GivenParameters,
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
function optimizer<Options extends Changeable & { readonly weightDecay: number }>(
  given: GivenParameters,
  type: OptimizerType,
  options: Options,
  update: (options: Options, step: number) => OptimizerOptions,
): Optimizer<Options> {
  const groups = groupsOf([...given]);
  const owner = onlyOwner(groups.flatMap(({ params }) => params));
  update(options, 1);
  owner.useOptimizer({ optimizer: type, parameters: parameterOptions(owner, groups, options) });
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

interface Group extends Omit<ParameterGroup, 'params'> {
  readonly params: readonly Parameter[];
}

function groupsOf(given: readonly (Parameter | ParameterGroup)[]): readonly Group[] {
  const groups = given.filter((one): one is ParameterGroup => 'params' in one);
  const alone = given.filter((one): one is Parameter => !('params' in one));
  return [{ params: alone }, ...groups.map((group) => ({ ...group, params: [...group.params] }))];
}

/** Only what is not the rule. Throws ALEX_OPTION_VALUE, ALEX_MODEL_PARAMETERS for a parameter in two groups. */
function parameterOptions(
  owner: ParameterOwner,
  groups: readonly Group[],
  { lr, weightDecay }: { readonly lr: number; readonly weightDecay: number },
): Record<string, ParameterOptions> {
  const options = new Map<string, ParameterOptions>();
  for (const group of groups) {
    const { lr: own = lr, weightDecay: decay = weightDecay } = group;
    check('lr of a group', own, Number.isFinite(own) && own >= 0, 'a number from 0');
    check('lr', lr, lr > 0 || own === lr, 'a number over 0, as a group has another');
    check(
      'weightDecay of a group',
      decay,
      decay === weightDecay || decay === 0,
      `0, or ${weightDecay} as the others`,
    );
    for (const { name } of group.params) {
      if (options.has(name))
        throw alexnetError('ALEX_MODEL_PARAMETERS', { problem: `${name} was given twice` });
      options.set(name, {
        ...(own !== lr && { learningRateScale: own / lr }),
        ...(decay !== weightDecay && { decays: false }),
      });
    }
  }
  const frozen = owner.names.filter((name) => !options.has(name));
  const all = [...options, ...frozen.map((name) => [name, { learningRateScale: 0 }] as const)];
  return Object.fromEntries(all.filter(([, one]) => Object.keys(one).length > 0));
}

function onlyOwner(parameters: readonly Parameter[]): ParameterOwner {
  const owners = new Set(parameters.map((parameter) => parameter.owner));
  const [owner] = owners;
  if (owner === undefined) throw alexnetError('ALEX_MODEL_PARAMETERS', { problem: 'it was given none' });
  if (owners.size > 1) {
    throw alexnetError('ALEX_MODEL_PARAMETERS', { problem: `these come from ${owners.size} models` });
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
