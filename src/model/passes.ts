/** Forward, backward and update of one model, in the order that a script calls them. */
import type { ForwardOptions, OptimizerOptions, Program, TrainingMode } from '../engine/engine.ts';
import { alexnetError } from '../errors.ts';
import { classCount } from '../network/shapes.ts';
import type { NetworkSpec } from '../network/spec.ts';
import type { Compiled } from './compiled.ts';
import type { ImageBatch } from './imageBatch.ts';
import { inputPlacement } from './inputPlacement.ts';
import type { Outputs } from './outputs.ts';
import { tensor } from './tensor.ts';

export interface Passes {
  /** Dropout is on when `training`. Throws ALEX_MODEL_INPUT, ALEX_MODEL_BATCH_RELEASED. */
  forward(inputs: ImageBatch, training: boolean): Promise<Outputs>;
  /** Throws ALEX_MODEL_NO_GRADIENTS. */
  update(optimizer: OptimizerOptions): Promise<void>;
  zeroGrad(): void;
  /** Undefined when there are no gradients, and for a parameter that is frozen. */
  gradient(name: string): Float32Array | undefined;
}

/** One forward: the engine holds what the backward of the latest needs, and of no other. */
interface Pass {
  readonly inputs: ImageBatch;
  readonly program: Program;
}

/** The passes of the model whose program `compiled` holds; `seed` is that of dropout. */
export function passes(network: NetworkSpec, compiled: Compiled, seed: number): Passes {
  const classes = classCount(network);
  const place = inputPlacement();
  const inTurn = oneAtATime();
  let latest: Pass | undefined;
  let withGradients: Program | undefined;
  let trainingForwards = 0;

  async function forward(inputs: ImageBatch, training: boolean): Promise<Outputs> {
    checkInputs(network, inputs);
    latest = undefined;
    const count = inputs.size(0);
    const program = await compiled.program({ batchSize: count, training });
    if (withGradients !== program) withGradients = undefined;
    const options: ForwardOptions = { slot: place(inputs, program), count };
    const mode: TrainingMode = { seed, step: trainingForwards };
    const logits = await program.forward(training ? { ...options, training: mode } : options);
    if (training) trainingForwards++;
    const pass = (latest = { inputs, program });
    return {
      ...tensor(logits, [count, classes]),
      backward: (labels, labelSmoothing) => inTurn(() => backward(pass, labels, labelSmoothing)),
    };
  }

  async function backward(pass: Pass, labels: ArrayLike<number>, labelSmoothing?: number): Promise<void> {
    if (pass !== latest) throw wrongOrder('backward() needs outputs of the latest forward, and once only');
    if (withGradients !== undefined)
      throw wrongOrder('backward() came while the gradients of a batch were held');
    if (!pass.program.training) throw alexnetError('ALEX_MODEL_EVALUATING', { network: network.name });
    if (pass.inputs.released) throw alexnetError('ALEX_MODEL_BATCH_RELEASED', { call: 'backward()' });
    latest = undefined;
    await pass.program.backward(labels, { labelSmoothing });
    withGradients = pass.program;
  }

  async function update(optimizer: OptimizerOptions): Promise<void> {
    if (withGradients === undefined) throw alexnetError('ALEX_MODEL_NO_GRADIENTS', { network: network.name });
    await withGradients.update(optimizer);
  }

  return {
    forward: (inputs, training) => inTurn(() => forward(inputs, training)),
    update: (optimizer) => inTurn(() => update(optimizer)),
    zeroGrad() {
      withGradients = undefined;
    },
    gradient: (name) =>
      withGradients?.states.get('momentum')?.includes(name) ? withGradients.readGradient(name) : undefined,
  };
}

function checkInputs({ input }: NetworkSpec, inputs: ImageBatch): void {
  if (inputs.released) throw alexnetError('ALEX_MODEL_BATCH_RELEASED', { call: 'forward()' });
  const expected = [input.channels, input.height, input.width];
  const got = inputs.shape.slice(1);
  if (got.join() !== expected.join()) throw alexnetError('ALEX_MODEL_INPUT', { expected, got });
}

function wrongOrder(problem: string): Error {
  return alexnetError('ALEX_MODEL_ORDER', { problem });
}

/** Calls that were not awaited run one after another all the same: a program does one thing at a time. */
function oneAtATime(): <T>(work: () => Promise<T>) => Promise<T> {
  let last: Promise<unknown> = Promise.resolve();
  return (work) => {
    const result = last.then(work);
    last = result.catch(() => undefined);
    return result;
  };
}
