/**
 * Model files in PyTorch's form: the state_dict by itself, so that `model.load_state_dict(torch.load(FILE))` works
 * as it is. A description of ours is an entry of the archive that PyTorch does not look at.
 */
import { alexnetError } from '../../errors.ts';
import { PthError } from '../../formats/pth/pthContainer.ts';
import { openPth, type PthFile } from '../../formats/pth/pthFile.ts';
import { findStateDict, withoutPrefixes } from '../../formats/pth/stateDict.ts';
import { tensorType, type PthTensor } from '../../formats/pth/torchObjects.ts';
import { orderedDict, writePth } from '../../formats/pth/writePth.ts';
import { withCounters } from '../batchCounters.ts';
import type { ModelFormat, ModelSource } from './modelFormat.ts';

/** Entry of the archive that is our description. */
export const aboutEntry = 'alexnet.json';
const zipMagic = 0x504b_0304;
/** A pickle's first opcode and its protocol; tar archives are what PyTorch wrote before version 0.2. */
const pickleStart = 0x80;

export const pthFormat: ModelFormat = {
  name: 'PyTorch',
  extensions: ['.pth', '.pt'],
  recognises: ({ bytes }) => {
    if (bytes.length < 4) return false;
    const magic = new DataView(bytes.buffer, bytes.byteOffset).getUint32(0);
    return magic === zipMagic || (bytes[0] === pickleStart && bytes[1]! >= 2 && bytes[1]! <= 5);
  },
  open: async (file) => modelSource(file.name, await openPth(file)),
  write: (target, { tensors, about }) =>
    writePth(
      target,
      (tensor) => orderedDict(new Map(withCounters(tensors).map((source) => [source.name, tensor(source)]))),
      {
        [aboutEntry]: about,
      },
    ),
};

async function modelSource(path: string, file: PthFile): Promise<ModelSource> {
  const about = await file.readExtra(aboutEntry);
  const found = stateDictOf(path, file, about);
  return {
    tensors: new Map([...found].map(([name, tensor]) => [name, tensorType(tensor)])),
    about,
    read: async (name) => {
      const tensor = found.get(name);
      if (tensor === undefined) throw alexnetError('ALEX_TENSOR_MISSING', { name });
      return file.read(tensor);
    },
    close: () => file.close(),
  };
}

/**
 * The weights of a file, by name; without what wrappers put before the names, but where a description has them. Throws
 * ALEX_PTH_INVALID when there are none.
 */
export function stateDictOf(
  file: string,
  { root }: PthFile,
  about: string | undefined,
): ReadonlyMap<string, PthTensor> {
  try {
    const found = findStateDict(root);
    return about === undefined ? withoutPrefixes(found) : found;
  } catch (error) {
    if (!(error instanceof PthError)) throw error;
    throw alexnetError('ALEX_PTH_INVALID', { file, problem: error.message }, error);
  }
}
