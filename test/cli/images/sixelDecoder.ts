/** A small decoder of sixels, written from DEC's manual alone: what a terminal would show. */

export interface Decoded {
  readonly width: number;
  readonly height: number;
  /** Colours in percent, [height, width, 3]; NaN where nothing was drawn. */
  readonly percents: Float64Array;
}

// oxlint-disable-next-line no-control-regex
const frame = /^\x1bP(?<parameters>[\d;]*)q(?<body>[^\x1b]*)\x1b\\$/;
const token =
  /"(?<raster>[\d;]+)|#(?<register>\d+)(?:;(?<space>\d+);(?<parts>[\d;]+))?|!(?<repeat>\d+)(?<repeated>[?-~])|(?<sixel>[?-~])|(?<control>[$-])/gy;

/** Throws when the text is anything but one whole image. */
export function decodeSixel(text: string): Decoded {
  const body = frame.exec(text)?.groups?.['body'];
  if (body === undefined) throw new Error('no device control string with sixels');
  let [width, height, x, top, color] = [0, 0, 0, 0, NaN];
  let percents = new Float64Array();
  const registers = new Map<number, number[]>();
  const draw = (character: string, count: number): void => {
    const bits = character.charCodeAt(0) - 63;
    for (const end = x + count; x < end; x++) {
      for (let row = 0; row < 6; row++) {
        if (((bits >> row) & 1) === 0) continue;
        if (x >= width || top + row >= height) throw new Error(`a pixel outside, at ${x}, ${top + row}`);
        percents.set(registers.get(color)!, 3 * ((top + row) * width + x));
      }
    }
  };
  let at = 0;
  for (const { 0: whole, groups: part = {} } of body.matchAll(token)) {
    at += whole.length;
    if (part['raster'] !== undefined) {
      [, , width, height] = part['raster'].split(';').map(Number) as [number, number, number, number];
      percents = new Float64Array(3 * width * height).fill(NaN);
    } else if (part['register'] !== undefined) {
      color = Number(part['register']);
      if (part['space'] === '2') registers.set(color, part['parts']!.split(';').map(Number));
    } else if (part['repeat'] !== undefined) draw(part['repeated']!, Number(part['repeat']));
    else if (part['sixel'] !== undefined) draw(part['sixel'], 1);
    else {
      x = 0;
      if (part['control'] === '-') top += 6;
    }
  }
  if (at !== body.length) throw new Error(`not sixels: ${body.slice(at, at + 20)}`);
  return { width, height, percents };
}
