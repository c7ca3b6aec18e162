import { spawn } from 'node:child_process';

/** The system's opener, with the address; undefined where no browser could be seen. */
function openerOf(address: string): readonly [string, ...string[]] | undefined {
  const { DISPLAY: x11, WAYLAND_DISPLAY: wayland } = process.env;
  switch (process.platform) {
    case 'darwin':
      return ['open', address];
    case 'win32':
      // `start` takes its first text in quotes for a title.
      return ['cmd', '/c', 'start', '""', address.replaceAll('&', '^&')];
    default:
      // Without a display, xdg-open may put a text browser into this very terminal.
      return x11 || wayland ? ['xdg-open', address] : undefined;
  }
}

/** Opens an address in the person's browser. False where that cannot be done. */
export async function openBrowser(address: string): Promise<boolean> {
  const opener = openerOf(address);
  if (opener === undefined) return false;
  const [command, ...args] = opener;
  const { promise, resolve } = Promise.withResolvers<boolean>();
  const child = spawn(command, args, { stdio: 'ignore', detached: true });
  child.once('error', () => resolve(false));
  // Some openers end at once, others with the browser.
  child.once('exit', (code) => resolve(code === 0));
  const timer = setTimeout(() => resolve(true), 2000);
  const opened = await promise;
  clearTimeout(timer);
  child.unref();
  return opened;
}
