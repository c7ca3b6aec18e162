/** As much of Protocol Buffers' wire format as our files need: protobuf.dev/programming-guides/encoding. */
import { wireTypes } from './wireTypes.ts';

/** Bytes that are read when their turn comes to be written; how many is known before. */
export interface DeferredBytes {
  readonly byteLength: number;
  read(): Promise<Uint8Array>;
}

/** Bytes in pieces, so that a large field is not copied by each message around it, nor in memory before its turn. */
export type Pieces<Piece extends DeferredBytes | Uint8Array = Uint8Array> = readonly (Piece | Uint8Array)[];

/** A safe integer, seven bits a byte, lowest first; of a negative one the 64 bits of its two's complement. */
export function varint(value: number): Uint8Array {
  const bytes: number[] = [];
  let rest = BigInt.asUintN(64, BigInt(value));
  for (; rest > 0x7fn; rest >>= 7n) bytes.push(Number(rest & 0x7fn) | 0x80);
  return Uint8Array.of(...bytes, Number(rest));
}

export function numberField(field: number, value: number): Pieces {
  return [tag(field, wireTypes.varint), varint(value)];
}

/** Of type float. */
export function floatField(field: number, value: number): Pieces {
  const bytes = new Uint8Array(4);
  new DataView(bytes.buffer).setFloat32(0, value, true);
  return [tag(field, wireTypes.fixed32), bytes];
}

/** Of type double. */
export function doubleField(field: number, value: number): Pieces {
  const bytes = new Uint8Array(8);
  new DataView(bytes.buffer).setFloat64(0, value, true);
  return [tag(field, wireTypes.fixed64), bytes];
}

export function textField(field: number, text: string): Pieces {
  return messageField(field, [new TextEncoder().encode(text)]);
}

/** A message, or bytes, in a message. */
export function messageField<Piece extends DeferredBytes | Uint8Array>(
  field: number,
  content: Pieces<Piece>,
): Pieces<Piece> {
  return [tag(field, wireTypes.bytes), varint(bytesIn(content)), ...content];
}

/** How many bytes the pieces have in all. */
export function bytesIn(pieces: Pieces<DeferredBytes | Uint8Array>): number {
  return pieces.reduce((sum, piece) => sum + piece.byteLength, 0);
}

function tag(field: number, wireType: number): Uint8Array {
  return varint(field * 8 + wireType);
}
