/** The one suite that every engine passes: its numbers are the reference engine's, its promises the contract's. */
import { after, before, describe, it } from 'node:test';
import type { Engine, Program } from '../../src/engine/engine.ts';
import { createReferenceEngine } from '../../src/engine/reference/engine.ts';
import { classCount, learntShapes, parameterShapes } from '../../src/network/shapes.ts';
import type { NetworkSpec } from '../../src/network/spec.ts';
import { contractSuite } from './contractSuite.ts';
import { fillHashed, hashedLabels, hashedTensor } from './hashedTensors.ts';
import { writeImages } from './images.ts';
import { assertAtMost, assertClose } from './sampledTensors.ts';
import { besideZero, suiteCases } from './suiteNetworks.ts';
import type { SuiteCase } from './suiteNetworks.ts';
import { updateSuite } from './updateSuite.ts';

/** Greatest distances from the reference, relative to each tensor's l2 norm. */
export interface Tolerances {
  /** Of activations and logits; of the loss, in nats. */
  readonly activations: number;
  /** Of gradients. */
  readonly gradients: number;
  /** Of parameters and momentum after three steps. */
  readonly updates: number;
}

export interface SuiteOptions {
  /** The engine writes a layer's output and the ReLU after it as one: its activation is the rectified one. */
  readonly fusesRelu?: boolean;
  /** Also compare every way to update. Default true. */
  readonly updates?: boolean;
}

/** Compares an engine with the reference on every case, then runs the contract's promises over it. */
export function engineSuite(
  name: string,
  makeEngine: () => Promise<Engine>,
  tolerances: Tolerances,
  options: SuiteOptions = {},
): void {
  describe(`the engine ${name} against the reference`, () => {
    let engine: Engine;
    before(async () => {
      engine = await makeEngine();
    });
    for (const suiteCase of suiteCases) {
      const { network, batchSize, count } = suiteCase;
      describe(`${network.name}, ${count} of ${batchSize}`, () => {
        const pair: Program[] = [];
        before(async () => {
          pair.push(await prepare(engine, suiteCase), await prepare(createReferenceEngine(), suiteCase));
        });
        after(async () => {
          for (const program of pair) await program.dispose();
        });
        it('forward and backward', () => comparePass(pair, suiteCase, tolerances, options));
        it('three steps of SGD', () => compareSteps(pair, suiteCase, tolerances));
      });
    }
  });
  contractSuite(name, makeEngine);
  if (options.updates !== false) updateSuite(name, makeEngine, tolerances.updates);
}

async function prepare(engine: Engine, { network, batchSize, count }: SuiteCase): Promise<Program> {
  const program = await engine.compile(network, { batchSize, training: true });
  fillHashed(network, { seed: 21 }, (name, values) => program.writeParameter(name, values));
  const { channels, height, width } = network.input;
  writeImages(program.inputs[0]!, hashedTensor(22, 0, count * channels * height * width));
  return program;
}

async function comparePass(
  [tested, reference]: Program[],
  { network, count }: SuiteCase,
  tolerances: Tolerances,
  { fusesRelu = false }: SuiteOptions,
): Promise<void> {
  const given = { count, training: { seed: 23, step: 4 } };
  const labels = hashedLabels(24, count, classCount(network));
  assertClose(
    'logits',
    await tested!.forward(given),
    await reference!.forward(given),
    tolerances.activations,
  );
  for (const { name } of network.layers) {
    const expected = reference!.readActivation(fusesRelu ? rectifiedName(network, name) : name);
    assertClose(`activation of ${name}`, tested!.readActivation(name), expected, tolerances.activations);
  }
  const { loss } = await tested!.backward(labels);
  const expected = await reference!.backward(labels);
  assertAtMost(Math.abs(loss - expected.loss), tolerances.activations, 'difference of losses');
  for (const { name } of learntShapes(network)) {
    const gradient = reference!.readGradient(name);
    const [beside] = besideZero(network, name).map((other) => reference!.readGradient(other));
    assertClose(`gradient of ${name}`, tested!.readGradient(name), gradient, tolerances.gradients, beside);
  }
}

/** The ReLU after a layer, where there is one; else the layer itself. */
export function rectifiedName({ layers }: NetworkSpec, name: string): string {
  const next = layers[layers.findIndex((layer) => layer.name === name) + 1];
  return next?.type === 'relu' ? next.name : name;
}

async function compareSteps(
  [tested, reference]: Program[],
  { network, count }: SuiteCase,
  tolerances: Tolerances,
): Promise<void> {
  const sgd = { learningRate: 0.01, momentum: 0.9, weightDecay: 0.02 };
  for (const step of [0, 1, 2]) {
    const labels = hashedLabels(30 + step, count, classCount(network));
    const given = { count, labels, optimizer: sgd, training: { seed: 23, step } };
    const { loss } = await tested!.step(given);
    const expected = await reference!.step(given);
    assertAtMost(Math.abs(loss - expected.loss), tolerances.updates, `difference of losses in step ${step}`);
  }
  for (const { name } of parameterShapes(network)) {
    assertClose(name, tested!.readParameter(name), reference!.readParameter(name), tolerances.updates);
  }
  for (const { name } of learntShapes(network)) {
    const momentum = reference!.readState('momentum', name);
    const [beside] = besideZero(network, name).map((other) => reference!.readState('momentum', other));
    assertClose(
      `momentum of ${name}`,
      tested!.readState('momentum', name),
      momentum,
      tolerances.updates,
      beside,
    );
  }
}
