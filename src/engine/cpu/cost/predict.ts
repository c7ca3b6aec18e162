/** How long each operation of a plan will take, from what a machine's instructions and memory cost. */
import type { Plan } from '../plan/lower.ts';
import type { Operation } from '../plan/operations.ts';
import type { OperationTime } from '../profile.ts';
import { targetShapes, type CpuTarget } from '../targets/targets.ts';
import type { Command } from '../threads/context.ts';
import { phaseOrder } from '../threads/control.ts';
import { kernelCost, type CallCost } from './kernelCost.ts';
import type { MachineCosts } from './machineCosts.ts';
import { rateAt } from './memoryCurve.ts';
import { operandsOf } from './operands.ts';
import type { Range } from './ranges.ts';
import { plainValues } from './plainLoops.ts';
import { createReuse, type Reuse } from './reuse.ts';
import { threadWork } from './threadWork.ts';

export interface PlannedRun {
  readonly plan: Plan;
  readonly target: CpuTarget;
  readonly threads: number;
  readonly batchSize: number;
  readonly training: boolean;
}

interface Model {
  readonly run: PlannedRun;
  readonly costs: MachineCosts;
  readonly calls: ReadonlyMap<string, CallCost>;
  readonly reuse: Reuse;
}

/** Of one step in the middle of many: of training, or forward alone. */
export function predictOperations(run: PlannedRun, costs: MachineCosts): OperationTime[] {
  const { plan, target } = run;
  const { lanes } = targetShapes[target];
  const calls = new Map(
    plan.memory.kernels.map((source) => [source.name, kernelCost(source, lanes, costs.instructions)]),
  );
  const model: Model = { run, costs, calls, reuse: createReuse() };
  const phases = run.training ? phaseOrder : (['forward'] as const);
  const step = (): OperationTime[] =>
    phases.flatMap((phase) =>
      plan[phase].map((operation) => ({
        ...plan.owners.get(operation)!,
        phase,
        operation,
        milliseconds: nanoseconds(operation, model) / 1e6,
      })),
    );
  // Of the first step nothing is in the caches.
  step();
  return step();
}

function nanoseconds(operation: Operation, model: Model): number {
  const { costs, run } = model;
  const values = plainValues(operation, run.batchSize);
  const work =
    values === 0 ? kernelNanoseconds(operation, model) : (values * costs.valueNanoseconds) / run.threads;
  return costs.operationNanoseconds + work + memoryNanoseconds(operation, model);
}

/** Of the thread that has most to do. */
function kernelNanoseconds(operation: Operation, { run, costs, calls }: Model): number {
  const { threads, batchSize } = run;
  const training = run.training ? { seed: 0, step: 0 } : undefined;
  const command: Command = { count: batchSize, slot: 0, form: 0, training };
  const all = Array.from({ length: threads }, (_, thread) => {
    const work = threadWork(operation, calls, command, thread, threads);
    return work.nanoseconds + work.calls * costs.callNanoseconds;
  });
  return Math.max(...all);
}

function memoryNanoseconds(operation: Operation, { run, costs, reuse }: Model): number {
  const { reads, writes } = operandsOf(operation, run.batchSize);
  let sum = 0;
  const touch = ({ address, bytes }: Range, rate: 'read' | 'update', ways: number): void =>
    reuse.touch(address, bytes, (part, distance) => {
      sum += (ways * part) / rateAt(costs.memory, rate, distance);
    });
  for (const range of reads) touch(range, 'read', 1);
  for (const range of writes) touch(range, 'update', 2);
  return sum;
}
