/** Checkpoint files, ours and PyTorch's: opened as if all were ours, and converted from one form to the other. */
import { alexnetError } from '../errors.ts';
import { openSafetensors, writeSafetensors } from '../formats/safetensorsFile.ts';
import { openFile } from '../formats/openFile.ts';
import type { TensorFile, TensorSource } from '../formats/tensors.ts';
import { parseCheckpointState, type CheckpointFile } from './checkpoint.ts';
import type { ModelFormat } from './modelFormats/modelFormat.ts';
import { formatOf, formatToWrite } from './modelFormats/modelFormats.ts';
import { pthFormat } from './modelFormats/pth.ts';
import { checkpointKey, safetensorsFormat } from './modelFormats/safetensors.ts';
import { openPthCheckpoint, writePthCheckpoint } from './pthCheckpoint.ts';

/**
 * Opens a checkpoint of ours or of PyTorch. Throws ALEX_CHECKPOINT_INVALID when it is none, and what openSafetensors
 * and openPth throw.
 */
export async function openCheckpointFile(path: string): Promise<CheckpointFile> {
  return (await fileFormat(path)) === pthFormat ? openPthCheckpoint(path) : openOwnCheckpoint(path);
}

async function fileFormat(path: string): Promise<ModelFormat> {
  const file = await openFile(path);
  try {
    return await formatOf(file);
  } finally {
    await file.close();
  }
}

async function openOwnCheckpoint(path: string): Promise<CheckpointFile> {
  const file = await openSafetensors(path);
  try {
    const { position, sgd, optimizer } = parseCheckpointState(path, file.metadata[checkpointKey]);
    return { ...file, epoch: position.epoch, sgd, optimizer };
  } catch (error) {
    await file.close();
    throw error;
  }
}

/**
 * Writes a checkpoint in the form that the new name says: ours as safetensors, or PyTorch's. Returns how many epochs are
 * done. Throws ALEX_MODEL_EXTENSION, ALEX_OPTION_VALUE for a format without momentum, ALEX_FILE_WRITE,
 * ALEX_CHECKPOINT_INVALID, and what openCheckpointFile throws.
 */
export async function convertCheckpoint(from: string, to: string): Promise<Pick<CheckpointFile, 'epoch'>> {
  const format = formatToWrite(to);
  if (format !== pthFormat && format !== safetensorsFormat) {
    const endings = [...safetensorsFormat.extensions, ...pthFormat.extensions].join(', ');
    const expected = `a name that ends in ${endings}: ${format.name} keeps no momentum`;
    throw alexnetError('ALEX_OPTION_VALUE', { option: 'the checkpoint to write', value: to, expected });
  }
  const file = await openCheckpointFile(from);
  try {
    const sources = tensorSources(file);
    if (format === safetensorsFormat) await writeSafetensors(to, sources, file.metadata);
    else await writePthCheckpoint(to, sources, { ...file, path: from });
    return file;
  } finally {
    await file.close();
  }
}

/** All tensors of a file, to be written to another. */
function tensorSources({ tensors, read }: TensorFile): TensorSource[] {
  return [...tensors].map(([name, { shape, dtype }]) => {
    return { name, shape, dtype, read: async () => (await read(name)).values };
  });
}
