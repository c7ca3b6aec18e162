/** As much of Protocol Buffers' wire format as an ONNX file needs: protobuf.dev/programming-guides/encoding. */

/** Bytes in pieces, so that a large field is not copied by each message around it. */
export type Pieces = readonly Uint8Array[];

const wireTypes = { varint: 0, bytes: 2 } as const;

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
