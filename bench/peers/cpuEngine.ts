/** Our CPU engine where the peers run, on a given target. */
import { createCpuEngine, type CpuEngineOptions } from '../../src/engine/cpu/engine.ts';
import type { NetworkSpec } from '../../src/network/spec.ts';
import type { Classifier } from './classifier.ts';
import { programClassifier } from './programClassifier.ts';
import type { Parameters } from './randomNetwork.ts';

export async function openCpuEngine(
  network: NetworkSpec,
  parameter: Parameters,
  options: CpuEngineOptions,
): Promise<Classifier> {
  return programClassifier(await createCpuEngine(options), network, parameter);
}
