/** What the cost model knows of a machine: measured in half a second, for a target and a number of threads. */
import { planSum, planUpdate, type Region } from './machineRates.ts';
import { panelColumns } from '../kernels/tile.ts';
import type { FlattenOperation } from '../operators/flatten.ts';
import type { Builder, BuiltMemory } from '../plan/builder.ts';
import type { Operation } from '../plan/operations.ts';
import { imageTensor, matrixTensor } from '../plan/tensors.ts';
import { createOperationsBuilder, startOperations, type Machine } from './startOperations.ts';
import { instructionCosts } from './instructionCosts.ts';
import type { InstructionCosts } from './kernelCost.ts';
import type { MemoryCurve } from './memoryCurve.ts';

export interface MachineCosts {
  readonly instructions: InstructionCosts;
  readonly memory: MemoryCurve;
  /** Of an operation that does nothing: the barrier after it. */
  readonly operationNanoseconds: number;
  /** Of a kernel's call from JavaScript. */
  readonly callNanoseconds: number;
  /** Of moving one value by a plain loop in JavaScript. */
  readonly valueNanoseconds: number;
}

/** Bytes of all threads together, of which the largest are more than caches hold. */
const footprints = [1, 2, 4, 8, 16, 32, 64, 128].map((mebibytes) => mebibytes << 20);
/** Bytes that are streamed for a footprint, by going over it again and again. */
const streamedBytes = 16 << 20;
const rounds = 6;
const calledPlanes = 4096;
const loopSize = { channels: 1024, height: 8, width: 8 };

export async function measureCosts(machine: Machine): Promise<MachineCosts> {
  return { instructions: instructionCosts(machine.target), ...(await measureOperations(machine)) };
}

/** What is repeated in a trial, and how often. */
interface Trial {
  readonly operation: Operation;
  readonly times: number;
}

interface Trials {
  readonly memory: readonly { readonly bytes: number; readonly read: Trial; readonly update: Trial }[];
  readonly nothing: Trial;
  readonly calls: Trial;
  readonly values: Trial;
}

async function measureOperations(machine: Machine): Promise<Omit<MachineCosts, 'instructions'>> {
  const { builder, built } = createOperationsBuilder(machine);
  const trials = planTrials(builder);
  const { nothing, calls, values } = trials;
  const all = [...trials.memory.flatMap(({ read, update }) => [read, update]), nothing, calls, values];
  const nanoseconds = await timeTrials(built(), all, machine);
  const each = nanoseconds.get(nothing)!;
  const net = (trial: Trial): number => Math.max(1, nanoseconds.get(trial)! - each);
  const { channels, height, width } = loopSize;
  return {
    operationNanoseconds: each,
    callNanoseconds: (net(calls) * machine.threads) / calledPlanes,
    valueNanoseconds: (net(values) * machine.threads) / (channels * height * width),
    memory: trials.memory.map(({ bytes, read, update }) => ({
      bytes,
      read: bytes / net(read),
      // Two of three streams are written back.
      update: ((5 / 3) * bytes) / net(update),
    })),
  };
}

function planTrials(builder: Builder): Trials {
  const address = builder.allocate(footprints.at(-1)!);
  const region = (bytes: number): Region => ({ address, bytes });
  const once = (operation: Operation): Trial => ({ operation, times: 1 });
  return {
    memory: footprints.map((bytes) => {
      const times = Math.max(2, streamedBytes / bytes);
      return {
        bytes,
        read: { operation: planSum(builder, region(bytes)), times },
        update: { operation: planUpdate(builder, region(bytes)), times },
      };
    }),
    nothing: { operation: planUpdate(builder, region(0)), times: 100 },
    calls: once(planSum(builder, region(calledPlanes * panelColumns * 4), calledPlanes)),
    values: once(planLoop(builder)),
  };
}

/** Moves values one by one. */
function planLoop(builder: Builder): FlattenOperation {
  const image = imageTensor(builder.allocate, 1, loopSize, { before: 0, after: 0 });
  const { channels, height, width } = loopSize;
  const matrix = matrixTensor(builder.allocate, 1, channels * height * width, image);
  return { kind: 'flatten', image, matrix };
}

/** Nanoseconds of an operation of each, the least of some rounds. */
async function timeTrials(
  memory: BuiltMemory,
  trials: readonly Trial[],
  machine: Machine,
): Promise<ReadonlyMap<Trial, number>> {
  const repeated = trials.flatMap((trial) => Array.from({ length: trial.times }, () => trial));
  const running = startOperations(
    memory,
    repeated.map(({ operation }) => operation),
    machine,
  );
  const best = new Map(trials.map((trial) => [trial, Infinity]));
  try {
    for (let round = 0; round < rounds; round++) {
      const milliseconds = await running.run();
      for (const trial of trials) {
        // The first one brings its memory into the caches.
        const own = milliseconds.filter((_, index) => repeated[index] === trial);
        const counted = own.length > 1 ? own.slice(1) : own;
        const mean = counted.reduce((sum, value) => sum + value, 0) / counted.length;
        best.set(trial, Math.min(best.get(trial)!, mean * 1e6));
      }
    }
    return best;
  } finally {
    await running.close();
  }
}
