/** The page in which bench/web.ts measures: what is compared, opened one by one, and steps that are timed. */
import { createWebEngine } from '../../src/engine/cpu/web/webEngine.ts';
import { parameterShapes } from '../../src/network/shapes.ts';
import { copyImages, imageBatch } from '../../src/model/imageBatch.ts';
import { modelBytes } from '../../src/training/modelBlob.ts';
import { onnxClassifier, type OnnxRuntime } from '../peers/onnxSession.ts';
import { programClassifier } from '../peers/programClassifier.ts';
import { benchNetwork, randomImages, randomParameters } from '../peers/randomNetwork.ts';
import {
  tensorflowClassifier,
  tensorflowImages,
  tensorflowModel,
  type Core,
  type Layers,
  type Tensorflow,
} from '../peers/tensorflowModel.ts';

export type Subject = 'alexnet' | 'tensorflow' | 'onnxruntime' | 'tensorflow-cpu' | 'tensorflow-webgl';

export interface Work {
  readonly network: string;
  readonly batch: number;
  readonly threads: number;
  readonly training: boolean;
}

export interface Opened {
  /** Name, version and what computes. */
  readonly name: string;
  /** Of the first images, so that all are seen to compute the same; the loss, when training. */
  readonly values: readonly number[];
}

interface WasmPackage {
  setWasmPaths(folder: string): void;
  setThreadsCount(count: number): void;
  getThreadsCount(): number;
}

type TensorflowGlobal = Core & Layers & { readonly wasm: WasmPackage };

type OnnxWeb = OnnxRuntime<Uint8Array> & {
  readonly env: { readonly wasm: { numThreads: number; wasmPaths: string } };
};

interface Step {
  readonly name: string;
  readonly run: () => Promise<ArrayLike<number>>;
}

const learning = { learningRate: 0.01, momentum: 0.9 } as const;
const classes = 10;

async function tensorflow(backend: 'wasm' | 'cpu' | 'webgl', threads: number): Promise<Tensorflow> {
  const tf = (globalThis as unknown as { tf: TensorflowGlobal }).tf;
  if (backend === 'wasm') {
    tf.wasm.setWasmPaths(new URL('peers/@tensorflow/tfjs-backend-wasm/dist/', location.href).href);
    tf.wasm.setThreadsCount(threads);
  }
  if (!(await tf.setBackend(backend)))
    throw new Error(`TensorFlow.js could not start its ${backend} backend`);
  const used = backend === 'wasm' ? `, ${tf.wasm.getThreadsCount()} threads` : '';
  return { core: tf, tfl: tf, name: `TensorFlow.js ${tf.version_core} (${backend}${used})` };
}

async function onnx(network: ReturnType<typeof benchNetwork>, threads: number) {
  const url = new URL('peers/onnxruntime-web/dist/', location.href).href;
  const runtime = (await import(/* @vite-ignore */ `${url}ort.wasm.min.mjs`)) as OnnxWeb;
  runtime.env.wasm.numThreads = threads;
  runtime.env.wasm.wasmPaths = url;
  const description = {
    network,
    classes: Array.from({ length: classes }, (_, index) => `class_${index}`),
    transforms: [{ type: 'toTensor' }] as const,
  };
  const bytes = await modelBytes('bench.onnx', description, randomParameters(network));
  const name = `ONNX Runtime Web ${runtime.env.versions['web']} (wasm, ${threads} threads)`;
  return onnxClassifier(name, network, bytes, runtime, { executionProviders: ['wasm'] });
}

async function inferenceStep(subject: Subject, { network: name, batch, threads }: Work): Promise<Step> {
  const network = benchNetwork(name);
  const parameters = randomParameters(network);
  const open = async () => {
    if (subject === 'alexnet')
      return programClassifier(await createWebEngine({ threads }), network, parameters);
    if (subject === 'onnxruntime') return onnx(network, threads);
    return tensorflowClassifier(network, parameters, await tensorflow('wasm', threads));
  };
  const classifier = await open();
  return { name: classifier.name, run: await classifier.prepare(randomImages(network, batch), batch) };
}

async function trainingStep(subject: Subject, { network: name, batch, threads }: Work): Promise<Step> {
  const network = benchNetwork(name);
  const parameters = randomParameters(network);
  const images = randomImages(network, batch);
  const labels = Array.from({ length: batch }, (_, index) => index % classes);
  if (subject === 'alexnet') {
    const engine = await createWebEngine({ threads });
    const program = await engine.compile(network, { batchSize: batch, training: true });
    for (const { name: parameter } of parameterShapes(network))
      program.writeParameter(parameter, parameters(parameter));
    copyImages(imageBatch(images, program.inputs[0]!.shape).buffer, program.inputs[0]!, batch);
    let step = 0;
    const optimizer = { ...learning, weightDecay: 0 };
    const run = async (): Promise<number[]> => {
      const { loss } = await program.step({ labels, optimizer, training: { seed: 0, step: step++ } });
      return [loss];
    };
    return { name: `alexnet (${engine.target}, ${engine.threads} threads)`, run };
  }
  const tf = await tensorflow(subject === 'tensorflow-webgl' ? 'webgl' : 'cpu', threads);
  const model = tensorflowModel(network, parameters, tf, { training: true });
  const { learningRate, momentum } = learning;
  model.compile({
    optimizer: tf.core.train.momentum(learningRate, momentum),
    loss: 'categoricalCrossentropy',
  });
  const input = tensorflowImages(network, images, batch, tf.core);
  const targets = new Float32Array(batch * classes);
  labels.forEach((label, at) => (targets[at * classes + label] = 1));
  const expected = tf.core.tensor(targets, [batch, classes]);
  return { name: tf.name, run: async () => [await model.trainOnBatch(input, expected)] };
}

const steps = new Map<Subject, Step>();

const bench = {
  /** Opens a subject and does one step, which warms it up. */
  async open(subject: Subject, work: Work): Promise<Opened> {
    const step = await (work.training ? trainingStep : inferenceStep)(subject, work);
    steps.set(subject, step);
    const values = await step.run();
    return { name: step.name, values: Array.from(values).slice(0, classes) };
  },
  /** Milliseconds of each of so many steps. */
  async time(subject: Subject, count: number): Promise<number[]> {
    const { run } = steps.get(subject)!;
    const milliseconds: number[] = [];
    for (let i = 0; i < count; i++) {
      const start = performance.now();
      await run();
      milliseconds.push(performance.now() - start);
    }
    return milliseconds;
  },
};

export type Bench = typeof bench;

Object.assign(globalThis, { bench });
