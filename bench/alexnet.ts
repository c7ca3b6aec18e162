/** This package as a contender. */
import type { CpuEngineOptions } from '../src/engine/cpu/engine.ts';
import type { EngineName } from '../src/engine/engine.ts';
import type { Contender } from './contender.ts';
import { timeInNode } from './peers/timeInNode.ts';
import { launcher, runJson, type Job, type Measurement } from './processes.ts';

export interface Settings {
  /** Default: the job's. */
  readonly threads?: number;
  /** Default `cpu`. */
  readonly engine?: EngineName;
  /** Inference on this target of the CPU engine, be it the fastest or not. */
  readonly target?: CpuEngineOptions['target'];
}

export function alexnet(settings: Settings = {}): Contender {
  return {
    missing: async () => undefined,
    measure: (job) => measure({ ...job, threads: settings.threads ?? job.threads }, settings),
  };
}

function measure(job: Job, { engine = 'cpu', target }: Settings): Promise<Measurement> {
  if (target !== undefined) return timeInNode(target, job);
  const { network, mode, batch, threads, rounds, isa } = job;
  const options = { network, 'batch-size': batch, threads, rounds, engine };
  const flags = Object.entries(options).flatMap(([name, value]) => [`--${name}`, value]);
  return runJson(
    process.execPath,
    [launcher, 'bench', mode, ...flags, '--json'],
    isa && { ALEXNET_ISA: isa },
  );
}
