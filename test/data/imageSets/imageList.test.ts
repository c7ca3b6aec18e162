import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import fc from 'fast-check';
import { loadSplits } from '../../../src/data/datasets.ts';
import { packedString } from '../../../src/data/images/packedStrings.ts';
import { csvRows, CsvFault } from '../../../src/data/imageSets/csv.ts';
import { readImageList } from '../../../src/data/imageSets/imageList.ts';
import { AlexnetError } from '../../../src/errors.ts';
import { bmp, testFolder, writeFiles } from './files.ts';

const root = testFolder();

/** `path class split` of each line. */
function read(name: string, text: string | Uint8Array): string[] {
  writeFiles(root, { [name]: text });
  return readImageList(join(root, name)).images.map((image) => `${image.name} ${image.class} ${image.split}`);
}

test('CSV: columns by name in any order, quotes, line ends, a byte-order mark', () => {
  const text = '\ufeffLabel,extra,"Image"\r\ncat,1,"a, ""b"".jpg"\r\n\r\n"two\nlines",,x.png\n dog ,2,y.png';
  assert.deepEqual(read('a.csv', text), [
    'a, "b".jpg cat undefined',
    'x.png two\nlines undefined',
    'y.png dog undefined',
  ]);
  assert.deepEqual(read('b.csv', 'a.jpg,7\nb.jpg,10\n'), ['a.jpg 7 undefined', 'b.jpg 10 undefined']);
  assert.deepEqual(read('c.csv', 'file,class,set\na.jpg,x,valid\nb.jpg,x,Train\n'), [
    'a.jpg x validation',
    'b.jpg x train',
  ]);
});

test('JSON Lines: labels may be numbers', () => {
  const text =
    '{"file_name": "a.jpg", "label": 3, "split": "test"}\n\n{"path":"b.jpg","class":"x","split":null}';
  assert.deepEqual(read('a.jsonl', text), ['a.jpg 3 test', 'b.jpg x undefined']);
});

test('classes that are numbers are in their order, names by code point', () => {
  writeFiles(root, {
    'n.csv': 'path,label\na.jpg,10\nb.jpg,9\n',
    's.csv': 'path,label\na.jpg,b\nb.jpg,B\nc.jpg,10\n',
  });
  assert.deepEqual(readImageList(join(root, 'n.csv')).classes, ['9', '10']);
  assert.deepEqual(readImageList(join(root, 's.csv')).classes, ['10', 'B', 'b']);
});

test('a list is a data set: paths start from its folder', async () => {
  const image = bmp(4, 4, [1, 2, 3]);
  writeFiles(root, {
    'set/pictures/1.bmp': image,
    'set/pictures/2.bmp': image,
    'set/list.csv':
      'path,label,split\npictures/1.bmp,x,train\npictures/2.bmp,y,train\npictures/1.bmp,x,test\n',
  });
  const { train, test: tested } = await loadSplits(join(root, 'set/list.csv'), {});
  assert.deepEqual([train.name, train.length, tested.length, train.classes], ['list', 2, 1, ['x', 'y']]);
  assert.ok('encoded' in train);
  assert.equal(packedString(train.encoded.names, 1), 'pictures/2.bmp');
});

const wrong: [name: string, text: string | Uint8Array, message: RegExp][] = [
  ['a.csv', 'path,name\na.jpg,x\n', /line 1: expected a header with path and label/],
  ['a.csv', 'path,label\na.jpg,\n', /line 2: there is no label/],
  ['a.csv', 'path,label\n\n,x\n', /line 3: there is no path/],
  ['a.csv', 'path,label\n../a.jpg,x\n', /line 2: the path "\.\.\/a\.jpg" leaves the folder of the list/],
  ['a.csv', 'path,label\nb/..\\a.jpg,x\n', /leaves the folder/],
  ['a.csv', 'path,label\n/etc/a.jpg,x\n', /is absolute/],
  ['a.csv', 'path,label\nC:\\a.jpg,x\n', /is absolute/],
  ['a.csv', 'path,label\n"a\0.jpg",x\n', /zero byte/],
  ['a.csv', 'path,label\n"a.jpg,x\n', /line 2: a quote is not closed/],
  ['a.csv', 'path,label\n"a.jpg"b,x\n', /line 2: text follows a quoted cell/],
  ['a.csv', 'path,label,split\na.jpg,x,dev\n', /line 2: the split is "dev"/],
  ['a.csv', Buffer.of(0x70, 0xff, 0xfe), /not text in UTF-8/],
  ['a.jsonl', '{"path":"a.jpg","label":"x"}\n{"path"', /line 2: it is no JSON/],
  ['a.jsonl', '3\n', /line 1: it is no JSON object/],
  ['a.jsonl', '{"path":["a"],"label":"x"}', /there is no path/],
  ['a.jsonl', '{"path":"a","label":1.5}', /there is no label/],
];
for (const [name, text, message] of wrong) {
  test(`refused: ${message.source}`, () =>
    assert.throws(() => read(name, text), { code: 'ALEX_DATA_LIST', message }));
}

test('some lines with a split and some without are refused', async () => {
  writeFiles(root, { 'mixed.csv': 'path,label,split\na.jpg,x,train\nb.jpg,y,\n' });
  await assert.rejects(loadSplits(join(root, 'mixed.csv'), {}), {
    code: 'ALEX_DATA_FORM',
    message: /b\.jpg without a split/,
  });
});

test('CSV cells come out as they were written', () => {
  const cell = fc.string({ unit: fc.constantFrom('a', ',', '"', '\n', '\r', ' ', 'é') });
  const rows = fc.array(fc.array(cell, { minLength: 2, maxLength: 4 }), { maxLength: 5 });
  fc.assert(
    fc.property(rows, fc.constantFrom('\n', '\r\n'), (table, end) => {
      const quoted = (text: string): string =>
        /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
      const text = table.map((row) => row.map(quoted).join(',')).join(end);
      assert.deepEqual(
        [...csvRows(text)].map(({ cells }) => cells),
        table,
      );
    }),
  );
});

test('no text crashes the reader of lists', () => {
  const piece = fc.constantFrom(
    'path,label\n',
    'a.jpg',
    ',',
    '"',
    '\n',
    '\r',
    '{"path":',
    '"label":1}',
    '\0',
    '..',
    '/',
    'é',
    '\ud800',
  );
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 12 }), fc.constantFrom('f.csv', 'f.jsonl'), (pieces, name) => {
      try {
        writeFiles(root, { [name]: pieces.join('') });
        for (const image of readImageList(join(root, name)).images) {
          assert.doesNotMatch(image.name, /^\/|(^|[/\\])\.\.([/\\]|$)|\0/);
        }
      } catch (error) {
        assert.ok(error instanceof AlexnetError && !(error instanceof CsvFault), String(error));
      }
    }),
    { numRuns: 300 },
  );
});
