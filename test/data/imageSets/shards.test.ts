import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import fc from 'fast-check';
import type { FileDataset } from '../../../src/data/dataset.ts';
import { loadDataset, loadSplits } from '../../../src/data/datasets.ts';
import { encodedReader, imageName } from '../../../src/data/images/readEncoded.ts';
import { AlexnetError } from '../../../src/errors.ts';
import { tar, type Member } from '../archives.ts';
import { bmp, testFolder, writeFiles } from './files.ts';

const root = testFolder();

function image(i: number): Buffer {
  return bmp(4 + i, 5, [i, 2 * i, 3 * i]);
}

function sample(i: number, label: string, extension = 'cls'): Member[] {
  return [
    { name: `000${i}.bmp`, content: image(i) },
    { name: `000${i}.${extension}`, content: Buffer.from(label) },
  ];
}

async function load(path: string, split: 'train' | 'test' = 'train'): Promise<FileDataset> {
  const dataset = await loadDataset(path, { split });
  assert.ok('encoded' in dataset);
  return dataset;
}

test('shards of each split, by the words of their paths; images are read where they lie', async () => {
  const folder = join(root, 'set');
  writeFiles(folder, {
    'train-000.tar': tar([...sample(1, '1\n'), ...sample(2, '0')]),
    'train-001.tar': tar([{ name: '0003.txt', content: Buffer.from('a text') }, ...sample(3, '10')]),
    'test/000.tar': tar(sample(4, '1')),
  });
  const { train, test: tested } = await loadSplits(folder, {});
  assert.deepEqual([train.classes, train.length, tested.length], [['0', '1', '10'], 3, 1]);
  assert.deepEqual([...train.labels], [1, 0, 2]);
  assert.ok('encoded' in train && 'encoded' in tested);
  const reader = encodedReader(train.encoded);
  for (const i of [2, 0, 1]) assert.deepEqual(Buffer.from(reader.read(i)), image(i + 1));
  reader.close();
  assert.deepEqual([...train.encoded.sizes], [5, 5, 5, 6, 5, 7]);
  assert.equal(imageName(train.encoded, 2), `0003.bmp in ${join(folder, 'train-001.tar')}`);
});

test('a range of shards, classes in JSON, and their names in classes.txt', async () => {
  const folder = join(root, 'range');
  writeFiles(folder, {
    's-08.tar': tar(sample(1, '{"label": 1}', 'json')),
    's-09.tar': tar([...sample(2, '{"class": "cat"}', 'json'), ...sample(3, '{"cls": 0}', 'json')]),
    's-10.tar': tar([...sample(4, '1'), ...sample(5, 'cat')]),
    'classes.txt': 'cat\r\nant\n',
  });
  const { train, test: tested } = await loadSplits(join(folder, 's-{08..10}.tar'), { testFraction: 0.4 });
  assert.deepEqual([train.name, train.classes, train.length + tested.length], ['s', ['cat', 'ant'], 5]);
  // One image of each class: all of them are needed to train on.
  assert.deepEqual([...(await load(join(folder, 's-10.tar'))).labels], [1, 0]);
});

const wrong: [name: string, members: Member[], code: string, message: RegExp][] = [
  ['no class', [{ name: '1.bmp', content: image(1) }], 'ALEX_DATA_FORM', /a sample without a class/],
  ['bad JSON', sample(1, '{', 'json'), 'ALEX_DATA_FORM', /0001\.json, which is no JSON object/],
  ['null', sample(1, 'null', 'json'), 'ALEX_DATA_FORM', /no JSON object/],
  ['leaves', [{ name: '../1.bmp', content: image(1) }], 'ALEX_DATA_MEMBER', /leaves the folder/],
  ['nothing', [{ name: '1.txt', content: image(1) }], 'ALEX_DATA_FORM', /nothing that holds images/],
];
for (const [name, members, code, message] of wrong) {
  test(`refused: ${name}`, async () => {
    writeFiles(root, { [`${name}.tar`]: tar(members) });
    await assert.rejects(load(join(root, `${name}.tar`)), { code, message });
  });
}

test('a shard that is cut short is told', async () => {
  const whole = tar([...sample(1, '0'), ...sample(2, '1')]);
  writeFiles(root, { 'cut.tar': whole.subarray(0, 1500) });
  await assert.rejects(load(join(root, 'cut.tar')), { code: 'ALEX_DATA_CORRUPT' });
});

test('no bytes of a shard crash its reader', async () => {
  const whole = tar([
    ...sample(1, '0'),
    ...sample(2, '{"label":1}', 'json'),
    ...sample(3, '0'),
    ...sample(4, '1'),
  ]);
  const path = join(root, 'fuzz.tar');
  const change = fc.tuple(fc.nat(whole.length - 1), fc.nat(255));
  await fc.assert(
    fc.asyncProperty(fc.array(change, { minLength: 1, maxLength: 3 }), async (changes) => {
      const bytes = Buffer.from(whole);
      for (const [at, byte] of changes) bytes[at] = byte;
      // Headers that pass for whole ones, too.
      for (let at = 0; at + 512 <= bytes.length; at += 512) {
        if (bytes.toString('latin1', at + 257, at + 262) === 'ustar')
          fixChecksum(bytes.subarray(at, at + 512));
      }
      writeFiles(root, { 'fuzz.tar': bytes });
      try {
        await loadDataset(path, { split: 'train', onBadImage: 'skip' });
      } catch (error) {
        assert.ok(error instanceof AlexnetError, String(error));
      }
    }),
    { numRuns: 200 },
  );
});

function fixChecksum(header: Buffer): void {
  header.fill(' ', 148, 156);
  const sum = header.reduce((total, byte) => total + byte, 0);
  header.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148, 'latin1');
}
