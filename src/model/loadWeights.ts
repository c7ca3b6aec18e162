import { openFileAs } from '../formats/openFile.ts';
import { float32Values, type Dtype } from '../formats/tensors.ts';
import { openModelSource } from '../training/modelFormats/modelFormats.ts';
import type { StateDict } from './stateDict.ts';
import { tensor, type Tensor } from './tensor.ts';

const floatingPoint: ReadonlySet<Dtype> = new Set(['F64', 'F32', 'F16', 'BF16']);

/**
 * The weights in a model file of any format, by name, whatever network they are of: what torch.load and
 * model.load_state_dict are in PyTorch is `model.loadStateDict(await loadWeights(path))`. Half precision becomes
 * float32; tensors of whole numbers, such as counters, are left out, and so is `module.` before all names of a .pth.
 * Throws ALEX_FILE_READ, ALEX_MODEL_FORMAT, and the errors of the format.
 */
export async function loadWeights(path: string): Promise<StateDict> {
  const file = await openFileAs(path, openModelSource);
  try {
    const weights = new Map<string, Tensor<Float32Array>>();
    for (const [name, { dtype, shape }] of file.tensors) {
      if (!floatingPoint.has(dtype)) continue;
      weights.set(name, tensor(float32Values(name, await file.read(name)), shape));
    }
    return weights;
  } finally {
    await file.close();
  }
}
