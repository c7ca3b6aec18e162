/**
 * Moves a broadcast into the instruction that uses it, where that is the only one: AVX-512 takes a float32 from memory
 * for all lanes as an operand.
 */
import {
  embedded,
  isBoundary,
  pointersOf,
  vectorsOf,
  type Instruction,
  type VectorInstruction,
} from './instructions.ts';

/** The operand that memory can stand for, as an index into the instruction's vectors. */
const embeddable: Partial<Record<VectorInstruction['operation'], number>> = { multiplyAdd: 1, multiply: 2 };

/** The same instructions without the broadcasts that others have taken in. */
export function embedBroadcasts(instructions: readonly Instruction[]): Instruction[] {
  const crossing = crossingVectors(instructions);
  const result: (Instruction | undefined)[] = [...instructions];
  instructions.forEach((instruction, index) => {
    if (instruction.kind !== 'vector' || instruction.operation !== 'broadcast') return;
    const [splat] = instruction.vectors;
    const user = crossing.has(splat) ? undefined : onlyUser(instructions, index, splat);
    if (user === undefined) return;
    const { vectors, ...rest } = instructions[user] as VectorInstruction;
    const { address } = instruction;
    result[index] = undefined;
    result[user] = { ...rest, vectors: vectors.map((one) => (one === splat ? embedded : one)), address };
  });
  return result.filter((instruction) => instruction !== undefined);
}

/** Vectors that are read where no instruction since the last boundary of a loop has written them. */
function crossingVectors(instructions: readonly Instruction[]): Set<number> {
  const crossing = new Set<number>();
  let written = new Set<number>();
  for (const instruction of instructions) {
    if (isBoundary(instruction)) written = new Set();
    const uses = vectorsOf(instruction);
    for (const { register, reads } of uses) if (reads && !written.has(register)) crossing.add(register);
    for (const { register, writes } of uses) if (writes) written.add(register);
  }
  return crossing;
}

/**
 * The one instruction that reads what the broadcast at `index` has loaded, if it can load it itself: memory and
 * address are the same there.
 */
function onlyUser(instructions: readonly Instruction[], index: number, splat: number): number | undefined {
  const { address } = instructions[index] as VectorInstruction;
  let user: number | undefined;
  for (let at = index + 1; at < instructions.length; at++) {
    const instruction = instructions[at];
    if (isBoundary(instruction)) break;
    const uses = vectorsOf(instruction).filter(({ register }) => register === splat);
    if (uses.some(({ reads }) => reads)) {
      if (user !== undefined || !canEmbed(instruction, splat)) return undefined;
      user = at;
    }
    if (uses.some(({ writes }) => writes)) break;
    if (user !== undefined) continue;
    const moves = pointersOf(instruction).some((use) => use.writes && use.register === address!.pointer);
    const stores = instruction.kind === 'vector' && instruction.operation === 'store';
    if (moves || stores) return undefined;
  }
  return user;
}

function canEmbed(instruction: Instruction, splat: number): boolean {
  if (instruction.kind !== 'vector' || instruction.address) return false;
  const place = embeddable[instruction.operation];
  const times = instruction.vectors.filter((vector) => vector === splat).length;
  return place !== undefined && times === 1 && instruction.vectors[place] === splat;
}
