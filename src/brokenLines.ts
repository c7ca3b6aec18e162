/** Before each piece of text a line may end: after a space, and after a full-width letter that no closing mark follows. */
const breaks = /(?<=\s)|(?<=[\u2e80-\uffef])(?![、。，．）」])/u;

/** Text in lines whose width, as `widthOf` measures it, is at most `most`; a piece that is wider has a line of its own. */
export function brokenLines(text: string, most: number, widthOf: (text: string) => number): string[] {
  const lines = [''];
  for (const piece of text.split(breaks)) {
    const last = lines.at(-1)!;
    if (last !== '' && widthOf(last + piece.trimEnd()) > most) lines.push(piece);
    else lines[lines.length - 1] = last + piece;
  }
  return lines.map((line) => line.trimEnd());
}
