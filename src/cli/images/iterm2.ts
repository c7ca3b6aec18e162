/**
 * The escape code that shows a PNG at the cursor inside so many cells, in iTerm2's protocol for inline images
 * (iterm2.com/documentation-images.html): OSC 1337, sizes in cells, the ratio of the sides kept.
 */
export function iterm2Image(png: Uint8Array, { columns, rows }: { columns: number; rows: number }): string {
  const size = `size=${png.length};width=${columns};height=${rows};preserveAspectRatio=1`;
  return `\x1b]1337;File=inline=1;${size}:${Buffer.from(png).toString('base64')}\x07`;
}
