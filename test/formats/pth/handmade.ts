/** Files that are made by hand: a pickle, and entries beside it. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { openFileAs } from '../../../src/formats/openFile.ts';
import { openPth } from '../../../src/formats/pth/pthFile.ts';
import { isTensor } from '../../../src/formats/pth/torchObjects.ts';
import type { SafeTensor } from '../../../src/formats/tensors.ts';
import { writePickle, type PickleForm, type PickleSource } from '../../../src/formats/writePickle.ts';
import { writeZip } from '../../../src/formats/zip/writeZip.ts';
import { temporaryFolder } from '../temporaryFolder.ts';

export type Entries = Readonly<Record<string, Uint8Array>>;

/** Opens an archive with this pickle and entries, and reads all its tensors. */
export async function readFileOf(
  context: TestContext,
  pickle: Uint8Array,
  entries: Entries = { 'a/data/0': new Uint8Array(16) },
): Promise<SafeTensor[]> {
  const path = join(temporaryFolder(context), 'handmade.pth');
  const parts: Uint8Array[] = [];
  const all = Object.entries({ 'a/data.pkl': pickle, ...entries });
  await writeZip(
    all.map(([name, bytes]) => ({ name, read: () => bytes })),
    async (bytes) => void parts.push(bytes),
  );
  writeFileSync(path, Buffer.concat(parts));
  const file = await openFileAs(path, openPth);
  try {
    const tensors: SafeTensor[] = [];
    for (const value of (file.root as Map<string, never>).values()) {
      if (isTensor(value)) tensors.push(await file.read(value));
    }
    return tensors;
  } finally {
    await file.close();
  }
}

export const name = (module: string, of: string): PickleForm => ({ form: 'name', module, name: of });
export const call = (callee: PickleForm, ...args: PickleSource[]): PickleForm => ({
  form: 'call',
  callee,
  args,
});
export const tuple = (...items: PickleSource[]): PickleForm => ({ form: 'tuple', items });
export const dict = (value: PickleSource): Uint8Array => writePickle(new Map([['w', value]]));

const float = name('torch', 'FloatStorage');

export function storage(elements: PickleSource, key: PickleSource = '0', type = float): PickleForm {
  return { form: 'persistent', id: tuple('storage', type, key, 'cpu', elements) };
}
