/** What a training keeps in its run folder: the latest checkpoint, the best weights, the model. */
import type { Program } from '../engine/engine.ts';
import { writeFileAtomically } from '../formats/atomicFile.ts';
import { openFileAs } from '../formats/openFile.ts';
import {
  openCheckpointIn,
  writeCheckpointTo,
  type Checkpoint,
  type CheckpointState,
  type CheckpointUse,
} from './checkpoint.ts';
import { saveModel } from './modelFile.ts';
import type { ModelDescription } from './modelDescription.ts';
import { oneAtATime } from './releaseMemory.ts';
import type { RunFolder } from './runFolder.ts';
import type { RunStore } from './session.ts';

/** Keeps what a training has in the folder of its run. */
export function folderStore({ checkpoint, best }: RunFolder): RunStore {
  return {
    checkpoint,
    writeCheckpoint: (program, state, use) => writeCheckpoint(checkpoint, program, state, use),
    writeBest: (program, description) => saveWeights(best, description, program),
  };
}

/**
 * Writes a checkpoint atomically, one tensor at a time.
 * Throws ALEX_FILE_WRITE, ALEX_TRAINING_NOT_FINITE; the checkpoint before it is left then.
 */
export function writeCheckpoint(
  path: string,
  program: Program,
  state: CheckpointState,
  use: CheckpointUse,
): Promise<void> {
  return writeFileAtomically(path, (target) => writeCheckpointTo(target, program, state, use));
}

/** Opens a checkpoint. Throws as openCheckpointIn does. */
export function openCheckpoint(path: string): Promise<Checkpoint> {
  return openFileAs(path, openCheckpointIn);
}

/** Writes the program's weights as a model file. Throws as saveModel does. */
export async function saveWeights(
  path: string,
  description: ModelDescription,
  program: Program,
): Promise<void> {
  const keepOne = oneAtATime();
  await saveModel(path, description, (name) => keepOne(() => program.readParameter(name)));
}
