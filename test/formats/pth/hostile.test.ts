/** Files made to do harm: each is refused with a coded error that names what it tried. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { PickleSource } from '../../../src/formats/writePickle.ts';
import { call, dict, name, readFileOf, storage, tuple, type Entries } from './handmade.ts';

const attacks: readonly (readonly [module: string, name: string])[] = [
  ['os', 'system'],
  ['subprocess', 'Popen'],
  ['builtins', 'eval'],
  ['__builtin__', 'exec'],
  ['torch', 'load'],
  ['torch.hub', 'load'],
  ['torch.serialization', '_get_layout'],
  ['numpy', 'load'],
  ['webbrowser', 'open'],
  ['torch', 'FloatStorage.__class__'],
  ['torch._utils', '__builtins__'],
  ['__proto__', 'constructor'],
];

test('functions that tensors do not need are refused by name, wherever they stand', async (context) => {
  for (const [module, of] of attacks) {
    const refused = { code: 'ALEX_PTH_REFUSED', message: new RegExp(`"${module}\\.${of}"`) };
    const form = name(module, of);
    await assert.rejects(readFileOf(context, dict(call(form, 'touch pwned'))), refused);
    // As a value, in a list, as an element type, as an argument.
    await assert.rejects(readFileOf(context, dict([form])), refused);
    const id = tuple('storage', form, '0', 'cpu', 4);
    await assert.rejects(readFileOf(context, dict({ form: 'persistent', id })), refused);
    // By the stack, as protocol 4 does.
    const text = (value: string): string => `\x8c${String.fromCharCode(value.length)}${value}`;
    const stacked = Buffer.from(`\x80\x04${text(module)}${text(of)}\x93.`, 'latin1');
    await assert.rejects(readFileOf(context, stacked), refused);
  }
});

const rebuild = name('torch._utils', '_rebuild_tensor_v2');
const tensor = (from: PickleSource, offset: PickleSource, shape: PickleSource, strides: PickleSource) =>
  dict(call(rebuild, from, offset, shape, strides, false, null));

test('tensors that are not what they seem are refused', async (context) => {
  const rejects = async (pickle: Uint8Array, message: RegExp, entries?: Entries): Promise<void> => {
    await assert.rejects(readFileOf(context, pickle, entries), { code: 'ALEX_PTH_INVALID', message });
  };
  // The same with nothing wrong.
  await readFileOf(context, tensor(storage(4), 0, tuple(2, 2), tuple(2, 1)));
  await rejects(tensor(storage(4), 1, tuple(4), tuple(1)), /outside of its storage/);
  await rejects(tensor(storage(4), 0, tuple(2, 2), tuple(3, 1)), /outside of its storage/);
  await rejects(tensor(storage(4), 0, tuple(2 ** 40, 2 ** 40), tuple(0, 0)), /repeats the 4/);
  await rejects(tensor(storage(4), 0, tuple(2 ** 52), tuple(2 ** 52)), /outside of its storage/);
  await rejects(tensor(storage(4), -1, tuple(1), tuple(1)), /no storage/);
  await rejects(tensor(storage(4), 0, tuple(-1), tuple(1)), /without a shape/);
  await rejects(tensor(storage(4), 0, tuple(1, 1), tuple(1)), /without a shape/);
  await rejects(tensor(storage(4), 0, 4, 1), /without a shape/);
  await rejects(tensor('storage', 0, tuple(1), tuple(1)), /no storage/);
  await rejects(tensor(storage(5), 0, tuple(5), tuple(1)), /"0" has 16 bytes, expected 20/);
  await rejects(tensor(storage(2 ** 50), 0, tuple(2 ** 50), tuple(1)), /"0" has 16 bytes/);
  await rejects(tensor(storage(4, '../../etc/passwd'), 0, tuple(4), tuple(1)), /passwd" is missing/);
  await rejects(tensor(storage('4'), 0, tuple(4), tuple(1)), /no storage/);
  await rejects(tensor(storage(4, '0', rebuild), 0, tuple(4), tuple(1)), /no storage/);
  await rejects(dict(call(name('torch', 'FloatStorage'), 4)), /calls a class/);
  const bigEndian = { 'a/data/0': new Uint8Array(16), 'a/byteorder': Buffer.from('big') };
  await rejects(tensor(storage(4), 0, tuple(4), tuple(1)), /byte order is "big"/, bigEndian);
  const script = { 'a/constants.pkl': new Uint8Array(1) };
  await rejects(tensor(storage(4), 0, tuple(4), tuple(1)), /TorchScript/, script);
  await rejects(dict(1), /2 data\.pkl/, { 'b/data.pkl': new Uint8Array(1) });
});
