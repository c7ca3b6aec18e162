/** The program behind a model: compiled when it is first needed, and again when a batch needs more. */
import type { Engine, Program } from '../engine/engine.ts';
import { alexnetError } from '../errors.ts';
import { parameterShapes } from '../network/shapes.ts';
import type { NetworkSpec } from '../network/spec.ts';
import type { Updates } from './parameter.ts';

/** Slot 0 takes batches that must be copied; a data loader writes into the two others in turn. */
const INPUT_SLOTS = 3;

/** Tells every parameter's values, one parameter at a time. */
export type WeightSource = (write: (name: string, values: Float32Array) => void) => void;

export interface Needs {
  readonly batchSize: number;
  readonly training: boolean;
}

export interface Compiled {
  /** The program, compiled again (with weights and momentum kept) when it is too small or cannot train. */
  program(needs: Needs): Promise<Program>;
  /** From the next need on, the program is one for this optimizer. */
  useOptimizer(updates: Updates): void;
  /** The program if there is one. */
  current(): Program | undefined;
  read(name: string): Float32Array;
  write(name: string, values: Float32Array): void;
  dispose(): Promise<void>;
}

/** A holder for the program of `network`; nothing is compiled and no weight is made before the first need. */
export function compiled(
  network: NetworkSpec,
  engine: () => Promise<Engine>,
  initialWeights: WeightSource,
): Compiled {
  let program: Program | undefined;
  let held: Map<string, Float32Array> | undefined; // weights read or written before there is a program
  let disposed = false;
  let updates: Updates = { optimizer: 'sgd', parameters: {} };
  let compiledFor = updates;

  async function compile(needs: Needs): Promise<Program> {
    const next = await (await engine()).compile(network, { ...needs, ...updates, inputSlots: INPUT_SLOTS });
    if (program === undefined) fillWeights(next);
    else await moveState(program, next, compiledFor.optimizer === updates.optimizer);
    compiledFor = updates;
    return (program = next);
  }

  function fillWeights(target: Program): void {
    const write = target.writeParameter.bind(target);
    if (held === undefined) initialWeights(write);
    else held.forEach((values, name) => write(name, values));
    held = undefined;
  }

  function weights(): Map<string, Float32Array> {
    if (disposed) throw disposedError();
    if (held !== undefined) return held;
    const made = new Map<string, Float32Array>();
    initialWeights((name, values) => made.set(name, values.slice()));
    return (held = made);
  }

  return {
    async program(needs) {
      if (disposed) throw disposedError();
      const fits = program !== undefined && enough(program, needs, alike(compiledFor, updates));
      return fits ? program! : compile(merge(program, needs));
    },
    useOptimizer: (wanted) => void (updates = wanted),
    current: () => program,
    read: (name) => (program === undefined ? known(weights(), name).slice() : program.readParameter(name)),
    write(name, values) {
      if (program === undefined) weights().set(name, values.slice());
      else program.writeParameter(name, values);
    },
    async dispose() {
      const last = program;
      program = undefined;
      held = undefined;
      disposed = true;
      await last?.dispose();
    },
  };
}

function enough(program: Program, needs: Needs, updatesFit: boolean): boolean {
  const trains = program.training && updatesFit;
  return program.batchSize >= needs.batchSize && (trains || !needs.training);
}

function alike(a: Updates, b: Updates): boolean {
  return JSON.stringify(a) === JSON.stringify(b);
}

function merge(program: Program | undefined, needs: Needs): Needs {
  return {
    batchSize: Math.max(program?.batchSize ?? 0, needs.batchSize),
    training: program?.training === true || needs.training,
  };
}

/** Weights and momentum from one program to the next, which takes its place. */
async function moveState(from: Program, to: Program, sameOptimizer: boolean): Promise<void> {
  for (const { name } of parameterShapes(from.network)) to.writeParameter(name, from.readParameter(name));
  // What one optimizer keeps means nothing to another.
  for (const [state, names] of sameOptimizer ? from.states : []) {
    const kept = to.states.get(state) ?? [];
    for (const name of names)
      if (kept.includes(name)) to.writeState(state, name, from.readState(state, name));
  }
  await from.dispose();
}

function known(weights: Map<string, Float32Array>, name: string): Float32Array {
  const found = weights.get(name);
  if (found !== undefined) return found;
  throw alexnetError('ALEX_TENSOR_UNKNOWN', { name, known: [...weights.keys()] });
}

function disposedError(): Error {
  return alexnetError('ALEX_MODEL_ORDER', { problem: 'the model was used after dispose()' });
}
