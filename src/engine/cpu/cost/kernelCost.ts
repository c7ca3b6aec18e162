/**
 * What a call of a kernel costs. Its instructions are counted once, and its cost is then a function of its parameters,
 * since these say how often its loops run.
 */
import type { KernelSource } from '../assembler/vector.ts';
import { countInstructions, type Block, type Straight } from './instructionCount.ts';

/** How long a processor takes for instructions, in nanoseconds. */
export interface InstructionCosts {
  /** Of one vector, where each waits for none before it. */
  readonly multiplyAdd: number;
  readonly arithmetic: number;
  /** Of a vector, or of one value into all lanes. */
  readonly load: number;
  readonly store: number;
  /** Of any instruction: what the front end can issue. */
  readonly issue: number;
  /** Of a multiply-add or addition that waits for the one before it. */
  readonly latency: number;
  /** Of a turn of a loop, which is mostly hidden. */
  readonly turn: number;
}

export type CallCost = (parameters: readonly number[]) => number;

/** The cost of a call of a kernel, on vectors of so many lanes. */
export function kernelCost(source: KernelSource, lanes: number, costs: InstructionCosts): CallCost {
  const block = countInstructions(source, lanes);
  return (parameters) => blockCost(block, parameters, costs);
}

function blockCost(block: Block, parameters: readonly number[], costs: InstructionCosts): number {
  let total = 0;
  for (const part of block) {
    if ('times' in part) {
      const { times } = part;
      const turns = 'constant' in times ? times.constant : Math.max(1, parameters[times.parameter]);
      total += turns * (blockCost(part.body, parameters, costs) + costs.turn);
    } else total += straightCost(part, costs);
  }
  return total;
}

/** What is slowest: the units that multiply, load or store, the front end, or the chain. */
function straightCost(part: Straight, costs: InstructionCosts): number {
  const { multiplyAdds, arithmetic, loads, stores, others, chain } = part;
  return Math.max(
    multiplyAdds * costs.multiplyAdd + arithmetic * costs.arithmetic,
    loads * costs.load,
    stores * costs.store,
    (multiplyAdds + arithmetic + loads + stores + others) * costs.issue,
    chain * costs.latency,
  );
}
