/** What goes on with a run, for a terminal of the server's machine. `path` is that of the run's folder there. */
export function resumeCommand(path: string): string {
  return `npx alexnet train --resume ${shellWord(path)} --control`;
}

/** As one word of a shell: POSIX quotes, and those of Windows around its own paths. */
function shellWord(path: string): string {
  if (/^([a-z]:)?\\/i.test(path)) return /^[\w+=:.\\/-]+$/.test(path) ? path : `"${path}"`;
  return /^[\w@%+=:,./-]+$/.test(path) ? path : `'${path.replaceAll("'", String.raw`'\''`)}'`;
}
