/**
 * Times inference as `alexnet bench infer` does, and prints one JSON line:
 * `node timeInference.ts onnxruntime|tensorflow|TARGET NETWORK BATCH ROUNDS THREADS [FILE.onnx]`, where TARGET is one of
 * our CPU engine's. Bare forward passes on random images, one after the other, after two to warm up.
 */
import type { CpuEngineOptions } from '../../src/engine/cpu/engine.ts';
import type { NetworkSpec } from '../../src/network/spec.ts';
import type { Measurement } from '../processes.ts';
import { spreadOf } from '../../src/cli/statistics.ts';
import type { Classifier } from './classifier.ts';
import { benchNetwork, randomImages, randomParameters } from './randomNetwork.ts';

const warmUpSteps = 2;

async function main(): Promise<void> {
  const [subject, networkName, ...rest] = process.argv.slice(2);
  const [batch, rounds, threads] = rest.map(Number);
  const network = benchNetwork(networkName);
  const classifier = await open(subject, network, threads, rest[3]);
  const step = await classifier.prepare(randomImages(network, batch), batch);
  const result: Measurement = {
    peer: classifier.name,
    imagesPerSecond: spreadOf(await rates(step, batch, rounds)),
    // maxRSS is in kilobytes.
    peakBytes: process.resourceUsage().maxRSS * 1024,
  };
  await classifier.close();
  console.log(JSON.stringify(result));
}

/** Loads no more than that subject needs: our engine sets flags of V8 that would change what TensorFlow.js does. */
async function open(
  subject: string,
  network: NetworkSpec,
  threads: number,
  file: string,
): Promise<Classifier> {
  if (subject === 'onnxruntime') {
    const { openOnnxruntime } = await import('./onnxruntime.ts');
    return openOnnxruntime(network, file, threads);
  }
  const parameters = randomParameters(network);
  if (subject === 'tensorflow') {
    const { openTensorflow } = await import('./tensorflow.ts');
    return openTensorflow(network, parameters, threads);
  }
  const { openCpuEngine } = await import('./cpuEngine.ts');
  return openCpuEngine(network, parameters, { threads, target: subject as CpuEngineOptions['target'] });
}

/** Images per second of each timed step. */
async function rates(step: () => Promise<unknown>, batch: number, rounds: number): Promise<number[]> {
  const measured: number[] = [];
  for (let round = 0; round < warmUpSteps + rounds; round++) {
    const start = performance.now();
    await step();
    if (round >= warmUpSteps) measured.push((batch * 1000) / (performance.now() - start));
  }
  return measured;
}

await main();
