/** The plan of a program, refused when its memory cannot be had. */
import { totalmem } from 'node:os';
import { alexnetError } from '../../../errors.ts';
import type { NetworkSpec } from '../../../network/spec.ts';
import type { CompileOptions } from '../../engine.ts';
import { tileRowsOf, type CpuTarget } from '../targets/targets.ts';
import { controlAddresses } from '../threads/control.ts';
import { plannedUpdates, type ConvolutionChoice } from './builder.ts';
import { largestBatch } from './largestBatch.ts';
import { lower, type LowerOptions, type Plan } from './lower.ts';

export interface PlannedFor {
  readonly threads: number;
  readonly target: CpuTarget;
  readonly convolutions: ConvolutionChoice;
}

/** What 32-bit addresses reach. */
const mostBytes = 2 ** 32;

/** Bytes that a program's memory may have: what addresses reach, and what the system, or its control group, has left. */
export function memoryLimit(): number {
  // What macOS calls free is little, for it keeps files in all memory that nobody wants.
  const left = process.platform === 'darwin' ? totalmem() : process.availableMemory();
  return Math.min(mostBytes, left);
}

/** Throws ALEX_NETWORK_LAYER, ALEX_ENGINE_MEMORY. */
export function planProgram(
  network: NetworkSpec,
  compileOptions: CompileOptions,
  { threads, target, convolutions }: PlannedFor,
  limit = memoryLimit(),
): Plan {
  const { batchSize, training, inputSlots = 1 } = compileOptions;
  const firstAddress = controlAddresses.end;
  const updates = plannedUpdates(compileOptions);
  const shared = { training, updates, threads, convolutions, ...tileRowsOf(target) };
  const options: LowerOptions = { ...shared, batchSize, inputSlots, firstAddress };
  // Plans nothing for a batch whose images alone do not fit.
  const { channels, height, width } = network.input;
  const images = batchSize * channels * height * width * 4;
  if (images > limit) throw tooLarge(network, options, images, limit);
  const plan = lower(network, options);
  if (plan.memory.bytes > limit) throw tooLarge(network, options, plan.memory.bytes, limit);
  return plan;
}

function tooLarge(network: NetworkSpec, options: LowerOptions, bytes: number, limit: number): Error {
  const fits = largestBatch(network, options, limit);
  return alexnetError('ALEX_ENGINE_MEMORY', { bytes, batchSize: options.batchSize, limit, fits });
}
