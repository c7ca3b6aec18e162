/** As much of a Protocol Buffers reader as the tests of the ONNX writer need. */

type Value = number | Uint8Array;

/** The values of a message by their field's number, in order. */
export type Message = ReadonlyMap<number, readonly Value[]>;

const wireTypes = { varint: 0, bytes: 2 } as const;

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
    if (wireType !== wireTypes.bytes) throw new RangeError(`wire type ${wireType}`);
    const length = varint();
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
