/**
 * Runs: what was asked for and where it stands, the events, the checkpoint in two files in turn, and the model. The record
 * names the checkpoint that counts, and how far the events had come then: a tab that is closed loses neither.
 */
import type { FileTarget } from '../../src/formats/fileTarget.ts';
import { fileOfBlob, type OpenedFile } from '../../src/formats/openedFile.ts';
import type { TrainingConfig } from '../../src/training/trainingOptions.ts';
import type { RunEvent, RunState, StudioError, TrainingRequest } from '../worker/protocol.ts';
import {
  openAll,
  openFile,
  openFolder,
  readBytes,
  readFile,
  removeEntry,
  withStorage,
  writeBytes,
  writeFile,
  type Folder,
  type OpenFile,
} from './files.ts';
import { keptValue } from './record.ts';

/** What is kept of a run besides its files. */
export interface RunRecord {
  readonly request: TrainingRequest;
  readonly config: TrainingConfig;
  /** Tells whether images of the collection have changed since. */
  readonly fingerprint: string;
  /** Of the collection as it was when the run last began or went on. */
  readonly classes: readonly string[];
  readonly side: number;
  readonly state: RunState;
  readonly startedAt: number;
  readonly epoch: number;
  readonly accuracy?: number;
  readonly error?: StudioError;
  readonly checkpoint?: { readonly file: string; readonly eventBytes: number };
  /** The file of the model. */
  readonly model?: string;
}

export interface StoredRun {
  readonly id: string;
  readonly record: RunRecord;
  update(changes: Partial<RunRecord>): Promise<void>;
  /** Changes the record, to be written with the next update. */
  note(changes: Partial<RunRecord>): void;
  /** All events so far, but those after a line that is not whole. */
  events(): Promise<RunEvent[]>;
  /** Goes on with the events of the checkpoint; what came after it is trained again, and told again. */
  openLog(): Promise<EventLog>;
  /** Writes a checkpoint beside the one that counts, and then makes it the one. */
  writeCheckpoint(log: EventLog, write: (target: FileTarget) => Promise<void>): Promise<void>;
  checkpoint(): Promise<OpenedFile | undefined>;
  writeModel(write: (target: FileTarget) => Promise<void>): Promise<void>;
  model(): Promise<Blob | undefined>;
}

/** Events are appended; `flush` sees to it that they are kept. */
export interface EventLog {
  /** Those that were there when it was opened. */
  readonly before: readonly RunEvent[];
  /** Written so far. */
  readonly bytes: number;
  append(event: RunEvent): void;
  flush(): Promise<void>;
  close(): void;
}

const eventFile = 'events.jsonl';
/** Two of each: what counts is never written over. */
const modelNames = ['model-0.safetensors', 'model-1.safetensors'];
const checkpointNames = ['checkpoint-0.safetensors', 'checkpoint-1.safetensors'];

export interface Runs {
  readonly all: ReadonlyMap<string, StoredRun>;
  /** Of runs that could not be opened; they are left as they are. */
  readonly problems: readonly Error[];
  create(record: RunRecord): Promise<StoredRun>;
  remove(id: string): Promise<void>;
}

async function openRun(folder: Folder, id: string): Promise<StoredRun | undefined> {
  const own = await openFolder(folder, id);
  const record = await keptValue<RunRecord>(own, 'run').read();
  // One whose making was interrupted before its record was written.
  if (record === undefined) return undefined;
  const run = storedRun(id, own, record);
  if (record.state === 'running') await run.update({ state: 'interrupted' });
  return run;
}

/** Opens every run; one that was running when its page ended is interrupted. Throws ALEX_STUDIO_STORAGE. */
export async function openRuns(root: Folder): Promise<Runs> {
  const folder = await openFolder(root, 'runs');
  const { all, problems } = await openAll(folder, (id) => openRun(folder, id));
  return {
    all,
    problems,
    async create(record) {
      const id = crypto.randomUUID();
      const own = await openFolder(folder, id);
      await keptValue<RunRecord>(own, 'run').write(record);
      const run = storedRun(id, own, record);
      all.set(id, run);
      return run;
    },
    async remove(id) {
      all.delete(id);
      await removeEntry(folder, id);
    },
  };
}

function storedRun(id: string, folder: Folder, first: RunRecord): StoredRun {
  const kept = keptValue<RunRecord>(folder, 'run');
  let record = first;
  async function update(changes: Partial<RunRecord>): Promise<void> {
    record = { ...record, ...changes };
    await kept.write(record);
  }
  return {
    id,
    get record() {
      return record;
    },
    update,
    note: (changes) => void (record = { ...record, ...changes }),
    events: () => readEvents(folder),
    openLog: async () => eventLog(await openFile(folder, eventFile), record.checkpoint?.eventBytes ?? 0),
    async writeCheckpoint(log, write) {
      const file = checkpointNames.find((name) => name !== record.checkpoint?.file)!;
      await writeFile(folder, file, (writeAll) => write({ name: file, writeBytes: writeAll }));
      await log.flush();
      await update({ checkpoint: { file, eventBytes: log.bytes } });
    },
    async checkpoint() {
      const { file } = record.checkpoint ?? {};
      const blob = file === undefined ? undefined : await readFile(folder, file);
      return blob && fileOfBlob(file!, blob);
    },
    async writeModel(write) {
      const { model } = record;
      const file = modelNames.find((name) => name !== model)!;
      await writeFile(folder, file, (append) => write({ name: file, writeBytes: append }));
      await update({ model: file });
      if (model !== undefined) await removeEntry(folder, model);
    },
    model: async () => (record.model === undefined ? undefined : readFile(folder, record.model)),
  };
}

async function readEvents(folder: Folder): Promise<RunEvent[]> {
  return eventsIn((await (await readFile(folder, eventFile))?.text()) ?? '');
}

/** The events up to a line that is not whole. */
function eventsIn(text: string): RunEvent[] {
  const events: RunEvent[] = [];
  for (const line of text.split('\n')) {
    if (line === '') continue;
    try {
      events.push(JSON.parse(line) as RunEvent);
    } catch {
      break;
    }
  }
  return events;
}

function eventLog(file: OpenFile, from: number): EventLog {
  let bytes = from;
  let waiting: string[] = [];
  file.truncate(from);
  const before = eventsIn(new TextDecoder().decode(readBytes(file, 0, from)));
  function write(): void {
    const text = new TextEncoder().encode(waiting.join(''));
    writeBytes(file, bytes, text);
    bytes += text.length;
    waiting = [];
    file.flush();
  }
  return {
    before,
    get bytes() {
      return bytes;
    },
    append: (event) => void waiting.push(`${JSON.stringify(event)}\n`),
    flush: () => withStorage(eventFile, write),
    close: () => file.close(),
  };
}
