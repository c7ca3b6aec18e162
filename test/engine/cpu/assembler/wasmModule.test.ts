import assert from 'node:assert/strict';
import { it } from 'node:test';
import fc from 'fast-check';
import { signed, unsigned, wasmModule, wasmTypes } from '../../../../src/engine/cpu/assembler/wasmModule.ts';

/** Reads LEB128 as the WebAssembly specification (5.2.2) says, in whole numbers without limit. */
function decode(bytes: readonly number[], isSigned: boolean): bigint {
  let value = 0n;
  bytes.forEach((byte, index) => {
    assert.equal(byte >= 0x80, index < bytes.length - 1, 'only the last byte ends it');
    value |= BigInt(byte & 0x7f) << BigInt(7 * index);
  });
  return isSigned ? BigInt.asIntN(7 * bytes.length, value) : value;
}

const edges = [0, 1, 63, 64, 127, 128, 8191, 8192, 16383, 16384, 2 ** 31 - 1];

it('writes unsigned numbers as LEB128, in as few bytes as can be', () => {
  const check = (value: number): void => {
    const bytes = unsigned(value);
    assert.equal(decode(bytes, false), BigInt(value));
    assert.equal(bytes.length, Math.max(1, Math.ceil(value.toString(2).length / 7)));
  };
  fc.assert(fc.property(fc.integer({ min: 0, max: 2 ** 32 - 1 }), check), {
    examples: [...edges, 2 ** 31, 2 ** 32 - 1].map((value) => [value]),
  });
});

it('writes signed numbers as LEB128, in as few bytes as can be', () => {
  const check = (value: number): void => {
    const bytes = signed(value);
    assert.equal(decode(bytes, true), BigInt(value));
    const bits =
      (value < 0 ? -(value + 1) : value).toString(2).length + (value === 0 || value === -1 ? 0 : 1);
    assert.equal(bytes.length, Math.max(1, Math.ceil(bits / 7)));
  };
  fc.assert(fc.property(fc.integer({ min: -(2 ** 31), max: 2 ** 31 - 1 }), check), {
    examples: edges.flatMap((value) => [[value], [-value], [-value - 1]]),
  });
});

it('writes modules whose lengths and indices take several bytes', () => {
  const names = Array.from({ length: 300 }, (_, index) => `${'k'.repeat(index)}-${index}`);
  const locals = Array<typeof wasmTypes.i32>(200).fill(wasmTypes.i32);
  const setLast = (parameters: number): number[] => [0x41, 7, 0x21, ...unsigned(parameters + 199)];
  const bytes = wasmModule(
    names.map((name, index) => {
      const parameters = index % 5;
      return { name, parameters, locals, code: setLast(parameters) };
    }),
    { maximumPages: 65536, shared: true },
  );
  const module = new WebAssembly.Module(bytes);
  assert.deepEqual(
    WebAssembly.Module.exports(module).map(({ name }) => name),
    names,
  );
  const memory = new WebAssembly.Memory({ initial: 1, maximum: 65536, shared: true });
  const { exports } = new WebAssembly.Instance(module, { engine: { memory } });
  const lengths = names.map((name) => (exports[name] as () => void).length);
  assert.deepEqual(
    lengths,
    names.map((_, index) => index % 5),
  );
});
