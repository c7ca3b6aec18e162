/** Most characters of base64 in one escape code. */
const chunkCharacters = 4096;

/**
 * Escape codes that show a PNG at the cursor, `rows` lines high, in Kitty's graphics protocol
 * (sw.kovidgoyal.net/kitty/graphics-protocol): `a=T` transmits and shows, `f=100` is PNG, `C=1` leaves the cursor, `q=2`
 * asks for no answer; `m=1` says that more follows.
 */
export function kittyImage(png: Uint8Array, rows: number): string {
  const base64 = Buffer.from(png).toString('base64');
  const codes: string[] = [];
  for (let at = 0; at < base64.length; at += chunkCharacters) {
    const first = at === 0 ? `a=T,f=100,r=${rows},C=1,` : '';
    const more = at + chunkCharacters < base64.length ? 1 : 0;
    codes.push(`\x1b_G${first}q=2,m=${more};${base64.slice(at, at + chunkCharacters)}\x1b\\`);
  }
  return codes.join('');
}
