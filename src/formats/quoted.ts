const longest = 80;

/** A name from a file for a message: in quotes, without what would move a terminal's cursor, and not too long. */
export function quoted(name: string): string {
  return JSON.stringify(name.length > longest ? `${name.slice(0, longest)}…` : name);
}
