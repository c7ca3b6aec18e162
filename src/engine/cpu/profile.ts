/** How long each operation of a compiled network took, for those who ask the engine to take times. */
import type { Plan } from './plan/lower.ts';
import type { Operation } from './plan/operations.ts';
import type { Owner } from './plan/owners.ts';
import { phaseOrder, type Phase } from './threads/control.ts';

export interface OperationTime extends Owner {
  readonly phase: Phase;
  readonly operation: Operation;
  /** With the wait for all threads after it; 0 if it has not run. */
  readonly milliseconds: number;
}

export interface Profile {
  /** Where the threads write. */
  readonly milliseconds: Readonly<Record<Phase, Float64Array>>;
  /** The times of all operations, in the order in which they run, since the last call of `read`. */
  read(): OperationTime[];
}

export function createProfile(plan: Pick<Plan, Phase | 'owners'>): Profile {
  const places = (phase: Phase): Float64Array =>
    new Float64Array(new SharedArrayBuffer(plan[phase].length * Float64Array.BYTES_PER_ELEMENT));
  const milliseconds = Object.fromEntries(phaseOrder.map((phase) => [phase, places(phase)])) as Record<
    Phase,
    Float64Array
  >;
  return {
    milliseconds,
    read() {
      const times = phaseOrder.flatMap((phase) =>
        plan[phase].map((operation, index) => {
          const owner = plan.owners.get(operation);
          if (!owner) throw new TypeError(`an operation of kind ${operation.kind} belongs to no layer`);
          return { ...owner, phase, operation, milliseconds: milliseconds[phase][index] };
        }),
      );
      for (const phase of phaseOrder) milliseconds[phase].fill(0);
      return times;
    },
  };
}
