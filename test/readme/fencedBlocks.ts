export interface FencedBlock {
  /** The word after the fence: `sh`, `ts`. */
  readonly language: string;
  readonly text: string;
  /** Of the opening fence, from 1. */
  readonly line: number;
  /** The HTML comment on the line above the fence, without its marks: `needs: cifar10`. */
  readonly remark: string | undefined;
}

/** The fenced code blocks of a Markdown text, in order. */
export function fencedBlocks(markdown: string): FencedBlock[] {
  const lines = markdown.split('\n');
  const blocks: FencedBlock[] = [];
  for (let at = 0; at < lines.length; at++) {
    const fence = /^ *```(\w+)$/.exec(lines[at]);
    if (fence === null) continue;
    const end = lines.findIndex((line, index) => index > at && line.trim() === '```');
    if (end < 0) throw new Error(`the block that begins on line ${at + 1} has no end`);
    const text = lines.slice(at + 1, end).join('\n');
    blocks.push({ language: fence[1], text, line: at + 1, remark: remarkAbove(lines, at) });
    at = end;
  }
  return blocks;
}

/** A blank line may stand between the comment and the fence: the formatter puts one there. */
function remarkAbove(lines: readonly string[], at: number): string | undefined {
  const above = lines[at - 1]?.trim() === '' ? lines[at - 2] : lines[at - 1];
  return /^<!-- (.+) -->$/.exec(above?.trim() ?? '')?.[1];
}
