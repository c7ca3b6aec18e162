/** Files in the browser's origin private file system, from a worker. What fails is told by the studio's errors. */
import { AlexnetError, alexnetError } from '../../src/errors.ts';

/** A folder of the origin private file system. */
export type Folder = FileSystemDirectoryHandle;

/** An open file, which nobody else can open meanwhile: FileSystemSyncAccessHandle, which workers alone have. */
export interface OpenFile {
  read(buffer: ArrayBufferView<ArrayBuffer>, options: { readonly at: number }): number;
  write(buffer: ArrayBufferView<ArrayBuffer>, options: { readonly at: number }): number;
  truncate(size: number): void;
  flush(): void;
  close(): void;
}

interface OpenableHandle extends FileSystemFileHandle {
  createSyncAccessHandle(): Promise<OpenFile>;
}

const rootName = 'alexnet-studio';

/** The studio's folder. Throws ALEX_STUDIO_NO_STORAGE. */
export async function openRoot(): Promise<Folder> {
  try {
    const root = await navigator.storage.getDirectory();
    const folder = await root.getDirectoryHandle(rootName, { create: true });
    if (!('createSyncAccessHandle' in FileSystemFileHandle.prototype)) {
      throw new TypeError('its files cannot be opened in a worker');
    }
    return folder;
  } catch (error) {
    throw alexnetError('ALEX_STUDIO_NO_STORAGE', { reason: reasonOf(error) }, error);
  }
}

/** Where storage stands; undefined where the browser gives none, as some do in private windows. */
export async function storageUse(): Promise<
  { readonly used: number; readonly quota: number; readonly persisted: boolean } | undefined
> {
  try {
    await navigator.storage.getDirectory();
    const { usage = 0, quota = 0 } = await navigator.storage.estimate();
    return { used: usage, quota, persisted: await navigator.storage.persisted() };
  } catch {
    return undefined;
  }
}

function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message || error.name : String(error);
}

function isNamed(error: unknown, name: string): boolean {
  return error instanceof DOMException && error.name === name;
}

/**
 * Does something with a file. Throws ALEX_STUDIO_STORAGE_FULL, ALEX_STUDIO_STORAGE; coded errors pass as they are.
 */
export async function withStorage<T>(file: string, use: () => T | Promise<T>): Promise<T> {
  try {
    return await use();
  } catch (error) {
    if (error instanceof AlexnetError) throw error;
    throw await storageError(file, error);
  }
}

async function storageError(file: string, error: unknown): Promise<AlexnetError> {
  if (!isNamed(error, 'QuotaExceededError')) {
    return alexnetError('ALEX_STUDIO_STORAGE', { file, reason: reasonOf(error) }, error);
  }
  const use = await storageUse();
  return alexnetError(
    'ALEX_STUDIO_STORAGE_FULL',
    { usedBytes: use?.used ?? 0, quotaBytes: use?.quota ?? 0 },
    error,
  );
}

const held = new Set<FileSystemHandle>();

/** Waits with a handle that nobody else holds: where Chromium collects it meanwhile, its promises are never settled. */
async function whileHeld<T>(handle: FileSystemHandle, use: () => Promise<T>): Promise<T> {
  held.add(handle);
  try {
    return await use();
  } finally {
    held.delete(handle);
  }
}

/** Opens a file, which is made when it is not there. Throws as withStorage does. */
export function openFile(folder: Folder, name: string): Promise<OpenFile> {
  return withStorage(name, async () => {
    const handle = await folder.getFileHandle(name, { create: true });
    return whileHeld(handle, () => (handle as OpenableHandle).createSyncAccessHandle());
  });
}

/** Makes a folder, or opens it where it is. Throws as withStorage does. */
export function openFolder(folder: Folder, name: string): Promise<Folder> {
  return withStorage(name, () => folder.getDirectoryHandle(name, { create: true }));
}

/** Names of the folders in a folder. */
async function folderNames(folder: Folder): Promise<string[]> {
  const names: string[] = [];
  for await (const [name, { kind }] of folder.entries()) if (kind === 'directory') names.push(name);
  return names.toSorted();
}

/** What there is in a folder of folders, by their names. */
export interface Opened<T> {
  readonly all: Map<string, T>;
  readonly problems: readonly Error[];
}

/**
 * Opens each folder in a folder; one that `open` finds nothing in is removed, and one that cannot be opened does not keep
 * the others from being. Throws as withStorage does.
 */
export async function openAll<T>(
  folder: Folder,
  open: (name: string) => Promise<T | undefined>,
): Promise<Opened<T>> {
  const all = new Map<string, T>();
  const problems: Error[] = [];
  for (const name of await folderNames(folder)) {
    try {
      const found = await open(name);
      if (found === undefined) await removeEntry(folder, name);
      else all.set(name, found);
    } catch (error) {
      if (!(error instanceof AlexnetError)) throw error;
      problems.push(error);
    }
  }
  return { all, problems };
}

/** Takes a file or a folder away, with all that is in it; one that is not there is no error. */
export function removeEntry(folder: Folder, name: string): Promise<void> {
  return withStorage(name, async () => {
    try {
      await folder.removeEntry(name, { recursive: true });
    } catch (error) {
      if (!isNamed(error, 'NotFoundError')) throw error;
    }
  });
}

/** Bytes of an open file, as many as asked for; fewer where it ends. */
export function readBytes(file: OpenFile, at: number, length: number): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(length);
  const read = file.read(bytes, { at });
  return read === length ? bytes : bytes.slice(0, read);
}

/** Writes all bytes. Throws QuotaExceededError where there is no room. */
export function writeBytes(file: OpenFile, at: number, bytes: ArrayBufferView): void {
  // Shared memory is copied: files are not written from it.
  const own = new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const source = own.buffer instanceof ArrayBuffer ? (own as Uint8Array<ArrayBuffer>) : own.slice();
  let done = 0;
  while (done < source.length) {
    const written = file.write(source.subarray(done), { at: at + done });
    if (written === 0) throw new DOMException('nothing more could be written', 'QuotaExceededError');
    done += written;
  }
}

/** A file whole; undefined when it is not there or empty. Throws as withStorage does. */
export function readFile(folder: Folder, name: string): Promise<Blob | undefined> {
  return withStorage(name, async () => {
    try {
      const handle = await folder.getFileHandle(name);
      const file = await whileHeld(handle, () => handle.getFile());
      return file.size > 0 ? file : undefined;
    } catch (error) {
      if (isNamed(error, 'NotFoundError')) return undefined;
      throw error;
    }
  });
}

/** Writes a file from its beginning, whatever was in it, and waits until it is kept. Throws as withStorage does. */
export async function writeFile(
  folder: Folder,
  name: string,
  write: (append: (bytes: ArrayBufferView) => Promise<void>) => Promise<void>,
): Promise<void> {
  const file = await openFile(folder, name);
  try {
    await withStorage(name, async () => {
      let at = 0;
      file.truncate(0);
      await write(async (bytes) => {
        writeBytes(file, at, bytes);
        at += bytes.byteLength;
      });
      file.flush();
    });
  } finally {
    file.close();
  }
}
