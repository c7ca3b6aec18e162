/** The state of torch.optim.SGD in a checkpoint: its options, and a momentum buffer for each parameter. */
import type { PickleValue } from '../pickle.ts';
import type { PickleSource } from '../writePickle.ts';
import { PthError } from './pthContainer.ts';
import { isTensor, type PthTensor } from './torchObjects.ts';

export interface PthSgdOptions {
  readonly learningRate: number;
  readonly momentum: number;
  readonly weightDecay: number;
}

export interface PthSgdState {
  readonly options: PthSgdOptions;
  /** The rate that a schedule began with, where there is one. */
  readonly initialLearningRate?: number;
  /** In the order of the model's parameters; undefined for one that has made no step, or without momentum. */
  readonly buffers: readonly (PthTensor | undefined)[];
}

/** Where checkpoints keep it, by custom; of a list, the first. */
const usualKeys = [
  'optimizer',
  'optimizer_state_dict',
  'optimizer_state',
  'optimizer_states',
  'optim',
  'opt',
];
const bufferKey = 'momentum_buffer';

/**
 * The optimizer's state in what was saved; undefined when there is none. Throws PthError for another optimizer than
 * SGD, and for one with options that change its arithmetic from ours.
 */
export function findSgdState(root: PickleValue): PthSgdState | undefined {
  if (!(root instanceof Map)) return undefined;
  for (const key of usualKeys) {
    const found = root.get(key);
    const value = Array.isArray(found) ? found[0] : found;
    if (value instanceof Map && value.has('param_groups')) return parseState(value);
  }
  return undefined;
}

type Dict = ReadonlyMap<PickleValue, PickleValue>;

function parseState(optimizer: Dict): PthSgdState {
  const state = optimizer.get('state');
  const groups = optimizer.get('param_groups');
  if (!(state instanceof Map) || !Array.isArray(groups) || groups.length === 0 || !groups.every(isDict)) {
    throw new PthError('its optimizer has no state and param_groups');
  }
  const [first] = groups.map(parseGroup);
  const options = first!.options;
  for (const group of groups) checkGroup(group, options);
  const order = groups.flatMap((group) => {
    const params = group.get('params');
    if (!Array.isArray(params)) throw new PthError('a group of its optimizer names no parameters');
    return params;
  });
  return { ...first!, buffers: order.map((id) => buffer(state.get(id))) };
}

function isDict(value: PickleValue): value is Map<PickleValue, PickleValue> {
  return value instanceof Map;
}

function parseGroup(group: Dict): Omit<PthSgdState, 'buffers'> {
  const number = (key: string): number => {
    const value = group.get(key);
    if (typeof value === 'number' && Number.isFinite(value)) return value;
    throw new PthError(`its optimizer is not SGD: it has no number ${key}`);
  };
  const initial = group.get('initial_lr');
  return {
    options: {
      learningRate: number('lr'),
      momentum: number('momentum'),
      weightDecay: number('weight_decay'),
    },
    ...(typeof initial === 'number' && { initialLearningRate: initial }),
  };
}

/** All groups must have the same options, and none that we do not compute. */
function checkGroup(group: Dict, expected: PthSgdOptions): void {
  const { options } = parseGroup(group);
  const differs = Object.entries(options).find(
    ([name, value]) => value !== expected[name as keyof PthSgdOptions],
  );
  if (differs !== undefined) throw new PthError('its optimizer has other options for some parameters');
  for (const key of ['nesterov', 'dampening', 'maximize']) {
    if (group.get(key)) throw new PthError(`its optimizer has ${key}, which is not known here`);
  }
}

function buffer(state: PickleValue | undefined): PthTensor | undefined {
  if (!(state instanceof Map)) return undefined;
  const value = state.get(bufferKey);
  if (isTensor(value)) return value;
  const others = [...state.keys()].filter((key) => key !== bufferKey);
  if (others.length > 0) throw new PthError(`its optimizer is not SGD: its state has ${String(others[0])}`);
  return undefined;
}

/** What torch.optim.SGD's load_state_dict takes, with these momentum buffers, one a parameter. */
export function sgdStateForm(
  { learningRate, momentum, weightDecay }: PthSgdOptions,
  buffers: readonly PickleSource[],
): PickleSource {
  const group = new Map<string, PickleSource>([
    ['lr', { form: 'float', value: learningRate }],
    ['momentum', { form: 'float', value: momentum }],
    ['dampening', 0],
    ['weight_decay', { form: 'float', value: weightDecay }],
    ['nesterov', false],
    ['maximize', false],
    ['foreach', null],
    ['differentiable', false],
    ['params', buffers.map((_, index) => index)],
  ]);
  const states = buffers.map((tensor, index) => [index, new Map([[bufferKey, tensor]])] as const);
  return new Map<string, PickleSource>([
    ['state', new Map<number, PickleSource>(states)],
    ['param_groups', [group]],
  ]);
}
