/**
 * Parity of an engine with PyTorch on torchvision's AlexNet at 224×224, with real CIFAR-10 images: one pass, and
 * twelve steps of SGD. Needs the archive; the tests that call this skip without it (cifarMissing).
 */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { planarImage } from '../../src/data/image.ts';
import { imageTransform } from '../../src/data/transformImage.ts';
import { articleTransforms } from '../../src/data/transforms.ts';
import type { Engine, ImageBuffer, Program } from '../../src/engine/engine.ts';
import { buildNetwork } from '../../src/network/zoo/networks.ts';
import { readTestRecords } from './cifarRecords.ts';
import type { CifarRecord } from './cifarRecords.ts';
import { fillHashed } from './hashedTensors.ts';
import { readImages } from './images.ts';
import { assertAtMost, assertClose, assertSampled } from './sampledTensors.ts';
import type { SampledTensor } from './sampledTensors.ts';

interface GoldenStep {
  readonly seed: number;
  readonly labels: readonly number[];
  readonly input: SampledTensor;
  readonly stages: Readonly<Record<string, SampledTensor>>;
  readonly logits: readonly (readonly number[])[];
  readonly loss: number;
  readonly gradients: Readonly<Record<string, SampledTensor>>;
}

interface GoldenRun {
  readonly options: { readonly lr: number; readonly momentum: number; readonly weight_decay?: number };
  readonly losses: readonly number[];
  readonly weights: Readonly<Record<string, SampledTensor>>;
  readonly momentum: Readonly<Record<string, SampledTensor>>;
}

interface GoldenSgd {
  readonly seed: number;
  readonly gain: number;
  readonly batch: number;
  readonly runs: Readonly<Record<string, GoldenRun>>;
}

const passTolerance = 1e-4;
const lossTolerance = 5e-4;
/** Of weights after twelve steps, relative to their l2 norm. */
const updateTolerance = 1e-3;
/**
 * Of momentum after them. A rounding turns a ReLU or the choice of a maximum here and there, which moves a gradient
 * far more than a weight: PyTorch in float32 without oneDNN is 0.07 (article) and 0.11 (decay) away from these values,
 * PyTorch in float64 0.03 (article). The update rule itself is held to 1e-4 by the suite.
 */
const momentumTolerance = 0.12;

const network = buildNetwork('alexnet', { classes: 10 });

export interface ParityOptions {
  /** Default 1e-4. */
  readonly gradientTolerance?: number;
}

/** One forward and backward pass: the input, every layer's output, logits, loss, every gradient. */
export async function checkStep(
  engine: Engine,
  { gradientTolerance = passTolerance }: ParityOptions = {},
): Promise<void> {
  const golden = readGolden<GoldenStep>('alexnet-step.json');
  const records = await readTestRecords(golden.labels.length);
  const program = await engine.compile(network, { batchSize: records.length, training: true });
  try {
    fillHashed(network, golden, (name, values) => program.writeParameter(name, values));
    writeRecords(program.inputs[0]!, records);
    const input = readImages(program.inputs[0]!, records.length);
    assertSampled('input', input, golden.input, 1e-6);
    assertClose('logits', await program.forward(), golden.logits.flat(), passTolerance);
    for (const layer of Object.keys(golden.stages)) {
      const stage = golden.stages[layer]!;
      assertSampled(layer, program.readActivation(layer), stage, passTolerance);
    }
    const { loss } = await program.backward(golden.labels);
    assertAtMost(Math.abs(loss - golden.loss), passTolerance, 'difference of losses');
    for (const [name, gradient] of Object.entries(golden.gradients)) {
      assertSampled(`gradient of ${name}`, program.readGradient(name), gradient, gradientTolerance);
    }
  } finally {
    await program.dispose();
  }
}

/** Twelve steps of each recipe: the loss of every step, then weights and momentum. */
export async function checkSgd(engine: Engine): Promise<void> {
  const golden = readGolden<GoldenSgd>('alexnet-sgd.json');
  const runs = Object.entries(golden.runs);
  assert.equal(runs.length, 2);
  const records = await readTestRecords(golden.batch * runs[0]![1].losses.length);
  for (const [recipe, run] of runs) {
    const program = await engine.compile(network, { batchSize: golden.batch, training: true });
    try {
      fillHashed(network, golden, (name, values) => program.writeParameter(name, values));
      await checkRun(program, recipe, run, records);
    } finally {
      await program.dispose();
    }
  }
}

async function checkRun(
  program: Program,
  recipe: string,
  run: GoldenRun,
  records: readonly CifarRecord[],
): Promise<void> {
  const { lr, momentum, weight_decay: weightDecay = 0 } = run.options;
  for (const [step, expected] of run.losses.entries()) {
    const batch = records.slice(step * program.batchSize, (step + 1) * program.batchSize);
    writeRecords(program.inputs[0]!, batch);
    const labels = batch.map(({ label }) => label);
    const { loss } = await program.step({ labels, optimizer: { learningRate: lr, momentum, weightDecay } });
    assertAtMost(Math.abs(loss - expected), lossTolerance, `${recipe}: difference of losses in step ${step}`);
  }
  for (const name of Object.keys(run.weights)) {
    const weights = program.readParameter(name);
    assertSampled(`${recipe}: ${name}`, weights, run.weights[name]!, updateTolerance);
    const velocity = program.readState('momentum', name);
    assertSampled(`${recipe}: momentum of ${name}`, velocity, run.momentum[name]!, momentumTolerance);
  }
}

function writeRecords(buffer: ImageBuffer, records: readonly CifarRecord[]): void {
  const write = imageTransform(articleTransforms(224));
  for (const [index, { pixels }] of records.entries()) {
    write(planarImage(pixels, { height: 32, width: 32 }), buffer, index);
  }
}

function readGolden<T>(file: string): T {
  return JSON.parse(readFileSync(new URL(`../golden/${file}`, import.meta.url), 'utf8')) as T;
}
