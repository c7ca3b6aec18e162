/** As much of Protocol Buffers' wire format as our files need: protobuf.dev/programming-guides/encoding. */

/** Bytes in pieces, so that a large field is not copied by each message around it. */
export type Pieces = readonly Uint8Array[];

const wireTypes = { varint: 0, fixed64: 1, bytes: 2, fixed32: 5 } as const;

/** A whole number from 0 to 2^53 - 1, seven bits a byte, lowest first. */
export function varint(value: number): Uint8Array {
  const bytes: number[] = [];
  let rest = value;
  for (; rest > 0x7f; rest = Math.floor(rest / 0x80)) bytes.push((rest % 0x80) | 0x80);
  return Uint8Array.of(...bytes, rest);
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
export function messageField(field: number, content: Pieces): Pieces {
  const length = content.reduce((sum, piece) => sum + piece.byteLength, 0);
  return [tag(field, wireTypes.bytes), varint(length), ...content];
}

function tag(field: number, wireType: number): Uint8Array {
  return varint(field * 8 + wireType);
}
