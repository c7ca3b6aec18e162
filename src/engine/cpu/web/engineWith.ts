/** The CPU engine in a browser, for whoever says how its threads start. */
import { alexnetError } from '../../../errors.ts';
import { checkThreads } from '../checkThreads.ts';
import type { Engine } from '../../engine.ts';
import type { ConvolutionChoice } from '../plan/builder.ts';
import { compileCpu } from '../program.ts';
import { answerPages, failedCheck, firstWrong, knownAnswers } from '../targets/knownAnswers.ts';
import { targetShapes } from '../targets/targets.ts';
import { webFeatures, type WebFeatures } from './features.ts';
import { webHost, type StartThread } from './webHost.ts';

export interface WebEngineOptions {
  /** Default: as many as the browser says the machine has; 1 where the page is not cross-origin isolated. */
  readonly threads?: number;
  /** Default `auto`: a model of the cost chooses for each convolution. Changes results by roundings. */
  readonly convolutions?: ConvolutionChoice;
}

export interface WebEngine extends Engine {
  readonly features: WebFeatures;
}

/** As createWebEngine; `startThread` starts a worker that serves as a thread: see thread.ts. */
export async function createWebEngineWith(
  startThread: StartThread,
  options: WebEngineOptions = {},
): Promise<WebEngine> {
  const features = webFeatures();
  if (!features.simd) throw unavailable('this browser has no WebAssembly SIMD');
  const { threads = navigator.hardwareConcurrency, convolutions = 'auto' } = options;
  checkThreads(threads);
  const host = webHost({ shared: features.threads, relaxed: features.relaxedSimd, startThread });
  checkAnswers(host);
  const target = 'wasm-128';
  const run = {
    threads: features.threads ? threads : 1,
    target,
    convolutions,
    profile: false,
    host,
  } as const;
  return {
    name: 'cpu',
    target,
    threads: run.threads,
    features,
    compile: (network, compileOptions) => compileCpu(network, compileOptions, run),
  };
}

function checkAnswers(host: ReturnType<typeof webHost>): void {
  const shape = targetShapes['wasm-128'];
  const answers = knownAnswers(shape);
  const memory = host.allocate(answerPages, { training: false });
  const { compiled } = compiledKernels(host, answers, memory);
  const wrong = firstWrong(answers, host.instantiate(compiled, memory), shape);
  if (wrong) throw unavailable(failedCheck(wrong));
}

function compiledKernels(
  host: ReturnType<typeof webHost>,
  answers: ReturnType<typeof knownAnswers>,
  memory: WebAssembly.Memory,
): ReturnType<typeof host.compileKernels> {
  const sources = answers.map(({ source }) => source);
  try {
    return host.compileKernels(sources, 'wasm-128', memory);
  } catch (error) {
    // They are valid: see webFeatures.
    const reason = `the browser compiles no WebAssembly (${(error as Error).message})`;
    throw unavailable(reason, "Allow 'wasm-unsafe-eval' in the content security policy's script-src.");
  }
}

function unavailable(
  reason: string,
  advice = 'Use a current version of Chrome, Edge, Firefox or Safari.',
): Error {
  return alexnetError('ALEX_ENGINE_UNAVAILABLE', { engine: 'cpu', reason, advice });
}
