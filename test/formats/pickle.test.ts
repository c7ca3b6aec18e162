import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import fc from 'fast-check';
import { PickleError, readPickle } from '../../src/formats/pickle.ts';

const bytes = (text: string) => new Uint8Array(Buffer.from(text, 'latin1'));
const read = (text: string) => readPickle(bytes(text), {});

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

test('opcodes that no data needs are refused', () => {
  // INST, OBJ, NEWOBJ, PERSID, EXT1, LONG4
  for (const code of ['i', 'o', '\x81', 'P', '\x82', '\x8b']) {
    assert.throws(() => read(`(${code}....`), { message: /opcode .* is not allowed/ });
  }
});

test('a global that the caller does not allow is refused, be it harmless', () => {
  const batch = readFileSync(new URL('../golden/cifar10-batch-protocol2.pickle', import.meta.url));
  assert.throws(() => readPickle(batch, {}), { message: /_codecs\.encode, which is not allowed/ });
});

test('no bytes crash the reader', () => {
  const batch = readFileSync(new URL('../golden/cifar10-batch-protocol5.pickle', import.meta.url));
  // The opcodes, without the pixels.
  const start = batch.subarray(0, 120);
  const refuses = (content: Uint8Array) => {
    try {
      readPickle(content, { 'numpy.dtype': (args) => [...args] });
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
