/**
 * The folder that a training run owns: config.json, events.jsonl, checkpoint.safetensors, model.safetensors, with
 * validation best.safetensors, and TensorBoard's files (tensorboard.ts).
 */
import { appendFileSync, existsSync, readFileSync } from 'node:fs';
import { mkdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { writeTextAtomically } from '../formats/atomicFile.ts';
import { fileErrorReason, writingFile } from '../formats/fileErrors.ts';
import { alexnetError } from '../errors.ts';
import type { TrainingConfig } from './trainingOptions.ts';
import { configText } from './configFile.ts';
import type { TrainingEvent } from './events.ts';

export interface RunFolder {
  readonly path: string;
  readonly config: string;
  readonly events: string;
  readonly checkpoint: string;
  readonly model: string;
  /** The weights that did best on the validation images. */
  readonly best: string;
}

function runFolder(path: string): RunFolder {
  return {
    path,
    config: join(path, 'config.json'),
    events: join(path, 'events.jsonl'),
    checkpoint: join(path, 'checkpoint.safetensors'),
    model: join(path, 'model.safetensors'),
    best: join(path, 'best.safetensors'),
  };
}

/**
 * Makes the folder of a new run: `out`, or else the first free of runs/NAME, runs/NAME-2 …
 * Throws ALEX_RUN_EXISTS when `out` holds a run, ALEX_FILE_WRITE.
 */
export async function createRunFolder(out: string | undefined, name: string): Promise<RunFolder> {
  if (out === undefined) return runFolder(await claimNumbered(join('runs', name)));
  const folder = runFolder(out);
  const { path: _path, ...files } = folder;
  if (Object.values(files).some((file) => existsSync(file))) {
    throw alexnetError('ALEX_RUN_EXISTS', { folder: out });
  }
  await writingFile(out, () => mkdir(out, { recursive: true }));
  return folder;
}

/** The folder of a run to go on with. Throws ALEX_RESUME_MISSING when it has no configuration or checkpoint. */
export function openRunFolder(path: string): RunFolder {
  const folder = runFolder(path);
  for (const [file, missing] of [
    [folder.config, 'config.json'],
    [folder.checkpoint, 'checkpoint.safetensors'],
  ] as const) {
    if (!existsSync(file)) throw alexnetError('ALEX_RESUME_MISSING', { folder: path, missing });
  }
  return folder;
}

/** mkdir fails when the folder is there, so that two runs that start at once get two folders. */
async function claimNumbered(base: string): Promise<string> {
  await writingFile(base, () => mkdir(join(base, '..'), { recursive: true }));
  for (let number = 1; ; number++) {
    const path = number === 1 ? base : `${base}-${number}`;
    try {
      await mkdir(path);
      return path;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'EEXIST') continue;
      throw alexnetError('ALEX_FILE_WRITE', { path, reason: fileErrorReason(error) }, error);
    }
  }
}

/** Writes config.json. Throws ALEX_FILE_WRITE. */
export async function writeConfig({ config: path }: RunFolder, config: TrainingConfig): Promise<void> {
  await writeTextAtomically(path, configText(config));
}

/** Reads config.json: what is set there, not checked. Throws ALEX_RESUME_MISSING. */
export async function readConfig({ path, config }: RunFolder): Promise<TrainingConfig> {
  try {
    const values = JSON.parse(await readFile(config, 'utf8')) as Record<string, unknown>;
    const set = Object.entries(values).filter(([, value]) => value !== null);
    return Object.fromEntries(set) as unknown as TrainingConfig;
  } catch (error) {
    throw alexnetError(
      'ALEX_RESUME_MISSING',
      { folder: path, missing: 'config.json that can be read' },
      error,
    );
  }
}

/**
 * Appends to events.jsonl, one object a line, at once: a killed run has told all it did. A resumed run goes on in
 * the same file, from a `start` event that says after which step. Throws ALEX_FILE_WRITE.
 */
export function eventLog({ events: path }: RunFolder): (event: TrainingEvent) => void {
  let prefix = endsMidLine(path) ? '\n' : '';
  return (event) => {
    try {
      appendFileSync(path, `${prefix}${JSON.stringify(event)}\n`);
    } catch (error) {
      throw alexnetError('ALEX_FILE_WRITE', { path, reason: fileErrorReason(error) }, error);
    }
    prefix = '';
  };
}

/** A process that was killed, or a full disk, may have left half a line. */
function endsMidLine(path: string): boolean {
  if (!existsSync(path)) return false;
  const text = readFileSync(path);
  return text.length > 0 && text.at(-1) !== 0x0a;
}
