/** One compiled network: its memory, its threads, and access to its tensors. */
import { alexnetError } from '../../errors.ts';
import { elementCount } from '../../network/shapes.ts';
import type { NetworkSpec } from '../../network/spec.ts';
import {
  checkCompileOptions,
  checkForwardOptions,
  checkLabels,
  checkState,
  checkValues,
} from '../checkCalls.ts';
import type { CompileOptions, ForwardOptions, Loss, Program, SgdOptions } from '../engine.ts';
import { compileKernels, type OwnedKernels } from './compileKernels.ts';
import { askForHugePages } from './native/hugePages.ts';
import { inputBuffers } from './plan/inputBuffers.ts';
import type { Plan } from './plan/lower.ts';
import { pack, unpack, type PackedParameter } from './plan/parameters.ts';
import { planProgram, type PlannedFor } from './plan/planProgram.ts';
import { readNode } from './plan/readNode.ts';
import { createProfile, type Profile } from './profile.ts';
import { runOperation, type Operation } from './plan/operations.ts';
import type { CpuTarget } from './targets/targets.ts';
import { readCommand, type Context } from './threads/context.ts';
import { controlAddresses, controlWords, phases } from './threads/control.ts';
import { instantiate, type Instance } from './threads/instance.ts';
import { createTeam, type Team } from './threads/team.ts';
import { readWeightGradient } from './plan/weightGradient.ts';

const pageBytes = 65536;

/** What runs anew when weights have changed. */
const weightPhases = phases.prepare + phases.repack;

interface State {
  readonly plan: Plan;
  readonly memory: WebAssembly.Memory;
  /** All code that was compiled, to be let go of in the end. */
  readonly owned: OwnedKernels[];
  readonly instance: Instance;
  readonly team: Team;
  readonly target: CpuTarget;
  readonly parameters: ReadonlyMap<string, PackedParameter>;
  /** Images of the last forward; 0 before the first. */
  count: number;
  /** How far the current step has come. */
  stage: 'idle' | 'forward' | 'backward';
  /** The phases of `phases` that have to run before they are next needed, since weights have changed. */
  stale: number;
  disposed: boolean;
  spare: Instance | undefined;
}

interface CompiledFor extends PlannedFor {
  /** Whether to take the time of each operation. */
  readonly profile: boolean;
}

export interface CpuProgram extends Program {
  /** Present when times are taken. */
  readonly profile: Profile | undefined;
}

/** Throws ALEX_NETWORK_LAYER, ALEX_OPTION_VALUE, ALEX_ENGINE_MEMORY. */
export async function compileCpu(
  network: NetworkSpec,
  options: CompileOptions,
  compiledFor: CompiledFor,
): Promise<CpuProgram> {
  checkCompileOptions(options);
  const { batchSize, training, inputSlots = 1 } = options;
  const plan = planProgram(network, options, compiledFor);
  const profile = compiledFor.profile ? createProfile(plan) : undefined;
  const state = createState(plan, allocateMemory(plan.memory, options), compiledFor, profile);
  const inputs = inputBuffers(plan.input, { slots: inputSlots, batchSize }, state.instance.floats);
  return {
    network,
    batchSize,
    training,
    inputs,
    profile,
    memoryBytes: state.memory.buffer.byteLength,
    forward: async (given = {}) => forward(state, checkForward(state, { batchSize, inputs }, given)),
    backward: (labels) => backward(state, labels),
    update: (sgd) => update(state, sgd),
    step: async ({ labels, sgd, ...given }) =>
      step(state, checkForward(state, { batchSize, inputs }, given), labels, sgd),
    ...tensorAccess(state),
    async dispose() {
      state.disposed = true;
      await state.team.close();
      for (const { release } of state.owned.splice(0)) release();
    },
  };
}

function createState(
  plan: Plan,
  memory: WebAssembly.Memory,
  { threads, target }: CompiledFor,
  profile: Profile | undefined,
): State {
  const kernels = compileKernels(plan.memory.kernels, target, memory);
  const { compiled } = kernels;
  const instance = instantiate(compiled, memory);
  for (const { address, make } of plan.memory.constants) instance.words.set(make(), address / 4);
  const operations = {
    prepare: plan.prepare,
    repack: plan.repack,
    forward: plan.forward,
    backward: plan.backward,
    update: plan.update,
  };
  const milliseconds = profile?.milliseconds;
  const team = createTeam({ compiled, memory, threads, operations, milliseconds }, instance.words);
  const parameters = new Map(plan.parameters.map((parameter) => [parameter.name, parameter]));
  const start = { count: 0, stage: 'idle', stale: weightPhases, disposed: false, spare: undefined } as const;
  return { plan, memory, owned: [kernels], instance, team, target, parameters, ...start };
}

function allocateMemory(
  { bytes }: Plan['memory'],
  { batchSize, training }: CompileOptions,
): WebAssembly.Memory {
  const pages = Math.ceil(bytes / pageBytes);
  try {
    const memory = new WebAssembly.Memory({ initial: pages, maximum: pages, shared: true });
    // They take longer to come into being, which a single forward pass does not make up for.
    if (training) askForHugePages(memory);
    return memory;
  } catch (error) {
    throw alexnetError('ALEX_ENGINE_MEMORY', { bytes, batchSize }, error);
  }
}

function checkForward(
  state: State,
  program: Pick<Program, 'batchSize' | 'inputs'>,
  given: ForwardOptions,
): ForwardOptions & { slot: number; count: number } {
  checkReady(state, 'forward');
  return { ...given, ...checkForwardOptions(program, given) };
}

type CheckedForward = ReturnType<typeof checkForward>;

function writeForward(state: State, { slot, count, training }: CheckedForward): void {
  const { words } = state.instance;
  state.count = count;
  words[controlWords.count] = count;
  words[controlWords.slot] = slot;
  words[controlWords.training] = training ? 1 : 0;
  words[controlWords.seedLow] = training ? (training.seed % 2 ** 32) | 0 : 0;
  words[controlWords.seedHigh] = training ? Math.floor(training.seed / 2 ** 32) : 0;
  words[controlWords.step] = training?.step ?? 0;
}

function writeLabels(state: State, labels: ArrayLike<number>): void {
  checkLabels(labels, state.count, state.plan.logits.value.features);
  // Planned whenever the program trains and some parameter lies before the logits.
  if (state.plan.loss) state.instance.words.set(labels, state.plan.loss.labels / 4);
}

function writeSgd({ instance }: State, { weightDecay, momentum, learningRate }: SgdOptions): void {
  instance.floats.set([weightDecay, momentum, -learningRate], controlAddresses.sgd / 4);
}

/** Which of the phases that follow weights have to run, if these have changed since. */
function refreshing(state: State, wanted: number): number {
  const stale = state.stale & wanted;
  state.stale -= stale;
  return stale;
}

function readLoss({ memory }: State): Loss {
  return { loss: new Float64Array(memory.buffer, controlAddresses.loss, 1)[0] };
}

function logits(state: State): Float32Array {
  return readNode(state.plan.logits, state.instance.floats, state.count);
}

async function forward(state: State, given: CheckedForward): Promise<Float32Array> {
  writeForward(state, given);
  await state.team.run(refreshing(state, phases.prepare) + phases.forward);
  state.stage = 'forward';
  return logits(state);
}

async function backward(state: State, labels: ArrayLike<number>): Promise<Loss> {
  checkTraining(state, 'backward');
  checkState(state.stage === 'forward', 'backward', 'a forward before it');
  writeLabels(state, labels);
  await state.team.run(refreshing(state, phases.repack) + phases.backward);
  state.stage = 'backward';
  return readLoss(state);
}

async function update(state: State, sgd: SgdOptions): Promise<void> {
  checkTraining(state, 'update');
  checkState(state.stage === 'backward', 'update', 'a backward before it');
  writeSgd(state, sgd);
  await state.team.run(phases.update);
  state.stale = weightPhases;
}

async function step(
  state: State,
  given: CheckedForward,
  labels: ArrayLike<number>,
  sgd: SgdOptions,
): Promise<Loss> {
  checkTraining(state, 'step');
  writeForward(state, given);
  writeLabels(state, labels);
  writeSgd(state, sgd);
  const refresh = refreshing(state, weightPhases);
  await state.team.run(refresh + phases.forward + phases.backward + phases.update);
  state.stage = 'backward';
  state.stale = weightPhases;
  return readLoss(state);
}

/** The control words and the memory are those of one call: the next has to wait for it. */
function checkReady(state: State, call: string): void {
  checkState(!state.disposed, call, 'a program that has not been disposed of');
  checkState(!state.team.running(), call, 'the call before it to have ended');
}

function checkTraining(state: State, call: string): void {
  checkReady(state, call);
  checkState(state.plan.loss !== undefined, call, 'a program compiled with training: true');
}

function find<T>(items: ReadonlyMap<string, T>, name: string): T {
  const found = items.get(name);
  if (found === undefined) throw alexnetError('ALEX_TENSOR_UNKNOWN', { name, known: [...items.keys()] });
  return found;
}

/** A parameter's values, momentum or gradient, whichever lies at the address, in PyTorch's layout. */
function unpacked(floats: Float32Array, { packing, shape }: PackedParameter, address: number): Float32Array {
  return unpack(packing, floats, address / 4, elementCount(shape));
}

function learntOf({ parameters }: State): ReadonlyMap<string, PackedParameter> {
  return new Map([...parameters].filter(([, { velocity }]) => velocity !== 0));
}

type TensorAccess = Pick<
  Program,
  'readParameter' | 'writeParameter' | 'readMomentum' | 'writeMomentum' | 'readActivation' | 'readGradient'
>;

function tensorAccess(state: State): TensorAccess {
  const { floats } = state.instance;
  const parameterFor = (name: string, call: string): PackedParameter => {
    checkState(!state.disposed, call, 'a program that has not been disposed of');
    return find(state.parameters, name);
  };
  const learntFor = (name: string, call: string): PackedParameter => {
    const parameter = parameterFor(name, call);
    checkState(state.plan.loss !== undefined, call, 'a program compiled with training: true');
    return parameter.velocity === 0 ? find(learntOf(state), name) : parameter;
  };
  return {
    readParameter(name) {
      const parameter = parameterFor(name, 'readParameter');
      return unpacked(floats, parameter, parameter.values);
    },
    writeParameter(name, values) {
      const parameter = parameterFor(name, 'writeParameter');
      checkValues(name, parameter.shape, values);
      pack(parameter.packing, floats, parameter.values / 4, values);
      state.stale = weightPhases;
    },
    readMomentum(name) {
      const parameter = learntFor(name, 'readMomentum');
      return unpacked(floats, parameter, parameter.velocity);
    },
    writeMomentum(name, values) {
      const parameter = learntFor(name, 'writeMomentum');
      checkValues(name, parameter.shape, values);
      pack(parameter.packing, floats, parameter.velocity / 4, values);
    },
    readActivation: (layer) => readActivation(state, layer),
    readGradient: (name) => readGradient(state, learntFor(name, 'readGradient')),
  };
}

/** This thread alone, with the kernels that only reading needs. */
function aloneContext(state: State): Context {
  state.spare ??= spareInstance(state);
  const kernels = { ...state.instance.kernels, ...state.spare.kernels };
  const { floats, words } = state.instance;
  return { floats, words, kernels, thread: 0, threads: 1, command: readCommand(words) };
}

function spareInstance({ plan, target, memory, owned }: State): Instance {
  const kernels = compileKernels(plan.memory.spareKernels, target, memory);
  owned.push(kernels);
  return instantiate(kernels.compiled, memory);
}

function readActivation(state: State, layer: string): Float32Array {
  checkState(!state.disposed && state.count > 0, 'readActivation', 'a forward before it');
  const found = find(new Map(state.plan.layers.map((planned) => [planned.name, planned])), layer);
  const run = (operation: Operation): void => runOperation(operation, aloneContext(state));
  found.overwritten?.recompute.forEach(run);
  const values = readNode(found.node, state.instance.floats, state.count);
  if (found.overwritten) run(found.overwritten.restore);
  return values;
}

function readGradient(state: State, parameter: PackedParameter): Float32Array {
  checkTraining(state, 'readGradient');
  checkState(state.stage === 'backward', 'readGradient', 'a backward before it');
  if (parameter.gradient) {
    return unpacked(state.instance.floats, parameter, parameter.gradient);
  }
  return readWeightGradient(state.plan.update, parameter, aloneContext(state), elementCount(parameter.shape));
}
