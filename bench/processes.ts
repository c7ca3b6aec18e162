/** Each measurement runs in a process of its own, so that none inherits another's memory or warm caches. */
import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

/** What `alexnet bench --json` and each peer's script print. */
export interface Measurement {
  /** Name and version. */
  readonly peer: string;
  readonly imagesPerSecond: { readonly median: number; readonly min: number; readonly max: number };
  readonly peakBytes: number;
}

export interface Job {
  readonly network: string;
  readonly mode: 'train' | 'infer';
  readonly batch: number;
  readonly threads: number;
  /** Steps that are timed. */
  readonly rounds: number;
  /** The widest instructions that a program may use. Default: all that the processor has. */
  readonly isa?: 'avx2';
}

export const launcher = fileURLToPath(new URL('../bin/alexnet.ts', import.meta.url));
const longestMilliseconds = 20 * 60_000;

/** Runs a program that prints one JSON object. Throws when it fails, with what it said. */
export async function runJson(
  program: string,
  args: readonly (string | number)[],
  environment: Readonly<Record<string, string>> = {},
): Promise<Measurement> {
  const env = { ...process.env, ...environment };
  const { stdout } = await promisify(execFile)(program, args.map(String), {
    env,
    timeout: longestMilliseconds,
  });
  return JSON.parse(stdout) as Measurement;
}

/** What is missing to run a command; undefined where it ends well. */
export async function whyNot(
  program: string,
  args: readonly string[],
  cwd?: string,
): Promise<Error | undefined> {
  try {
    await promisify(execFile)(program, args, { cwd });
    return undefined;
  } catch (error) {
    return error as Error;
  }
}
