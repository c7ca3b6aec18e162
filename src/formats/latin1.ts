/** ISO 8859-1, where each byte is the character of its number. TextDecoder's `latin1` is Windows' code page 1252. */

const mostAtOnce = 8192;

/** The text of these bytes. */
export function latin1Text(bytes: Uint8Array): string {
  let text = '';
  for (let at = 0; at < bytes.length; at += mostAtOnce) {
    text += String.fromCharCode(...bytes.subarray(at, at + mostAtOnce));
  }
  return text;
}

/** The bytes of a text; of characters beyond 255 the lowest eight bits. */
export function latin1Bytes(text: string): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(text.length);
  for (let at = 0; at < bytes.length; at++) bytes[at] = text.charCodeAt(at);
  return bytes;
}
