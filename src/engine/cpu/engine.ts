/** The CPU engine: kernels emitted for each network, on threads that share one memory. */
import { availableParallelism } from 'node:os';
import { alexnetError } from '../../errors.ts';
import type { NetworkSpec } from '../../network/spec.ts';
import { checkCompileOptions } from '../checkCalls.ts';
import { checkThreads } from './checkThreads.ts';
import type { CompileOptions, Engine } from '../engine.ts';
import { predictProgram, type Prediction } from './cost/predictProgram.ts';
import { convolutionChoices, type ConvolutionChoice } from './plan/builder.ts';
import { measureRates, type MachineRates } from './cost/machineRates.ts';
import { nodeHost } from './nodeHost.ts';
import { compileCpu, type CpuProgram } from './program.ts';
import { sayStepDown } from './targets/stepDown.ts';
import { chooseTarget, targetReports, type TargetWish } from './targets/targetChoice.ts';
import type { CpuTarget } from './targets/targets.ts';

export interface CpuEngineOptions {
  /** Default: as many as the process may use. */
  readonly threads?: number;
  /** Default `auto`: the fastest that passes its known-answer check. `wasm` and `x64`: of that kind only. */
  readonly target?: TargetWish;
  /**
   * Default: what the environment variable ALEXNET_CONVOLUTIONS says, else `auto`, where a model of the cost chooses for
   * each convolution. Changes results by roundings.
   */
  readonly convolutions?: ConvolutionChoice;
  /** Take the time of each operation. Default false. */
  readonly profile?: boolean;
}

export interface CpuEngine extends Engine {
  compile(network: NetworkSpec, options: CompileOptions): Promise<CpuProgram>;
  /** What a program will take, before it is compiled. Throws as `compile` does. */
  predict(network: NetworkSpec, options: CompileOptions): Promise<Prediction>;
  /** What this machine can do with the engine's threads and target. */
  measureRates(): Promise<MachineRates>;
}

/** Throws ALEX_ENGINE_UNAVAILABLE, ALEX_OPTION_VALUE. */
export async function createCpuEngine(options: CpuEngineOptions = {}): Promise<CpuEngine> {
  const { threads = availableParallelism(), target = 'auto', convolutions = wantedConvolutions() } = options;
  const { profile = false } = options;
  checkThreads(threads);
  const chosen = findTarget(target);
  return {
    name: 'cpu',
    target: chosen,
    threads,
    compile: (network, compileOptions) =>
      compileCpu(network, compileOptions, { threads, target: chosen, convolutions, profile, host: nodeHost }),
    async predict(network, compileOptions) {
      checkCompileOptions(network, compileOptions);
      return predictProgram(network, compileOptions, { threads, target: chosen, convolutions });
    },
    measureRates: () => measureRates({ threads, target: chosen }),
  };
}

function findTarget(wish: TargetWish): CpuTarget {
  const { chosen } = chooseTarget(wish);
  if (chosen) {
    if (wish === 'auto') sayStepDown(chosen);
    return chosen;
  }
  const reports = targetReports(wish);
  const reason = reports.map((report) => `${report.target}: ${report.reason}`).join('; ');
  const engine = wish === 'auto' ? 'cpu' : wish;
  throw alexnetError('ALEX_ENGINE_UNAVAILABLE', { engine, reason: reason || 'there is no such target' });
}

function wantedConvolutions(): ConvolutionChoice {
  const value = process.env['ALEXNET_CONVOLUTIONS'] || 'auto';
  const found = convolutionChoices.find((choice) => choice === value);
  if (found) return found;
  const expected = convolutionChoices.join(', ');
  throw alexnetError('ALEX_OPTION_VALUE', { option: 'ALEXNET_CONVOLUTIONS', value, expected });
}
