/** Model files in safetensors: a description of ours is the metadata entry `alexnet`. */
import { parameterStates } from '../../engine/engine.ts';
import { openSafetensorsIn, writeSafetensorsTo } from '../../formats/safetensors.ts';
import { lengthBytes, mostHeaderBytes } from '../../formats/safetensorsHeader.ts';
import type { ModelFormat } from './modelFormat.ts';

/** Of the metadata entry that is our description. */
export const descriptionKey = 'alexnet';
/** Of the entry that a checkpoint has besides: where the training stands. */
export const checkpointKey = 'alexnet.checkpoint';
/** In a checkpoint, before the name of a parameter: its momentum. */
export const momentumPrefix = 'momentum.';

/** Whether a tensor of a checkpoint is what the optimizer keeps of a parameter, and no parameter. */
export function isState(name: string): boolean {
  return parameterStates.some((state) => name.startsWith(`${state}.`));
}

export const safetensorsFormat: ModelFormat = {
  name: 'safetensors',
  extensions: ['.safetensors'],
  recognises: ({ bytes, size }) => {
    if (bytes.length <= lengthBytes || bytes[lengthBytes] !== 0x7b) return false;
    const length = new DataView(bytes.buffer, bytes.byteOffset).getBigUint64(0, true);
    return length <= mostHeaderBytes && Number(length) <= size - lengthBytes;
  },
  open: async (opened) => {
    const file = await openSafetensorsIn(opened);
    const { metadata } = file;
    const tensors = metadata[checkpointKey] === undefined ? file.tensors : withoutStates(file.tensors);
    return { ...file, tensors, about: metadata[descriptionKey] };
  },
  // Tools for PyTorch look for the format.
  write: (target, { tensors, about }) =>
    writeSafetensorsTo(target, tensors, { format: 'pt', [descriptionKey]: about }),
};

/** A checkpoint is a model, too. */
function withoutStates<T>(tensors: ReadonlyMap<string, T>): ReadonlyMap<string, T> {
  return new Map([...tensors].filter(([name]) => !isState(name)));
}
