/**
 * A person's collections: squares of uint8 pixels in planes, records of one size in one file, and an index that says
 * which records a class has. Records are written before the index tells of them.
 */
import { alexnetError } from '../../src/errors.ts';
import {
  openAll,
  openFile,
  openFolder,
  readBytes,
  removeEntry,
  withStorage,
  writeBytes,
  type Folder,
  type OpenFile,
} from './files.ts';
import { keptValue, type KeptValue } from './record.ts';
import { makeTurns } from './turns.ts';

/** What is kept of a collection besides pixels. */
export interface CollectionIndex {
  readonly name: string;
  readonly side: number;
  /** Grows with every change but of names. */
  readonly revision: number;
  readonly classes: readonly { readonly name: string; readonly records: readonly number[] }[];
}

type Classes = CollectionIndex['classes'];

/** A collection that is open. Changes wait for those before them; after `close` they throw ALEX_STUDIO_UNKNOWN. */
export interface ImageStore {
  readonly id: string;
  readonly index: CollectionIndex;
  /** Planes [3, side, side] of a record. */
  read(record: number): Uint8Array<ArrayBuffer>;
  /** Adds squares to classes, all or, when it throws, none of them. Throws ALEX_STUDIO_STORAGE_FULL, ALEX_STUDIO_STORAGE. */
  add(images: readonly { readonly class: string; readonly planes: Uint8Array }[]): Promise<void>;
  /** Changes names, or takes images away: from the classes as they are then. Throws as `add` and `update` do. */
  change(update: (classes: Classes) => Classes): Promise<void>;
  /** When what is under way is done. */
  close(): Promise<void>;
}

const pixelFile = 'images.bin';

async function openCollection(folder: Folder, id: string): Promise<ImageStore | undefined> {
  const own = await openFolder(folder, id);
  const kept = keptValue<CollectionIndex>(own, 'index');
  const index = await kept.read();
  // A collection whose making was interrupted before its index was written.
  if (index === undefined) return undefined;
  return imageStore(id, index, kept, await openFile(own, pixelFile));
}

function imageStore(
  id: string,
  first: CollectionIndex,
  kept: KeptValue<CollectionIndex>,
  file: OpenFile,
): ImageStore {
  let index = first;
  let closed = false;
  const turns = makeTurns();
  const recordBytes = 3 * index.side * index.side;
  /** Each change goes out from what the one before has left. */
  const inTurn = <T>(work: () => Promise<T>): Promise<T> =>
    turns(() => {
      if (!closed) return work();
      throw alexnetError('ALEX_STUDIO_UNKNOWN', { what: 'collection', name: index.name, known: [] });
    });
  async function write(classes: Classes): Promise<void> {
    const revision = haveSameImages(index.classes, classes) ? index.revision : index.revision + 1;
    const next = { ...index, revision, classes };
    await kept.write(next);
    index = next;
  }
  async function add(images: Parameters<ImageStore['add']>[0]): Promise<void> {
    const free = freeRecords(index, images.length);
    await withStorage(pixelFile, () => {
      images.forEach(({ planes }, i) => writeBytes(file, free[i]! * recordBytes, planes));
      file.flush();
    });
    const classes = index.classes.map((own) => ({ ...own, records: [...own.records] }));
    images.forEach(({ class: name }, i) => {
      const found = classes.find((own) => own.name === name);
      if (found) found.records.push(free[i]!);
      else classes.push({ name, records: [free[i]!] });
    });
    await write(classes);
  }
  return {
    id,
    get index() {
      return index;
    },
    read(record) {
      const bytes = readBytes(file, record * recordBytes, recordBytes);
      if (bytes.length === recordBytes) return bytes;
      throw alexnetError('ALEX_STUDIO_STORAGE', { file: pixelFile, reason: `image ${record} is not there` });
    },
    add: (images) => inTurn(() => add(images)),
    change: (update) => inTurn(async () => write(update(index.classes))),
    close: () =>
      inTurn(async () => {
        closed = true;
        file.close();
      }),
  };
}

/** Whether classes differ in their names alone. */
function haveSameImages(before: Classes, after: Classes): boolean {
  const records = (classes: Classes): string => JSON.stringify(classes.map((own) => own.records));
  return records(before) === records(after);
}

/** The first records that no class has. */
function freeRecords({ classes }: CollectionIndex, count: number): number[] {
  const taken = new Set(classes.flatMap(({ records }) => records));
  const free: number[] = [];
  for (let record = 0; free.length < count; record++) if (!taken.has(record)) free.push(record);
  return free;
}

/** All collections of a person. */
export interface Collections {
  readonly all: ReadonlyMap<string, ImageStore>;
  /** Of collections that could not be opened; they are left as they are. */
  readonly problems: readonly Error[];
  create(name: string, side: number): Promise<ImageStore>;
  remove(id: string): Promise<void>;
}

/** Opens every collection. Throws ALEX_STUDIO_STORAGE. */
export async function openCollections(root: Folder): Promise<Collections> {
  const folder = await openFolder(root, 'collections');
  const { all, problems } = await openAll(folder, (id) => openCollection(folder, id));
  return {
    all,
    problems,
    async create(name, side) {
      const id = crypto.randomUUID();
      const own = await openFolder(folder, id);
      const kept = keptValue<CollectionIndex>(own, 'index');
      const index: CollectionIndex = { name, side, revision: 0, classes: [] };
      await kept.write(index);
      const store = imageStore(id, index, kept, await openFile(own, pixelFile));
      all.set(id, store);
      return store;
    },
    async remove(id) {
      const store = all.get(id);
      all.delete(id);
      await store?.close();
      await removeEntry(folder, id);
    },
  };
}
