import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { readingFile } from '../../src/formats/fileErrors.ts';
import { readAt } from '../../src/formats/readAt.ts';
import { temporaryFolder } from './temporaryFolder.ts';

test('a long read comes in pieces that lie where they should', async (context) => {
  const path = join(temporaryFolder(context), 'a');
  // Four pieces and a bit more.
  const bytes = Buffer.alloc(17 * 2 ** 20 + 5);
  for (let i = 0; i < bytes.length; i += 4096) bytes.writeUInt16LE((i / 4096) % 65_521, i % 4095);
  writeFileSync(path, bytes);
  const handle = await open(path);
  assert.ok(bytes.subarray(3).equals(new Uint8Array(await readAt(handle, 3, bytes.length - 3))));
  assert.equal((await readAt(handle, 3, 0)).byteLength, 0);
  const code = 'ALEX_FILE_READ';
  await assert.rejects(
    readingFile(path, () => readAt(handle, 8, bytes.length)),
    { code, message: /became shorter/ },
  );
  await assert.rejects(
    readingFile(path, () => readAt(handle, 0, 2 ** 60)),
    { code, message: /fit into memory/ },
  );
  await handle.close();
});
