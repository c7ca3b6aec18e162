/** Writes a recorded kernel as machine code: a function of the address of its parameters, which returns nothing. */
import { memoryBase, scratch, type Abi } from './abi.ts';
import { allocatePointers, allocateVectors, type Place } from './allocate.ts';
import { embedBroadcasts } from './embedBroadcasts.ts';
import * as code from './general.ts';
import {
  embedded,
  pointersOf,
  vectorsOf,
  type Address,
  type Instruction,
  type VectorInstruction,
} from './instructions.ts';
import type { InstructionSet } from './instructionSets.ts';
import { liveIntervals } from './intervals.ts';
import { general, type Memory, type Operand, type Register } from './operands.ts';
import type { Recording } from './record.ts';
import * as vex from './vex.ts';

export interface KernelTarget {
  readonly set: InstructionSet;
  readonly abi: Abi;
  /** Where address 0 of the kernels' pointers is. */
  readonly memory: bigint;
}

const slotBytes = 4;
const savedVectorBytes = 16;
/** Innermost loops begin at such addresses, if the kernel does. */
const loopAlignment = 32;

/** Where everything is while the kernel runs. */
interface Frame {
  readonly vectors: ReadonlyMap<number, Register>;
  readonly pointers: ReadonlyMap<number, Place>;
  readonly saved: readonly Register[];
  readonly savedVectors: readonly Register[];
  /** Of the stack, for slots and then for vectors. */
  readonly bytes: number;
  readonly vectorBytes: number;
}

/** Throws when the vectors do not fit into the registers. */
export function writeKernel(recording: Recording, target: KernelTarget): number[] {
  const { set, abi } = target;
  const instructions = set.embedsBroadcasts
    ? embedBroadcasts(recording.instructions)
    : recording.instructions;
  try {
    const frame = createFrame(instructions, recording.parameters, set, abi);
    const bytes = prologue(frame, recording.parameters, target);
    writeBody(bytes, instructions, frame, set);
    bytes.push(...epilogue(frame));
    return bytes;
  } catch (error) {
    throw new Error(`kernel ${recording.name} cannot be written for ${set.lanes} lanes`, { cause: error });
  }
}

function createFrame(
  instructions: readonly Instruction[],
  parameters: number,
  set: InstructionSet,
  abi: Abi,
): Frame {
  const vectors = allocateVectors(liveIntervals(instructions, vectorsOf), set.vectorRegisters);
  const pointers = allocatePointers(liveIntervals(instructions, pointersOf, parameters), abi.pointers);
  const usedPointers = new Set([...pointers.places.values()].map((place) => placeRegister(place)));
  const usedVectors = new Set(vectors.values());
  const savedVectors = [...abi.keptVectors].filter((register) => usedVectors.has(register));
  const vectorBytes = Math.ceil((pointers.slots * slotBytes) / savedVectorBytes) * savedVectorBytes;
  return {
    vectors,
    pointers: pointers.places,
    saved: [...abi.kept].filter((register) => usedPointers.has(register)),
    savedVectors,
    vectorBytes,
    bytes: vectorBytes + savedVectors.length * savedVectorBytes,
  };
}

function placeRegister(place: Place): Register | undefined {
  return place.kind === 'register' ? place.register : undefined;
}

function onStack(displacement: number): Memory {
  return { base: general.rsp, displacement };
}

/** A pointer as the operand of an instruction. */
function operandOf({ pointers }: Frame, pointer: number): Operand {
  const place = pointers.get(pointer)!;
  return place.kind === 'register' ? place.register : onStack(place.slot * slotBytes);
}

function prologue(frame: Frame, parameters: number, { abi, memory }: KernelTarget): number[] {
  const bytes = frame.saved.flatMap((register) => code.push(register));
  if (frame.bytes > 0) bytes.push(...code.subtractConstant64(general.rsp, frame.bytes));
  frame.savedVectors.forEach((register, index) =>
    bytes.push(...vex.store(onStack(frame.vectorBytes + index * savedVectorBytes), register, 0)),
  );
  bytes.push(...code.set64(memoryBase, memory));
  const all = Array.from({ length: parameters }, (_, parameter) => parameter);
  // The one that takes the argument's register comes last.
  const last = all.filter((parameter) => operandOf(frame, parameter) === abi.argument);
  for (const parameter of [...all.filter((one) => !last.includes(one)), ...last]) {
    const from = { base: abi.argument, displacement: parameter * Int32Array.BYTES_PER_ELEMENT };
    bytes.push(...move32(operandOf(frame, parameter), from));
  }
  return bytes;
}

function epilogue(frame: Frame): number[] {
  const bytes = vex.vzeroupper();
  frame.savedVectors.forEach((register, index) =>
    bytes.push(...vex.load(register, onStack(frame.vectorBytes + index * savedVectorBytes), 0)),
  );
  if (frame.bytes > 0) bytes.push(...code.addConstant64(general.rsp, frame.bytes));
  for (const register of frame.saved.toReversed()) bytes.push(...code.pop(register));
  return [...bytes, ...code.returnFromCall()];
}

/** Moves a word from memory or a register to either, by way of the scratch register if need be. */
function move32(to: Operand, from: Operand): number[] {
  if (typeof to === 'number') return to === from ? [] : code.load32(to, from);
  if (typeof from === 'number') return code.store32(to, from);
  return [...code.load32(scratch, from), ...code.store32(to, scratch)];
}

function writeBody(
  bytes: number[],
  instructions: readonly Instruction[],
  frame: Frame,
  set: InstructionSet,
): void {
  const tops: number[] = [];
  instructions.forEach((instruction, index) => {
    if (instruction.kind === 'loopEnd') {
      bytes.push(...code.subtractConstant32(operandOf(frame, instruction.counter), 1));
      bytes.push(...code.jumpIfNotZero(tops.pop()! - bytes.length));
      return;
    }
    for (const byte of writeInstruction(instruction, frame, set)) bytes.push(byte);
    if (instruction.kind !== 'repeatStart' && instruction.kind !== 'loopStart') return;
    if (isInnermost(instructions, index)) bytes.push(...code.padding(-bytes.length & (loopAlignment - 1)));
    tops.push(bytes.length);
  });
}

function isInnermost(instructions: readonly Instruction[], start: number): boolean {
  const next = instructions.slice(start + 1).find(({ kind }) => kind.endsWith('Start') || kind === 'loopEnd');
  return next?.kind === 'loopEnd';
}

type Straight = Exclude<Instruction, { kind: 'loopEnd' }>;

function writeInstruction(instruction: Straight, frame: Frame, set: InstructionSet): number[] {
  switch (instruction.kind) {
    case 'vector':
      return writeVector(instruction, frame, set);
    case 'prefetch': {
      const { bytes, memory } = reach(instruction.address, frame);
      return [...bytes, ...code.prefetch(memory, instruction.use)];
    }
    case 'copy':
      return move32(operandOf(frame, instruction.to), operandOf(frame, instruction.from));
    case 'advance':
      return code.addConstant32(operandOf(frame, instruction.to), instruction.bytes);
    case 'addPointer':
      return writeAdd(operandOf(frame, instruction.to), operandOf(frame, instruction.from));
    case 'loadPointer': {
      const { bytes, memory } = reach(instruction.address, frame);
      return [...bytes, ...move32(operandOf(frame, instruction.to), memory)];
    }
    case 'repeatStart':
      return code.set32(operandOf(frame, instruction.counter), instruction.times);
    case 'loopStart':
      return move32(operandOf(frame, instruction.counter), operandOf(frame, instruction.times));
  }
}

function writeAdd(to: Operand, from: Operand): number[] {
  if (typeof to === 'number') return code.add32(to, from);
  if (typeof from === 'number') return code.addTo32(to, from);
  return [...code.load32(scratch, from), ...code.addTo32(to, scratch)];
}

function writeVector(instruction: VectorInstruction, frame: Frame, set: InstructionSet): number[] {
  const { operation, vectors, address } = instruction;
  const registers = vectors.map((vector) => (vector === embedded ? embedded : frame.vectors.get(vector)!));
  if (!address) return set.lower[operation](registers, undefined);
  const { bytes, memory } = reach(address, frame);
  return [...bytes, ...set.lower[operation](registers, memory)];
}

/** The memory at an address, and what has to be run before to reach it. */
function reach({ pointer, offset }: Address, frame: Frame): { bytes: number[]; memory: Memory } {
  const place = operandOf(frame, pointer);
  const memory = (index: Register): Memory => ({ base: memoryBase, index, displacement: offset });
  if (typeof place === 'number') return { bytes: [], memory: memory(place) };
  return { bytes: code.load32(scratch, place), memory: memory(scratch) };
}
