import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import fc from 'fast-check';
import { PickleError, readPickle } from '../../src/formats/pickle.ts';

const bytes = (text: string) => new Uint8Array(Buffer.from(text, 'latin1'));
const read = (text: string) => readPickle(bytes(text), { globals: {} });

test('plain values, as Python writes them', () => {
  // pickle.dumps({'a': [1, 300, -5, 1 << 40], 'b': (None, True, 2.5), b'c': b'xy'}, 4)
  const value = read(
    '\x80\x04\x959\0\0\0\0\0\0\0}\x94(\x8c\x01a\x94]\x94(K\x01M,\x01J\xfb\xff\xff\xff\x8a\x06\0\0\0\0\0\x01e' +
      '\x8c\x01b\x94N\x88G@\x04\0\0\0\0\0\0\x87\x94C\x01c\x94C\x02xy\x94u.',
  );
  const expected = new Map<string, unknown>([
    ['a', [1, 300, -5, 2 ** 40]],
    ['b', [null, true, 2.5]],
    ['c', bytes('xy')],
  ]);
  assert.deepEqual(value, expected);
});

test('the memo gives the same object back', () => {
  // x = []; pickle.dumps([x, x], 2)
  const value = read('\x80\x02]q\0(]q\x01h\x01e.') as unknown[];
  assert.equal(value[0], value[1]);
});

for (const [what, text] of [
  ['os.system', 'cos\nsystem\nU\x05touch\x85R.'],
  ['os.system by stack', '\x8c\x02os\x8c\x06system\x93.'],
  ['a name of Object.prototype', 'c__proto__\ntoString\n.'],
  ['builtins.eval', 'cbuiltins\neval\n.'],
] as const) {
  test(`${what} is refused by name`, () => {
    assert.throws(() => read(text), { message: /which is not allowed/ });
  });
}

test('integers of any length', () => {
  // pickle.dumps([-(1 << 52), 1 << 63, 0x1950a86a20f9469cfc6c], 2)
  const value = read(
    '\x80\x02]q\0(\x8a\x07\0\0\0\0\0\0\xf0\x8a\t\0\0\0\0\0\0\0\x80\0\x8a\nl\xfc\x9cF\xf9 j\xa8P\x19e.',
  );
  assert.deepEqual(value, [-(2 ** 52), 2n ** 63n, 0x1950a86a20f9469cfc6cn]);
});

test('what would fill the memory or take for ever is refused', () => {
  const name = 'n'.repeat(5000);
  assert.throws(() => read('}'.repeat(1_000_001)), { message: /too much work/ });
  assert.throws(() => read(`\x80\x02}X\x88\x13\0\0${name}NsX.`), { message: /a key of a dict is too long/ });
  assert.throws(() => read(`}T\x88\x13\0\0${name}Ns.`), { message: /a key of a dict is too long/ });
  assert.throws(() => read(`c${name}\nx\n.`), { message: /name of a function is too long/ });
  // The same list of 2,000 items to the same function, 2,000 times.
  const globals = { 'a.b': () => null };
  const again = `]q\0(${'N'.repeat(2000)}e0ca\nb\nq\x010h\0\x85q\x020${'h\x01h\x02R0'.repeat(2000)}N.`;
  assert.throws(() => readPickle(bytes(again), { globals }), { message: /too much work/ });
  // A list of lists of the same list …, 40 deep: 2 to the power of 40 when written out.
  const deep = `]q\0(${Array.from({ length: 40 }, () => 'h\0h\0e]q\0(').join('')}e.`;
  assert.doesNotThrow(() => read(deep));
});

test('a persistent id needs a reader that knows what it stands for', () => {
  assert.throws(() => read('K\x01Q.'), { message: /what lies outside of it/ });
  const persistentLoad = (id: unknown) => `storage ${String(id)}`;
  assert.equal(readPickle(bytes('K\x01Q.'), { globals: {}, persistentLoad }), 'storage 1');
});

test('opcodes that no data needs are refused', () => {
  // INST, OBJ, NEWOBJ, PERSID, EXT1, LONG4
  for (const code of ['i', 'o', '\x81', 'P', '\x82', '\x8b']) {
    assert.throws(() => read(`(${code}....`), { message: /opcode .* is not allowed/ });
  }
});

test('a global that the caller does not allow is refused, be it harmless', () => {
  const batch = readFileSync(new URL('../golden/cifar10-batch-protocol2.pickle', import.meta.url));
  assert.throws(() => readPickle(batch, { globals: {} }), {
    message: /_codecs\.encode, which is not allowed/,
  });
});

test('no bytes crash the reader', () => {
  const batch = readFileSync(new URL('../golden/cifar10-batch-protocol5.pickle', import.meta.url));
  // The opcodes, without the pixels.
  const start = batch.subarray(0, 120);
  const refuses = (content: Uint8Array) => {
    try {
      readPickle(content, { globals: { 'numpy.dtype': (args) => [...args] } });
    } catch (error) {
      assert.ok(error instanceof PickleError, String(error));
    }
  };
  fc.assert(fc.property(fc.uint8Array({ maxLength: 60 }), refuses), { numRuns: 500 });
  fc.assert(
    fc.property(fc.nat(start.length - 1), fc.nat(255), (at, byte) => {
      refuses(start.with(at, byte));
    }),
    { numRuns: 500 },
  );
});
