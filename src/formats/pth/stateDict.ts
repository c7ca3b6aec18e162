/** The weights in a PyTorch file: a state_dict by itself, or one in a checkpoint. */
import type { PickleValue } from '../pickle.ts';
import { quoted } from '../quoted.ts';
import { PthError } from './pthContainer.ts';
import { isTensor, type PthTensor } from './torchObjects.ts';

/** Where checkpoints keep the weights, by custom. */
const usualKeys = ['state_dict', 'model_state_dict', 'model', 'net', 'network', 'weights', 'module'];

/** What wrappers put before every name: DataParallel, torch.compile, a Lightning module. */
const wrapperPrefixes = ['module.', '_orig_mod.', 'model.'];

/** The tensors of the state_dict that was saved, by name. Throws PthError when there is none. */
export function findStateDict(root: PickleValue): ReadonlyMap<string, PthTensor> {
  const own = tensorsIn(root);
  if (own.size > 0) return own;
  if (!(root instanceof Map)) throw new PthError('it holds no state_dict');
  for (const key of usualKeys) {
    const inside = tensorsIn(root.get(key));
    if (inside.size > 0) return inside;
  }
  const keys = [...root.keys()].filter((key) => typeof key === 'string').map((key) => quoted(key));
  throw new PthError(
    `it holds no state_dict: among ${keys.slice(0, 12).join(', ')} is none of ${usualKeys.join(', ')} with tensors`,
  );
}

function tensorsIn(value: PickleValue | undefined): Map<string, PthTensor> {
  const tensors = new Map<string, PthTensor>();
  if (!(value instanceof Map)) return tensors;
  for (const [name, tensor] of value) {
    if (typeof name === 'string' && isTensor(tensor)) tensors.set(name, tensor);
  }
  return tensors;
}

/** The names without what a wrapper put before all of them. */
export function withoutPrefixes(tensors: ReadonlyMap<string, PthTensor>): ReadonlyMap<string, PthTensor> {
  const prefix = wrapperPrefixes.find((word) => [...tensors.keys()].every((name) => name.startsWith(word)));
  if (prefix === undefined || tensors.size === 0) return tensors;
  return withoutPrefixes(new Map([...tensors].map(([name, tensor]) => [name.slice(prefix.length), tensor])));
}
