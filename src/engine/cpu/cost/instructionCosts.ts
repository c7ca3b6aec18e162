/** Measures what instructions cost on a target, by kernels that do little else. */
import type { KernelSource, Pointer, Splat, Vector, VectorAssembler } from '../assembler/vector.ts';
import { compileKernels } from '../compileKernels.ts';
import type { CpuTarget } from '../targets/targets.ts';
import { instantiate } from '../native/instantiate.ts';
import type { InstructionCosts } from './kernelCost.ts';

/** Independent of each other, and so few that every target has registers for them and what they are combined with. */
const accumulators = 12;
const temporaries = 2;
const repetitions = 8;
const turns = 1500;
const rounds = 12;
const pages = 1;
/** Instructions that processors can begin in the time of a multiply-add: five in each of four cycles. */
const issuedInLatency = 20;

interface Registers {
  readonly sums: readonly Vector[];
  readonly loaded: readonly Vector[];
  readonly other: Vector;
  readonly splat: Splat;
  readonly from: Pointer;
}

interface Trial {
  readonly source: KernelSource;
  /** Of the kind that is timed, in one turn of the loop. */
  readonly instructions: number;
}

type Timed = Exclude<keyof InstructionCosts, 'issue'>;

/** A loop between loads and stores of its accumulators, as V8 wants it to widen them. Parameters: memory, turns. */
function loopKernel(name: string, body: (a: VectorAssembler, registers: Registers) => void): KernelSource {
  const emit: KernelSource['emit'] = (a, [base, times]) => {
    const sums = Array.from({ length: accumulators }, () => a.vector());
    const loaded = Array.from({ length: temporaries }, () => a.vector());
    const registers = { sums, loaded, other: a.vector(), splat: a.splat(), from: a.pointer() };
    a.copy(registers.from, base);
    sums.forEach((sum, index) => a.load(sum, base, index * a.lanes * 4));
    a.load(registers.other, base, accumulators * a.lanes * 4);
    a.broadcast(registers.splat, base, 0);
    a.loop(times, () => body(a, registers));
    sums.forEach((sum, index) => a.store(sum, base, index * a.lanes * 4));
  };
  return { name: `cost-${name}`, parameters: 2, emit };
}

function manyTimes(visit: (sumIndex: number) => void): void {
  for (let repetition = 0; repetition < repetitions; repetition++)
    for (let index = 0; index < accumulators; index++) visit(index);
}

const many = repetitions * accumulators;

const trials: Readonly<Record<Timed, Trial>> = {
  multiplyAdd: {
    source: loopKernel('multiplyAdd', (a, { sums, splat, other }) =>
      manyTimes((index) => a.multiplyAdd(sums[index], splat, other)),
    ),
    instructions: many,
  },
  arithmetic: {
    source: loopKernel('add', (a, { sums, other }) =>
      manyTimes((index) => a.add(sums[index], sums[index], other)),
    ),
    instructions: many,
  },
  // As in the kernels that multiply, as many loads as multiply-adds: a compiler may drop what nobody uses.
  load: {
    source: loopKernel('load', (a, { sums, loaded, splat, from }) =>
      manyTimes((index) => {
        if (index % 4 > 0) return;
        loaded.forEach((vector, place) => a.load(vector, from, (index + place) * a.lanes * 4));
        for (let row = 0; row < 2; row++) {
          a.broadcast(splat, from, (index + row) * 4);
          loaded.forEach((vector, place) => a.multiplyAdd(sums[index + 2 * row + place], splat, vector));
        }
      }),
    ),
    instructions: many,
  },
  store: {
    source: loopKernel('store', (a, { sums, from }) =>
      manyTimes((index) => a.store(sums[index], from, (accumulators + index) * a.lanes * 4)),
    ),
    instructions: many,
  },
  latency: {
    source: loopKernel('chain', (a, { sums, splat, other }) =>
      manyTimes(() => a.multiplyAdd(sums[0], splat, other)),
    ),
    instructions: many,
  },
  turn: {
    source: loopKernel('turn', (a, { from }) => a.advance(from, 64)),
    instructions: 1,
  },
};

/** Nanoseconds of each, on one thread; takes some ten milliseconds. */
export function instructionCosts(target: CpuTarget): InstructionCosts {
  const memory = new WebAssembly.Memory({ initial: pages, maximum: pages, shared: true });
  const entries = Object.entries(trials) as [Timed, Trial][];
  const { compiled, release } = compileKernels(
    entries.map(([, { source }]) => source),
    target,
    memory,
  );
  try {
    const { kernels } = instantiate(compiled, memory);
    const best = new Map(entries.map(([name]) => [name, Infinity]));
    for (let round = 0; round < rounds; round++)
      for (const [name, { source, instructions }] of entries) {
        const start = performance.now();
        kernels[source.name](0, turns);
        const nanoseconds = ((performance.now() - start) * 1e6) / (turns * instructions);
        best.set(name, Math.min(best.get(name)!, nanoseconds));
      }
    const timed = Object.fromEntries(best) as Record<Timed, number>;
    return { ...timed, issue: timed.latency / issuedInLatency };
  } finally {
    release();
  }
}
