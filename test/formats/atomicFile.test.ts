import assert from 'node:assert/strict';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  readFileSync,
  readdirSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { writeAtomically, writeTextAtomically } from '../../src/formats/atomicFile.ts';
import { temporaryFolder } from './temporaryFolder.ts';

test('a file appears whole, and the old one stands until then', async (context) => {
  const folder = temporaryFolder(context);
  const path = join(folder, 'a');
  await writeTextAtomically(path, 'old');
  await writeAtomically(path, async (writeBytes) => {
    await writeBytes(Buffer.from('ne'));
    assert.equal(readFileSync(path, 'utf8'), 'old');
    await writeBytes(Buffer.from('w'));
  });
  assert.equal(readFileSync(path, 'utf8'), 'new');
  assert.deepEqual(readdirSync(folder), ['a']);
});

test('what a killed writer left behind is in nobody’s way', async (context) => {
  const folder = temporaryFolder(context);
  const path = join(folder, 'a');
  writeFileSync(`${path}.tmp`, 'a long half-written file');
  await writeTextAtomically(path, 'new');
  assert.equal(readFileSync(path, 'utf8'), 'new');
  assert.deepEqual(readdirSync(folder), ['a']);
});

const noFull = existsSync('/dev/full') ? false : 'this system has no /dev/full';

test('a full disk is told, and leaves the old file alone', { skip: noFull }, async (context) => {
  const folder = temporaryFolder(context);
  const path = join(folder, 'a');
  writeFileSync(path, 'old');
  symlinkSync('/dev/full', `${path}.tmp`);
  await assert.rejects(writeTextAtomically(path, 'new'), {
    code: 'ALEX_FILE_WRITE',
    message: /the disk is full/,
  });
  assert.equal(readFileSync(path, 'utf8'), 'old');
  assert.deepEqual(readdirSync(folder), ['a']);
});

const mayWriteAnywhere = process.getuid?.() === 0 ? 'root may write to read-only folders' : false;

test('a read-only folder is told', { skip: mayWriteAnywhere }, async (context) => {
  const folder = temporaryFolder(context);
  writeFileSync(join(folder, 'a'), 'old');
  chmodSync(folder, 0o555);
  context.after(() => chmodSync(folder, 0o755));
  await assert.rejects(writeTextAtomically(join(folder, 'a'), 'new'), {
    code: 'ALEX_FILE_WRITE',
    message: /permission denied/,
  });
  assert.equal(readFileSync(join(folder, 'a'), 'utf8'), 'old');
});

test('a rename that fails leaves no temporary file', async (context) => {
  const folder = temporaryFolder(context);
  const path = join(folder, 'a');
  mkdirSync(join(path, 'inside'), { recursive: true });
  await assert.rejects(writeTextAtomically(path, 'new'), { code: 'ALEX_FILE_WRITE' });
  assert.deepEqual(readdirSync(folder), ['a']);
  await assert.rejects(writeTextAtomically(join(folder, 'no', 'a'), 'new'), {
    code: 'ALEX_FILE_WRITE',
    message: /no such file or folder/,
  });
});

test('the fault of whoever writes is passed on', async (context) => {
  const folder = temporaryFolder(context);
  const fault = new Error('mine');
  await assert.rejects(
    writeAtomically(join(folder, 'a'), async (writeBytes) => {
      await writeBytes(Buffer.from('half'));
      throw fault;
    }),
    (error) => error === fault,
  );
  assert.deepEqual(readdirSync(folder), []);
});
