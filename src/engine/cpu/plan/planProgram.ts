/** The plan of a program, refused when its memory cannot be had. */
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

/** `left` is how many bytes the program's memory may have. Throws ALEX_NETWORK_LAYER, ALEX_ENGINE_MEMORY. */
export function planProgram(
  network: NetworkSpec,
  compileOptions: CompileOptions,
  { threads, target, convolutions }: PlannedFor,
  left = mostBytes,
): Plan {
  const limit = Math.min(mostBytes, left);
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
