import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { after, test } from 'node:test';
import { crc32, gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { loadCifar } from '../../../src/data/cifar/loadCifar.ts';
import { readBatch, type BatchForm } from '../../../src/data/cifar/cifarBatch.ts';
import { cifar10, cifar100, type CifarSet } from '../../../src/data/cifar/cifarSets.ts';
import { cifarAt, findCifar, type CifarSource } from '../../../src/data/cifar/locateCifar.ts';
import { loadDataset } from '../../../src/data/datasets.ts';
import { planarImage } from '../../../src/data/image.ts';
import { transformImage } from '../../../src/data/transformImage.ts';
import { articleTransforms } from '../../../src/data/transforms.ts';
import { AlexnetError } from '../../../src/errors.ts';
import { binaryBatch, pythonBatch, tarGz, type Member } from '../archives.ts';
import { cifarArchive, cifarMissing, hashedPixels } from '../goldenImages.ts';

const folder = mkdtempSync(join(tmpdir(), 'alexnet-cifar10-'));
after(() => rmSync(folder, { recursive: true }));

/** Writes a file below the test's folder; returns its path. */
function place(name: string, content: Uint8Array): string {
  const path = join(folder, name);
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, content);
  return path;
}

function sourceAt(path: string): CifarSource {
  const source = cifarAt(path);
  assert.ok(source);
  return source;
}

const ordinary = binaryBatch();
const shifted = binaryBatch(3);
const none = Buffer.alloc(0);

/** Members of the binary archive, the third batch unlike the others, in the official archive's mixed order. */
function binaryMembers(change: Partial<Record<string, Buffer>> = {}): Member[] {
  const names = [
    'data_batch_1',
    'data_batch_4',
    'test_batch',
    'data_batch_3',
    'data_batch_5',
    'data_batch_2',
  ];
  const batches = names.map((name) => {
    const content = change[name] ?? (name === 'data_batch_3' ? shifted : ordinary);
    return { name: `cifar-10-batches-bin/${name}.bin`, content };
  });
  return [{ name: 'cifar-10-batches-bin/readme.html', content: Buffer.from('<html>') }, ...batches];
}

test('an archive at a path, whatever its name', async () => {
  const path = place('mine.tar.gz', tarGz(binaryMembers()));
  const notices: string[] = [];
  let last = [0, 1];
  const train = await loadCifar(sourceAt(path), {
    split: 'train',
    onNotice: (notice) => notices.push(notice),
    onProgress: (done, total) => (last = [done, total]),
  });
  assert.deepEqual([train.name, train.length, train.height, train.width], ['cifar10', 50_000, 32, 32]);
  assert.deepEqual([...train.labels.slice(0, 3), ...train.labels.slice(20_000, 20_003)], [0, 1, 2, 3, 4, 5]);
  assert.equal(train.images[20_001 * 3072 + 3071], 4);
  assert.equal(train.classes.join(' '), 'plane car bird cat deer dog frog horse ship truck');
  assert.equal(last[0], last[1]);
  assert.equal(notices.length, 1);
  assert.match(notices[0]!, /another checksum.*used/);
  const first = await loadCifar(sourceAt(path), { split: 'test', limit: 25 });
  assert.deepEqual([first.split, first.length, first.images.length], ['test', 25, 25 * 3072]);
  assert.deepEqual(Array.from(first.labels.subarray(8, 12)), [8, 9, 0, 1]);
});

test('a folder of batches in the data folder', async () => {
  const names = [
    'data_batch_1',
    'data_batch_2',
    'data_batch_3',
    'data_batch_4',
    'data_batch_5',
    'test_batch',
  ];
  for (const name of names) place(`unpacked/cifar-10-batches-bin/${name}.bin`, ordinary);
  const dataDir = join(folder, 'unpacked');
  const train = await loadDataset('cifar10', { split: 'train', dataDir, limit: 10_003 });
  assert.deepEqual([train.length, ...train.labels.slice(10_000)], [10_003, 0, 1, 2]);
  place('unpacked/cifar-10-batches-bin/data_batch_2.bin', ordinary.subarray(0, -1));
  await assert.rejects(loadDataset('cifar10', { split: 'train', dataDir }), {
    message: /ALEX_DATA_TRUNCATED: .*data_batch_2\.bin has 30,729,999 bytes, expected 30,730,000\. Delete it/,
  });
  rmSync(join(dataDir, 'cifar-10-batches-bin/data_batch_4.bin'));
  await assert.rejects(loadDataset('cifar10', { split: 'train', dataDir }), {
    code: 'ALEX_DATA_CORRUPT',
    message: /data_batch_4\.bin is missing/,
  });
});

test('a small archive that unpacks without end is left', async () => {
  // 600 MB of zeros compress to 0.6 MB; after the end of the archive, and as a file.
  const zeros = Buffer.alloc(50_000_000);
  const part = gzipSync(zeros, { level: 1 });
  const bombs = [
    Buffer.concat([tarGz([]), ...Array.from({ length: 12 }, () => part)]),
    tarGz(Array.from({ length: 12 }, (_, i) => ({ name: `${i}.bin`, content: zeros }))),
  ];
  for (const [i, bomb] of bombs.entries()) {
    await assert.rejects(loadDataset(place(`bomb${i}.tar.gz`, bomb), { split: 'train' }), {
      code: 'ALEX_DATA_CORRUPT',
      message: /unpacks to more than 400 MB/,
    });
  }
});

test('a folder of the python version', async () => {
  const labels = Array.from({ length: 10_000 }, (_, i) => (i * 7) % 10);
  const pixels = Buffer.alloc(10_000 * 3072, 9);
  pixels.writeUInt16BE(513, 4 * 3072);
  place('py/data_batch_1', pythonBatch(labels, pixels));
  for (const name of ['data_batch_2', 'data_batch_3', 'data_batch_4', 'data_batch_5', 'test_batch']) {
    place(`py/${name}`, none);
  }
  const train = await loadCifar(sourceAt(join(folder, 'py')), { split: 'train', limit: 5 });
  assert.deepEqual([...train.labels], [0, 7, 4, 1, 8]);
  assert.deepEqual(Array.from(train.images.subarray(4 * 3072, 4 * 3072 + 3)), [2, 1, 9]);
  await assert.rejects(loadDataset(join(folder, 'py'), { split: 'test' }), { code: 'ALEX_DATA_CORRUPT' });
});

/** Batches of two records. */
function formOf({ labelBytes, labelsKey, classes }: CifarSet, version: 'binary' | 'python'): BatchForm {
  return { version, labelBytes, labelsKey, classes: classes.length, count: 2 };
}
const python10 = formOf(cifar10, 'python');

function records(count: number) {
  return { images: new Uint8Array(count * 3072), labels: new Uint8Array(count) };
}

for (const protocol of [2, 5]) {
  test(`a batch pickled by numpy 2 in protocol ${protocol}`, () => {
    const url = new URL(`../../golden/cifar10-batch-protocol${protocol}.pickle`, import.meta.url);
    const to = records(2);
    readBatch(python10, readFileSync(url), 'batch', to);
    assert.deepEqual([...to.labels], [6, 9]);
    // zlib.crc32(data.tobytes()) in Python
    assert.equal(crc32(to.images), 2105125356);
  });
}

test('an array stored column by column is turned', () => {
  const pixels = hashedPixels(1, 0, 2 * 3072);
  const columns = new Uint8Array(2 * 3072);
  for (let i = 0; i < 3072; i++) columns.set([pixels[i]!, pixels[3072 + i]!], 2 * i);
  const to = records(2);
  readBatch(python10, pythonBatch([1, 2], columns, { fortran: true }), 'batch', to);
  assert.deepEqual(to.images, pixels);
});

test('labels over 9 and wrong lengths are told', () => {
  const python = (labels: number[], pixels = 2 * 3072) => pythonBatch(labels, new Uint8Array(pixels));
  const read = (batch: Uint8Array) => readBatch(python10, batch, 'batch', records(2));
  assert.throws(() => read(python([3, 10])), {
    message: /ALEX_DATA_LABEL: record 1 of batch has label 10, expected 0 to 9/,
  });
  assert.throws(() => read(python([3, -1])), { code: 'ALEX_DATA_LABEL' });
  assert.throws(() => read(python([3, 1, 1], 3 * 3072)), { code: 'ALEX_DATA_CORRUPT' });
  assert.throws(() => read(python([3, 1], 3072)), { code: 'ALEX_DATA_CORRUPT' });
  const binary = Buffer.alloc(2 * 3073);
  binary[3073] = 255;
  assert.throws(() => readBatch(formOf(cifar10, 'binary'), binary, 'batch', records(2)), {
    code: 'ALEX_DATA_LABEL',
  });
});

test('CIFAR-100 has its fine labels', () => {
  const pixels = hashedPixels(3, 0, 2 * 3072);
  const binary = Buffer.concat([
    Buffer.of(19, 99),
    pixels.subarray(0, 3072),
    Buffer.of(1, 7),
    pixels.subarray(3072),
  ]);
  const python = pythonBatch([99, 7], pixels, { labelsKey: 'fine_labels' });
  for (const [version, batch] of [
    ['binary', binary],
    ['python', python],
  ] as const) {
    const to = records(2);
    readBatch(formOf(cifar100, version), batch, 'batch', to);
    assert.deepEqual([...to.labels], [99, 7]);
    assert.deepEqual(to.images, pixels);
  }
  binary[1] = 100;
  assert.throws(() => readBatch(formOf(cifar100, 'binary'), binary, 'batch', records(2)), {
    code: 'ALEX_DATA_LABEL',
  });
  assert.deepEqual(
    [cifar100.classes.length, cifar100.classes[19], cifar100.classes[99]],
    [100, 'cattle', 'worm'],
  );
});

test('CIFAR-100 is known by its folders; folders named train and test are no batches', async () => {
  place('hundred/cifar-100-binary/train.bin', none);
  const test100 = place('hundred/cifar-100-binary/test.bin', Buffer.alloc(10_000 * 3074, 3));
  const dataset = await loadDataset(join(folder, 'hundred'), { split: 'test', limit: 5 });
  assert.deepEqual(
    [dataset.name, dataset.classes.length, ...dataset.labels],
    ['cifar100', 100, 3, 3, 3, 3, 3],
  );
  await assert.rejects(loadDataset(join(folder, 'hundred'), { split: 'train' }), {
    code: 'ALEX_DATA_TRUNCATED',
  });
  rmSync(test100);
  for (const name of ['train', 'test', 'meta']) place(`python/cifar-100-python/${name}`, none);
  assert.equal(findCifar(cifar100, join(folder, 'python')).form, 'folder');
  mkdirSync(join(folder, 'own/train'), { recursive: true });
  mkdirSync(join(folder, 'own/test'), { recursive: true });
  assert.equal(cifarAt(join(folder, 'own')), undefined);
});

test('no bytes of a python batch crash its reader', () => {
  const batch = pythonBatch([1, 2], hashedPixels(2, 0, 2 * 3072));
  const ends = [...batch.keys()].filter((at) => at < 200 || at > batch.length - 100);
  fc.assert(
    fc.property(fc.constantFrom(...ends), fc.nat(255), (at, byte) => {
      try {
        readBatch(python10, new Uint8Array(batch.with(at, byte)), 'batch', records(2));
      } catch (error) {
        assert.ok(error instanceof AlexnetError, String(error));
      }
    }),
    { numRuns: 500 },
  );
});

const whole = tarGz(binaryMembers());
const flipped = Buffer.from(whole);
// In the last checksum: whoever stops reading at the last batch misses it.
flipped[whole.length - 6]! ^= 0x10;

const damaged: readonly (readonly [string, Buffer, string])[] = [
  ['cut in the middle', whole.subarray(0, whole.length >> 1), 'ALEX_DATA_CORRUPT'],
  ['with a bit flipped', flipped, 'ALEX_DATA_CORRUPT'],
  ['that is no gzip', Buffer.from('<html>not found</html>'), 'ALEX_DATA_FORM'],
  ['that is empty', none, 'ALEX_DATA_FORM'],
  ['of something else', tarGz([{ name: 'a.txt', content: Buffer.from('a') }]), 'ALEX_DATA_FORM'],
  ['without the last batch', tarGz(binaryMembers().slice(0, -1)), 'ALEX_DATA_CORRUPT'],
  ['with a batch twice', tarGz([...binaryMembers().slice(0, 3), binaryMembers()[1]!]), 'ALEX_DATA_CORRUPT'],
  ['with a short batch', tarGz(binaryMembers({ data_batch_1: ordinary.subarray(5) })), 'ALEX_DATA_TRUNCATED'],
  ['with an escaping member', tarGz([{ name: '../x', content: none }]), 'ALEX_DATA_MEMBER'],
];

damaged.forEach(([what, content, code], i) => {
  test(`an archive ${what}: ${code}`, async () => {
    const path = place(`damaged-${i}.tar.gz`, content);
    await assert.rejects(loadDataset(path, { split: 'train' }), { code });
  });
});

test('what is not there is told with what to do', async () => {
  const empty = join(folder, 'empty');
  mkdirSync(empty);
  await assert.rejects(loadDataset('cifar10', { split: 'train', dataDir: empty }), {
    message: /ALEX_DATA_MISSING: .*cifar-10-binary\.tar\.gz.*alexnet data fetch cifar10/,
  });
  await assert.rejects(loadDataset(empty, { split: 'train' }), { code: 'ALEX_DATA_FORM' });
  await assert.rejects(loadDataset(join(folder, 'absent.tar.gz'), { split: 'train' }), {
    code: 'ALEX_DATA_UNREADABLE',
  });
  await assert.rejects(loadDataset(place('a.zip', none), { split: 'train' }), { code: 'ALEX_DATA_FORM' });
  await assert.rejects(loadDataset('imagenet', { split: 'train' }), { code: 'ALEX_DATA_UNKNOWN' });
  await assert.rejects(loadDataset('shapes', { split: 'train', limit: 0 }), { code: 'ALEX_OPTION_VALUE' });
});

test(
  'the real CIFAR-10: 5,000 and 1,000 of each class, pixels as torchvision resizes them',
  {
    skip: cifarMissing,
  },
  async () => {
    const source = sourceAt(cifarArchive);
    assert.equal(findCifar(cifar10, dirname(cifarArchive)).path, source.path);
    const train = await loadCifar(source, { split: 'train' });
    const test10 = await loadCifar(source, { split: 'test' });
    for (const [{ labels }, each] of [
      [train, 5000],
      [test10, 1000],
    ] as const) {
      const counts = new Uint16Array(10);
      for (const label of labels) counts[label]!++;
      assert.deepEqual(counts, new Uint16Array(10).fill(each));
    }
    const golden = JSON.parse(
      readFileSync(new URL('../../golden/alexnet-step.json', import.meta.url), 'utf8'),
    ) as { labels: number[]; input: { at: number[]; values: number[] } };
    assert.deepEqual(Array.from(test10.labels.subarray(0, 4)), golden.labels);
    // [N, C, H, W] as the golden file counts them
    const strides = { image: 3 * 224 * 224, channel: 224 * 224, row: 224, column: 1 };
    const data = new Float32Array(4 * strides.image);
    for (let i = 0; i < 4; i++) {
      const image = planarImage(test10.images, test10, i * 3072);
      transformImage(image, articleTransforms(224), { data, offset: 0, strides, shape: [4, 3, 224, 224] }, i);
    }
    assert.deepEqual(
      golden.input.at.map((at) => data[at]),
      golden.input.values,
    );
  },
);
