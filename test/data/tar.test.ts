import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { readTar } from '../../src/data/tar.ts';
import { AlexnetError } from '../../src/errors.ts';
import { tar, type Member } from './archives.ts';

async function* chunksOf(bytes: Uint8Array, size: number): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
}

async function readAll(bytes: Uint8Array, chunk = 700): Promise<Member[]> {
  const members: Member[] = [];
  for await (const member of readTar(chunksOf(bytes, chunk), 'a.tar')) {
    members.push({ name: member.name, content: await member.read() });
  }
  return members;
}

const file = (name: string, text = name): Member => ({ name, content: Buffer.from(text) });

test('members come back as they were written, whatever the chunks', async () => {
  const member = fc.record({
    name: fc.stringMatching(/^[a-z_]{1,50}(\/[a-z_]{1,40})?$/),
    content: fc.uint8Array({ maxLength: 1600 }),
  });
  await fc.assert(
    fc.asyncProperty(
      fc.array(member, { maxLength: 5 }),
      fc.integer({ min: 1, max: 2000 }),
      async (members, chunk) => {
        const read = await readAll(tar(members), chunk);
        assert.deepEqual(
          read.map(({ name, content }) => [name, [...content]]),
          members.map(({ name, content }) => [name, [...content]]),
        );
      },
    ),
    { numRuns: 40 },
  );
});

test('members may be left unread, folders are passed over', async () => {
  const names: string[] = [];
  const archive = tar([{ ...file('d/'), content: Buffer.alloc(0), type: '5' }, file('d/a'), file('d/b')]);
  for await (const { name } of readTar(chunksOf(archive, 512), 'a.tar')) names.push(name);
  assert.deepEqual(names, ['d/a', 'd/b']);
});

test('extended headers give long names', async () => {
  const long = `${'d'.repeat(90)}/${'f'.repeat(90)}`;
  const record = ` path=${long}\n`;
  const pax = tar([
    { name: 'PaxHeader', type: 'x', content: Buffer.from(`${record.length + 3}${record}`) },
    file('cut'),
  ]);
  const gnu = tar([{ name: '././@LongLink', type: 'L', content: Buffer.from(`${long}\0`) }, file('cut')]);
  for (const archive of [pax, gnu]) {
    assert.deepEqual(
      (await readAll(archive)).map(({ name }) => name),
      [long],
    );
  }
});

for (const member of [
  file('../batch'),
  file('a/../../batch'),
  file('/etc/passwd'),
  file('C:\\batch'),
  file('a\\..\\..\\batch'),
  { ...file('link'), type: '2' },
  { ...file('hard'), type: '1' },
  { ...file('device'), type: '3' },
]) {
  test(`a member ${member.name} of type ${member.type ?? '0'} is refused`, async () => {
    await assert.rejects(readAll(tar([file('good'), member])), { code: 'ALEX_DATA_MEMBER' });
  });
}

test('an extended header does not smuggle a path out of its folder', async () => {
  const pax = Buffer.from('22 path=../../escaped\n');
  const archive = tar([{ name: 'PaxHeader', type: 'x', content: pax }, file('innocent')]);
  await assert.rejects(readAll(archive), { code: 'ALEX_DATA_MEMBER' });
});

test('an archive that ends early or has a damaged header is told', async () => {
  const archive = tar([file('a', 'x'.repeat(1000)), file('b')]);
  for (const bytes of [archive.subarray(0, 300), archive.subarray(0, 900), archive.subarray(0, 1800)]) {
    await assert.rejects(readAll(bytes), { code: 'ALEX_DATA_CORRUPT' });
  }
  const damaged = Buffer.from(archive);
  damaged[130]! ^= 1;
  await assert.rejects(readAll(damaged), { code: 'ALEX_DATA_CORRUPT' });
});

test('no bytes crash the reader', async () => {
  const archive = tar([file('a', 'x'.repeat(600)), { ...file('l'), type: 'x' }, file('b')]);
  const change = fc.tuple(fc.nat(archive.length - 1), fc.nat(255));
  await fc.assert(
    fc.asyncProperty(
      fc.array(change, { minLength: 1, maxLength: 6 }),
      fc.boolean(),
      async (changes, mend) => {
        const bytes = Buffer.from(archive);
        for (const [at, byte] of changes) bytes[at] = byte;
        if (mend) mendChecksum(bytes);
        await readAll(bytes).catch((error: unknown) =>
          assert.ok(error instanceof AlexnetError, String(error)),
        );
      },
    ),
    { numRuns: 200 },
  );
});

/** Makes the first header's checksum right again, so that what it says is looked at. */
function mendChecksum(bytes: Buffer): void {
  bytes.fill(' ', 148, 156);
  const sum = bytes.subarray(0, 512).reduce((total, byte) => total + byte, 0);
  bytes.write(sum.toString(8).padStart(6, '0'), 148, 'latin1');
}
