/** Instructions in bytes beside the text that a disassembler should give for them, compared all at once. */
import assert from 'node:assert/strict';
import { disassemble } from './disassembler.ts';

export interface Expected {
  readonly bytes: readonly number[];
  readonly text: string;
}

/** Checks that the bytes of all, one after the other, read as their texts. */
export function assertEncodings(all: readonly Expected[]): void {
  const read = disassemble(all.flatMap(({ bytes }) => bytes));
  all.forEach(({ bytes, text }, index) => {
    const code = bytes.map((byte) => byte.toString(16).padStart(2, '0')).join(' ');
    assert.equal(read[index], text, `${code} is instruction ${index}`);
  });
  assert.equal(read.length, all.length);
}
