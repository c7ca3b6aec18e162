import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

export interface Outcome {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface RunOptions {
  readonly cwd?: string;
  /** Variables besides the process's own, of which NO_COLOR is set. */
  readonly env?: Readonly<Record<string, string>>;
  /** Of Node itself. */
  readonly nodeOptions?: readonly string[];
  /** Called once, with the child, when this text has come on standard output. */
  readonly when?: { readonly text: string; readonly act: (child: ChildProcess) => void };
}

const launcher = fileURLToPath(new URL('../../bin/alexnet.ts', import.meta.url));

/** Runs the command line in a process of its own, with its output piped. */
export async function runAlexnet(args: readonly string[], options: RunOptions = {}): Promise<Outcome> {
  const env = { ...process.env, NO_COLOR: '1', ...options.env };
  const child = spawn(process.execPath, [...(options.nodeOptions ?? []), launcher, ...args], {
    cwd: options.cwd,
    env,
  });
  const text = { stdout: '', stderr: '' };
  let { when } = options;
  child.stdout.setEncoding('utf8').on('data', (piece: string) => {
    text.stdout += piece;
    if (when === undefined || !text.stdout.includes(when.text)) return;
    const { act } = when;
    when = undefined;
    act(child);
  });
  child.stderr.setEncoding('utf8').on('data', (piece: string) => (text.stderr += piece));
  await once(child, 'close');
  return { code: child.exitCode, ...text };
}

/** The objects of standard output, which must hold JSON lines and nothing else. */
export function jsonLines(stdout: string): Record<string, unknown>[] {
  return stdout
    .split('\n')
    .slice(0, -1)
    .map((line) => JSON.parse(line) as Record<string, unknown>);
}
