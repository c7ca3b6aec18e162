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
  /** Also compare every way to update. Default true. */
  readonly updates?: boolean;
  /** Only networks with a convolution that has different algorithms, and no contract: what another choice of them changes. */
  readonly convolutionsOnly?: boolean;
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
    const cases = options.convolutionsOnly ? suiteCases.filter(hasChoice) : suiteCases;
    for (const suiteCase of cases) {
      const { network, batchSize, count } = suiteCase;
      describe(`${network.name}, ${count} of ${batchSize}`, () => {
        let program: Program;
        before(async () => {
          program = await prepare(engine, suiteCase);
        });
        after(() => program.dispose());
        it('forward and backward', async () => {
          comparePass(await runPass(program, suiteCase), await expectedOf(suiteCase), suiteCase, tolerances);
        });
        it('three steps of SGD', async () => {
          compareSteps(
            await runSteps(program, suiteCase),
            await expectedOf(suiteCase),
            suiteCase,
            tolerances,
          );
        });
      });
    }
  });
  if (!options.convolutionsOnly) contractSuite(name, makeEngine);
  if (options.updates !== false) updateSuite(name, makeEngine, tolerances.updates);
}

function hasChoice({ network }: SuiteCase): boolean {
  return network.layers.some((layer) => layer.type === 'conv' && layer.kernelSize > 1);
}

async function prepare(engine: Engine, { network, batchSize, count }: SuiteCase): Promise<Program> {
  const program = await engine.compile(network, { batchSize, training: true });
  fillHashed(network, { seed: 21 }, (name, values) => program.writeParameter(name, values));
  const { channels, height, width } = network.input;
  writeImages(program.inputs[0]!, hashedTensor(22, 0, count * channels * height * width));
  return program;
}

type Tensors = ReadonlyMap<string, Float32Array>;

/** All that a program computes of one batch in training mode. */
interface PassResults {
  readonly logits: Float32Array;
  readonly activations: Tensors;
  readonly loss: number;
  readonly gradients: Tensors;
}

/** What three steps of SGD do. */
interface StepResults {
  readonly losses: readonly number[];
  readonly parameters: Tensors;
  readonly momentum: Tensors;
}

type Results = PassResults & StepResults;

function tensorsOf(
  items: readonly { readonly name: string }[],
  read: (name: string) => Float32Array,
): Tensors {
  return new Map(items.map(({ name }) => [name, read(name)]));
}

async function runPass(program: Program, { network, count }: SuiteCase): Promise<PassResults> {
  const logits = await program.forward({ count, training: { seed: 23, step: 4 } });
  const activations = tensorsOf(network.layers, (name) => program.readActivation(name));
  const { loss } = await program.backward(hashedLabels(24, count, classCount(network)));
  const gradients = tensorsOf(learntShapes(network), (name) => program.readGradient(name));
  return { logits, activations, loss, gradients };
}

async function runSteps(program: Program, { network, count }: SuiteCase): Promise<StepResults> {
  const optimizer = { learningRate: 0.01, momentum: 0.9, weightDecay: 0.02 };
  const losses: number[] = [];
  for (const step of [0, 1, 2]) {
    const labels = hashedLabels(30 + step, count, classCount(network));
    losses.push((await program.step({ count, labels, optimizer, training: { seed: 23, step } })).loss);
  }
  return {
    losses,
    parameters: tensorsOf(parameterShapes(network), (name) => program.readParameter(name)),
    momentum: tensorsOf(learntShapes(network), (name) => program.readState('momentum', name)),
  };
}

const expected = new Map<SuiteCase, Promise<Results>>();

/** The reference's results, computed once. */
function expectedOf(suiteCase: SuiteCase): Promise<Results> {
  const known = expected.get(suiteCase);
  if (known) return known;
  const results = runReference(suiteCase);
  expected.set(suiteCase, results);
  return results;
}

async function runReference(suiteCase: SuiteCase): Promise<Results> {
  const program = await prepare(createReferenceEngine(), suiteCase);
  const results = { ...(await runPass(program, suiteCase)), ...(await runSteps(program, suiteCase)) };
  await program.dispose();
  return results;
}

function comparePass(
  tested: PassResults,
  reference: PassResults,
  { network }: SuiteCase,
  { activations, gradients }: Tolerances,
): void {
  assertClose('logits', tested.logits, reference.logits, activations);
  for (const [name, values] of reference.activations) {
    assertClose(`activation of ${name}`, tested.activations.get(name)!, values, activations);
  }
  assertAtMost(Math.abs(tested.loss - reference.loss), activations, 'difference of losses');
  compareAll('gradient of ', [tested.gradients, reference.gradients], network, gradients);
}

function compareAll(
  what: string,
  [tested, reference]: readonly [Tensors, Tensors],
  network: NetworkSpec,
  tolerance: number,
): void {
  for (const [name, values] of reference) {
    const [beside] = besideZero(network, name).map((other) => reference.get(other)!);
    assertClose(what + name, tested.get(name)!, values, tolerance, beside);
  }
}

function compareSteps(
  tested: StepResults,
  reference: StepResults,
  { network }: SuiteCase,
  { updates }: Tolerances,
): void {
  for (const [step, loss] of reference.losses.entries()) {
    assertAtMost(Math.abs(tested.losses[step]! - loss), updates, `difference of losses in step ${step}`);
  }
  for (const [name, values] of reference.parameters) {
    assertClose(name, tested.parameters.get(name)!, values, updates);
  }
  compareAll('momentum of ', [tested.momentum, reference.momentum], network, updates);
}
