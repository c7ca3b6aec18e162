/** As much of a Protocol Buffers reader as the tests of what we write need. */

type Value = number | Uint8Array;

/** The values of a message by their field's number, in order. */
export type Message = ReadonlyMap<number, readonly Value[]>;

const wireTypes = { varint: 0, fixed64: 1, bytes: 2, fixed32: 5 } as const;
/** Bytes of the types that have a fixed number of them. */
const fixedLengths: Readonly<Record<number, number>> = { [wireTypes.fixed64]: 8, [wireTypes.fixed32]: 4 };

export function readMessage(bytes: Uint8Array): Message {
  const fields = new Map<number, Value[]>();
  let at = 0;

  function varint(): number {
    let value = 0;
    for (let scale = 1; ; scale *= 128) {
      const byte = bytes[at++];
      value += (byte & 127) * scale;
      if (byte < 128) return value;
    }
  }

  function value(wireType: number): Value {
    if (wireType === wireTypes.varint) return varint();
    const length = wireType === wireTypes.bytes ? varint() : fixedLengths[wireType];
    if (length === undefined) throw new RangeError(`wire type ${wireType}`);
    at += length;
    if (at > bytes.length) throw new RangeError('a field ends after its message');
    return bytes.subarray(at - length, at);
  }

  while (at < bytes.length) {
    const tag = varint();
    const field = Math.floor(tag / 8);
    fields.set(field, [...(fields.get(field) ?? []), value(tag % 8)]);
  }
  return fields;
}

export function numbers(message: Message, field: number): number[] {
  return (message.get(field) ?? []).map(Number);
}

export function byteStrings(message: Message, field: number): Uint8Array[] {
  return (message.get(field) ?? []) as Uint8Array[];
}

export function messages(message: Message, field: number): Message[] {
  return byteStrings(message, field).map(readMessage);
}

export function texts(message: Message, field: number): string[] {
  return byteStrings(message, field).map((bytes) => new TextDecoder().decode(bytes));
}
