/** One compiled network: its memory, its threads, and access to its tensors. */
import { alexnetError } from '../../errors.ts';
import { elementCount } from '../../network/shapes.ts';
import type { NetworkSpec } from '../../network/spec.ts';
import {
  checkBackwardOptions,
  checkCompileOptions,
  checkForwardOptions,
  checkLabels,
  checkState,
  checkUpdate,
  checkValues,
} from '../checkCalls.ts';
import type {
  BackwardOptions,
  CompileOptions,
  ForwardOptions,
  Loss,
  OptimizerOptions,
  ParameterState,
  Program,
  StepOptions,
  UpdateOptions,
} from '../engine.ts';
import { statesOf } from '../trained.ts';
import type { Host, OwnedKernels } from './host.ts';
import { allocateMemory } from './allocateMemory.ts';
import { inputBuffers } from './plan/inputBuffers.ts';
import type { Plan } from './plan/lower.ts';
import { pack, unpack, type PackedParameter } from './plan/parameters.ts';
import { planProgram, type PlannedFor } from './plan/planProgram.ts';
import { readNode } from './plan/readNode.ts';
import { createProfile, type Profile } from './profile.ts';
import { runOperation, type Operation } from './plan/operations.ts';
import { writeConstants } from './plan/updateConstants.ts';
import { sumConstants } from './kernels/updates.ts';
import type { CpuTarget } from './targets/targets.ts';
import { readCommand, type Context } from './threads/context.ts';
import { controlAddresses, controlWords, phases } from './threads/control.ts';
import type { Instance } from './threads/instance.ts';
import type { Team } from './threads/team.ts';
import { swapRanges } from './swapRanges.ts';
import { readWeightGradient, weightGradientSquares } from './plan/weightGradient.ts';
import { measureUpdate } from './measureUpdate.ts';
import { sumOfSquares } from '../updateSizes.ts';

/** What runs anew when weights have changed. */
const weightPhases = phases.prepare + phases.repack;

interface State {
  readonly plan: Plan;
  readonly options: CompileOptions;
  readonly memory: WebAssembly.Memory;
  /** All code that was compiled, to be let go of in the end. */
  readonly owned: OwnedKernels[];
  readonly instance: Instance;
  readonly team: Team;
  readonly target: CpuTarget;
  readonly host: Host;
  readonly parameters: ReadonlyMap<string, PackedParameter>;
  /** Images of the last forward; 0 before the first. */
  count: number;
  /** How far the current step has come. */
  stage: 'idle' | 'forward' | 'backward';
  /** Whether there are gradients to update with. */
  hasGradients: boolean;
  /** The phases of `phases` that have to run before they are next needed, since weights have changed. */
  stale: number;
  disposed: boolean;
  spare: Instance | undefined;
}

interface CompiledFor extends PlannedFor {
  /** Whether to take the time of each operation. */
  readonly profile: boolean;
  /** Where the engine runs. */
  readonly host: Host;
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
  checkCompileOptions(network, options);
  const { batchSize, training, inputSlots = 1 } = options;
  const plan = planProgram(network, options, compiledFor, compiledFor.host.memoryLimit());
  const profile = compiledFor.profile ? createProfile(plan) : undefined;
  const state = createState(
    plan,
    allocateMemory(plan.memory, options, compiledFor.host),
    options,
    compiledFor,
    profile,
  );
  const inputs = inputBuffers(plan.input, { slots: inputSlots, batchSize }, state.instance.floats);
  return {
    network,
    batchSize,
    training,
    inputs,
    profile,
    memoryBytes: state.memory.buffer.byteLength,
    states: statesOf(network, options),
    forward: async (given = {}) => forward(state, checkForward(state, { batchSize, inputs }, given)),
    backward: (labels, given = {}) => backward(state, labels, given),
    update: (optimizer, given = {}) => update(state, optimizer, given),
    step: async (given) => step(state, checkForward(state, { batchSize, inputs }, given), given),
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
  options: CompileOptions,
  { threads, target, host }: CompiledFor,
  profile: Profile | undefined,
): State {
  const kernels = host.compileKernels(plan.memory.kernels, target, memory);
  const { compiled } = kernels;
  const instance = host.instantiate(compiled, memory);
  for (const { address, make } of plan.memory.constants) instance.words.set(make(), address / 4);
  const operations = {
    prepare: plan.prepare,
    repack: plan.repack,
    forward: plan.forward,
    backward: plan.backward,
    update: plan.update,
    average: plan.average,
  };
  const milliseconds = profile?.milliseconds;
  const team = host.startTeam({ compiled, memory, threads, operations, milliseconds }, instance.words);
  const parameters = new Map(plan.parameters.map((parameter) => [parameter.name, parameter]));
  const start = { count: 0, stage: 'idle', hasGradients: false, stale: weightPhases } as const;
  const idle = { disposed: false, spare: undefined };
  const code = { owned: [kernels], instance, team, target, host };
  return { plan, options, memory, parameters, ...code, ...start, ...idle };
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

function writeTargets(state: State, labels: ArrayLike<number>, options: BackwardOptions): void {
  const { instance, plan, memory, count } = state;
  checkLabels(labels, count, plan.logits.value.features);
  const { labelSmoothing, images, accumulate } = checkBackwardOptions(state.options, options, count);
  // Planned whenever the program trains and some parameter lies before the logits.
  if (plan.loss) instance.words.set(labels, plan.loss.labels / 4);
  new Float64Array(memory.buffer, controlAddresses.labelSmoothing, 2).set([labelSmoothing, images]);
  instance.floats[(controlAddresses.gradientSum + sumConstants.keep) / 4] = accumulate ? 1 : 0;
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

async function backward(state: State, labels: ArrayLike<number>, options: BackwardOptions): Promise<Loss> {
  checkTraining(state, 'backward');
  checkState(state.stage === 'forward', 'backward', 'a forward before it');
  writeTargets(state, labels, options);
  await state.team.run(refreshing(state, phases.repack) + phases.backward);
  state.stage = 'backward';
  state.hasGradients = true;
  return readLoss(state);
}

async function update(state: State, optimizer: OptimizerOptions, options: UpdateOptions): Promise<void> {
  checkTraining(state, 'update');
  checkUpdate(state.options, optimizer, options);
  const { accumulates = false } = state.options;
  const ready = accumulates ? state.hasGradients : state.stage === 'backward';
  checkState(ready, 'update', 'a backward before it');
  const updating = writeUpdate(state, optimizer, options);
  await state.team.run(updating);
  state.stale = weightPhases;
}

async function step(state: State, forwarded: CheckedForward, given: StepOptions): Promise<Loss> {
  checkTraining(state, 'step');
  const { labels, optimizer } = given;
  if (optimizer) checkUpdate(state.options, optimizer, given);
  writeForward(state, forwarded);
  writeTargets(state, labels, given);
  const updating = optimizer ? writeUpdate(state, optimizer, given) : 0;
  const refresh = refreshing(state, weightPhases);
  await state.team.run(refresh + phases.forward + phases.backward + updating);
  state.stage = 'backward';
  state.hasGradients = true;
  if (updating) state.stale = weightPhases;
  return readLoss(state);
}

/** Writes what an update needs; returns the phases that do it. */
function writeUpdate(
  { instance, plan }: State,
  optimizer: OptimizerOptions,
  { averageDecay }: UpdateOptions,
): number {
  writeConstants(instance, plan.groups, optimizer);
  if (averageDecay === undefined) return phases.update;
  instance.floats.set([averageDecay, 1 - averageDecay], controlAddresses.average / 4);
  return phases.update + phases.average;
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

type TensorAccess = Pick<
  Program,
  | 'readParameter'
  | 'writeParameter'
  | 'readState'
  | 'writeState'
  | 'swapAverages'
  | 'readActivation'
  | 'readGradient'
  | 'measureUpdate'
>;

function tensorAccess(state: State): TensorAccess {
  const { floats } = state.instance;
  const parameterFor = (name: string, call: string): PackedParameter => {
    checkState(!state.disposed, call, 'a program that has not been disposed of');
    return find(state.parameters, name);
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
    readState(kind, name) {
      const parameter = withState(state, kind, name);
      return unpacked(floats, parameter, parameter[kind]);
    },
    writeState(kind, name, values) {
      const parameter = withState(state, kind, name);
      checkValues(name, parameter.shape, values);
      pack(parameter.packing, floats, parameter[kind] / 4, values);
    },
    swapAverages: () => swapAverages(state),
    readActivation: (layer) => readActivation(state, layer),
    readGradient: (name) => readGradient(state, parameterFor(name, 'readGradient')),
    measureUpdate: (names) => {
      checkTraining(state, 'measureUpdate');
      const parameters = names.map((name) => withState(state, 'momentum', name));
      return measureUpdate(floats, parameters, (parameter) => gradientSquares(state, parameter));
    },
  };
}

/** The parameter with this name, which has that state. */
function withState(state: State, kind: ParameterState, name: string): PackedParameter {
  checkState(!state.disposed, `the state ${kind}`, 'a program that has not been disposed of');
  const kept = new Map([...state.parameters].filter(([, parameter]) => parameter[kind] !== 0));
  checkState(kept.size > 0, `the state ${kind}`, 'a program that was compiled to keep it');
  return find(kept, name);
}

function swapAverages(state: State): void {
  checkReady(state, 'swapAverages');
  const { averages = false } = state.options;
  checkState(averages, 'swapAverages', 'a program compiled with averages: true');
  const { floats } = state.instance;
  for (const { values, average, floats: length } of state.parameters.values()) {
    if (average !== 0) swapRanges(floats, values / 4, average / 4, length);
  }
  state.stale = weightPhases;
}

/** This thread alone, with the kernels that only reading needs. */
function aloneContext(state: State): Context {
  state.spare ??= spareInstance(state);
  const kernels = { ...state.instance.kernels, ...state.spare.kernels };
  const { floats, words } = state.instance;
  return { floats, words, kernels, thread: 0, threads: 1, command: readCommand(words) };
}

function spareInstance({ plan, target, memory, owned, host }: State): Instance {
  const kernels = host.compileKernels(plan.memory.spareKernels, target, memory);
  owned.push(kernels);
  return host.instantiate(kernels.compiled, memory);
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
  const { gradient, gradientSum, momentum, name, shape } = parameter;
  checkState(
    gradientSum ? state.hasGradients : state.stage === 'backward',
    'readGradient',
    'a backward before it',
  );
  const trained = [...state.parameters.values()].filter((one) => one.momentum !== 0);
  if (momentum === 0)
    throw alexnetError('ALEX_TENSOR_UNKNOWN', { name, known: trained.map((one) => one.name) });
  const kept = gradientSum || gradient;
  if (kept) return unpacked(state.instance.floats, parameter, kept);
  return readWeightGradient(state.plan.update, parameter, aloneContext(state), elementCount(shape));
}

/** The sum of a gradient's squares, without a copy of what is never stored. */
function gradientSquares(state: State, parameter: PackedParameter): number {
  const { gradient, gradientSum } = parameter;
  if (gradientSum || gradient || state.stage !== 'backward')
    return sumOfSquares(readGradient(state, parameter));
  return weightGradientSquares(state.plan.update, parameter, aloneContext(state));
}
