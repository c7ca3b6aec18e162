import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readdirSync, statSync } from 'node:fs';
import { resolve } from 'node:path';
import { Command } from 'commander';
import { AlexnetError, alexnetError } from '../errors.ts';
import type { StudioServer, StudioServerOptions } from '../serve/server.ts';
import { catchInterrupt } from './interrupt.ts';
import { openBrowser } from './openBrowser.ts';
import { whole } from './options.ts';
import { createTerminal, type Terminal } from './terminal.ts';

interface StudioOptions {
  readonly port?: number;
  readonly runs: string;
  readonly open: boolean;
  readonly json?: boolean;
}

/** The year of AlexNet's paper. */
const usualPort = 2012;
const portsToTry = 20;

const about = `Opens the studio in your browser: learn how AlexNet works, train on your own images, try models, and watch the
trainings on this machine, live. It is served to this machine alone, at 127.0.0.1, and tells of runs only to who has the
token in the address that it prints. Ctrl-C ends it; trainings in other terminals go on.`;

/** `alexnet studio`. */
export function studioCommand(): Command {
  return new Command('studio')
    .summary('a page to learn, train, try models, and watch trainings')
    .description(about)
    .option(
      '--port <n>',
      `port to serve it at (default: ${usualPort}, or the next that is free)`,
      whole('--port', 1, 65_535),
    )
    .option('--runs <dir>', 'folder of the runs to watch, or one run; it may come later', 'runs')
    .option('--no-open', 'only print the address')
    .addHelpText(
      'after',
      '\nExamples:\n  $ alexnet studio\n  $ alexnet train alexnet-32 --dataset shapes --control     in another terminal',
    )
    .action(async (_: unknown, command: Command) => {
      const options = command.optsWithGlobals<StudioOptions>();
      await serve(createTerminal(options.json === true), options);
    });
}

async function serve(terminal: Terminal, { port, runs, open }: StudioOptions): Promise<void> {
  const interrupt = catchInterrupt(terminal, 'ending…');
  try {
    const { studioToken } = await import('../serve/token.ts');
    const studio = await builtStudio(terminal);
    const server = await startAt(port, { studio, runs, token: studioToken() });
    try {
      await tell(terminal, server, runs, open);
      if (!interrupt.signal.aborted) await once(interrupt.signal, 'abort');
    } finally {
      await server.close();
    }
  } finally {
    interrupt.release();
  }
}

/** Throws ALEX_SERVE_PORT when the port that was asked for, or all that are tried, are taken. */
async function startAt(
  port: number | undefined,
  options: Omit<StudioServerOptions, 'port'>,
): Promise<StudioServer> {
  const { startStudioServer } = await import('../serve/server.ts');
  if (port !== undefined) return startStudioServer({ ...options, port });
  for (let next = usualPort; ; next++) {
    try {
      return await startStudioServer({ ...options, port: next });
    } catch (error) {
      const taken = error instanceof AlexnetError && error.code === 'ALEX_SERVE_PORT';
      if (!taken || next === usualPort + portsToTry - 1) throw error;
    }
  }
}

async function tell(
  terminal: Terminal,
  { address, port, makeOpening }: StudioServer,
  runs: string,
  open: boolean,
): Promise<void> {
  terminal.emit({ type: 'studio', address, port, runs: resolve(runs) });
  terminal.print(`The studio: ${address}`);
  terminal.say(
    `Runs in ${resolve(runs)}${existsSync(runs) ? '' : ', which is not there yet'}. Ctrl-C ends the studio.`,
  );
  if (open && !(await openBrowser(makeOpening())))
    terminal.say('No browser could be opened: open the address yourself.');
}

/** Source files have the built studio in dist/, built ones in the folder above them. */
const isSource = import.meta.url.endsWith('.ts');
const studioFolder = resolve(import.meta.dirname, isSource ? '../../dist/studio' : '../../studio');
const repository = resolve(import.meta.dirname, '../..');

/** When the latest of a folder's files was written, in milliseconds. */
function lastChange(folder: string): number {
  const files = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) =>
    entry.isFile(),
  );
  return Math.max(...files.map(({ parentPath, name }) => statSync(resolve(parentPath, name)).mtimeMs));
}

/** Whether the studio of a clone was built from its sources as they are. */
function isBuilt(): boolean {
  const page = resolve(studioFolder, 'index.html');
  if (!existsSync(page)) return false;
  const { mtimeMs } = statSync(page);
  return ['src', 'web'].every((folder) => lastChange(resolve(repository, folder)) < mtimeMs);
}

/** The package has it; a clone builds it whenever its sources have changed. Throws ALEX_SERVE_STUDIO. */
async function builtStudio(terminal: Terminal): Promise<string> {
  if (!isSource || isBuilt()) return studioFolder;
  terminal.say('building the studio…');
  const child = spawn('npm', ['run', '--silent', 'build:web'], {
    cwd: repository,
    stdio: ['ignore', 'pipe', 'pipe'],
    shell: process.platform === 'win32',
  });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (piece: string) => (output += piece));
  }
  const failed = (problem: string): Error =>
    alexnetError('ALEX_SERVE_STUDIO', { folder: studioFolder, problem });
  const [code] = (await once(child, 'close').catch((error: Error) => {
    throw failed(error.message);
  })) as [number];
  if (code !== 0) throw failed(`building it failed:\n${output.trimEnd()}\n`);
  return studioFolder;
}
