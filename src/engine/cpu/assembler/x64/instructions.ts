/** What a kernel says, as a list: the vector assembler's calls in order, over registers without limit in number. */

/** The vector operations, by their names in the vector assembler. */
export type VectorOperation =
  | 'zero'
  | 'load'
  | 'store'
  | 'broadcast'
  | 'multiplyAdd'
  | 'multiply'
  | 'product'
  | 'divide'
  | 'squareRoot'
  | 'add'
  | 'subtract'
  | 'max'
  | 'rectify'
  | 'keepWherePositive'
  | 'takeWhereEqual';

/** Where a vector operation reads or writes memory. */
export interface Address {
  readonly pointer: number;
  readonly offset: number;
}

/** In a vector's place: the float32 at the instruction's address, in every lane. */
export const embedded = -1;

export interface VectorInstruction {
  readonly kind: 'vector';
  readonly operation: VectorOperation;
  /** In the order of the vector assembler; then registers that only this instruction uses. */
  readonly vectors: readonly number[];
  readonly address?: Address;
}

export type Instruction =
  | VectorInstruction
  | { readonly kind: 'prefetch'; readonly address: Address; readonly use: 'read' | 'write' }
  | { readonly kind: 'copy'; readonly to: number; readonly from: number }
  | { readonly kind: 'advance'; readonly to: number; readonly bytes: number }
  | { readonly kind: 'addPointer'; readonly to: number; readonly from: number }
  | { readonly kind: 'loadPointer'; readonly to: number; readonly address: Address }
  /** Sets the counter, from a constant or a pointer, and begins the body. */
  | { readonly kind: 'repeatStart'; readonly counter: number; readonly times: number }
  | { readonly kind: 'loopStart'; readonly counter: number; readonly times: number }
  | { readonly kind: 'loopEnd'; readonly counter: number };

type Use = 'read' | 'write' | 'both';

/** How each operation uses its vectors. What only it uses is written before it is read. */
export const vectorUses = {
  zero: ['write'],
  load: ['write'],
  store: ['read'],
  broadcast: ['write'],
  multiplyAdd: ['both', 'read', 'read'],
  multiply: ['write', 'read', 'read'],
  product: ['write', 'read', 'read'],
  divide: ['write', 'read', 'read'],
  squareRoot: ['write', 'read'],
  add: ['write', 'read', 'read'],
  subtract: ['write', 'read', 'read'],
  max: ['write', 'read', 'read'],
  rectify: ['write', 'read', 'write'],
  keepWherePositive: ['write', 'read', 'read', 'write'],
  takeWhereEqual: ['both', 'both', 'read', 'read', 'write', 'write'],
} as const satisfies Record<VectorOperation, readonly Use[]>;

/** A register's use by an instruction. */
export interface RegisterUse {
  readonly register: number;
  readonly reads: boolean;
  readonly writes: boolean;
}

function used(register: number, use: Use): RegisterUse {
  return { register, reads: use !== 'write', writes: use !== 'read' };
}

/** The vectors that an instruction uses. */
export function vectorsOf(instruction: Instruction): RegisterUse[] {
  if (instruction.kind !== 'vector') return [];
  const uses: readonly Use[] = vectorUses[instruction.operation];
  return instruction.vectors.flatMap((vector, index) =>
    vector === embedded ? [] : [used(vector, uses[index])],
  );
}

/** The pointers and counters that an instruction uses. */
export function pointersOf(instruction: Instruction): RegisterUse[] {
  switch (instruction.kind) {
    case 'vector':
      return instruction.address ? [used(instruction.address.pointer, 'read')] : [];
    case 'prefetch':
      return [used(instruction.address.pointer, 'read')];
    case 'copy':
      return [used(instruction.from, 'read'), used(instruction.to, 'write')];
    case 'advance':
      return [used(instruction.to, 'both')];
    case 'addPointer':
      return [used(instruction.from, 'read'), used(instruction.to, 'both')];
    case 'loadPointer':
      return [used(instruction.address.pointer, 'read'), used(instruction.to, 'write')];
    case 'repeatStart':
      return [used(instruction.counter, 'write')];
    case 'loopStart':
      return [used(instruction.times, 'read'), used(instruction.counter, 'write')];
    case 'loopEnd':
      return [used(instruction.counter, 'both')];
  }
}

/** Whether an instruction begins or ends a loop: what is known of registers before it does not hold after it. */
export function isBoundary({ kind }: Instruction): boolean {
  return kind === 'repeatStart' || kind === 'loopStart' || kind === 'loopEnd';
}
