/** What `alexnet bench layers` tells: each layer's passes against what the machine can do. */
import type { PassTime } from '../engine/cpu/plan/passTimes.ts';
import type { LayerType } from '../network/spec.ts';
import { median, sum } from './statistics.ts';

export interface Machine {
  /** 1e9 floating-point operations a second, all threads, operands in the first-level cache. */
  readonly peakGigaflops: number;
  /** 1e9 bytes a second between all threads and memory. */
  readonly memoryGigabytesPerSecond: number;
}

export interface Measured {
  /** Median of the rounds. */
  readonly milliseconds: number;
  /** By the direct algorithm's work, whichever was done; absent where nothing is multiplied. */
  readonly gigaflops?: number;
  readonly peakShare?: number;
}

export interface MeasuredPass extends Measured {
  readonly pass: PassTime['pass'];
  readonly algorithm?: string;
  readonly flops: number;
  /** What is read and written at least. */
  readonly bytes: number;
  readonly gigabytesPerSecond: number;
}

export interface MeasuredLayer {
  readonly type: 'layer';
  readonly layer: string;
  readonly kind: LayerType | 'input' | 'loss';
  readonly passes: readonly MeasuredPass[];
}

export interface Total extends Measured {
  readonly type: 'total';
  readonly of: string;
}

/** Layers in the network's order. */
export function measuredLayers(times: readonly PassTime[], machine: Machine): MeasuredLayer[] {
  const names = [...new Set(times.map(({ layer }) => layer))];
  return names.map((layer) => {
    const own = times.filter((time) => time.layer === layer);
    return { type: 'layer', layer, kind: own[0]!.type, passes: own.map((time) => measured(time, machine)) };
  });
}

function measured(time: PassTime, machine: Machine): MeasuredPass {
  const { pass, algorithm, flops, bytes } = time;
  const speed = speedOf([time], machine);
  return {
    pass,
    ...(algorithm !== undefined && { algorithm }),
    ...speed,
    flops,
    bytes,
    gigabytesPerSecond: bytes / speed.milliseconds / 1e6,
  };
}

/** What makes a total of these: forward counts the preparation of weights, which a step of training repeats. */
const totals: readonly { readonly of: string; readonly has: (time: PassTime) => boolean }[] = [
  { of: 'convolutions, forward', has: ({ type, pass }) => type === 'conv' && isForward(pass) },
  { of: 'convolutions, backward', has: ({ type, pass }) => type === 'conv' && isBackward(pass) },
  { of: 'linear layers', has: ({ type }) => type === 'linear' },
  { of: 'all else', has: ({ type, pass }) => isElse(type, pass) },
  { of: 'a step', has: () => true },
];

export function isForward(pass: PassTime['pass']): boolean {
  return pass === 'forward' || pass === 'prepare';
}

export function isBackward(pass: PassTime['pass']): boolean {
  return pass === 'weightGradient' || pass === 'inputGradient';
}

function isElse(type: PassTime['type'], pass: PassTime['pass']): boolean {
  return type !== 'linear' && (type !== 'conv' || pass === 'update');
}

export function totalsOf(times: readonly PassTime[], machine: Machine): Total[] {
  return totals.map(({ of, has }) => ({ type: 'total', of, ...speedOf(times.filter(has), machine) }));
}

function speedOf(times: readonly PassTime[], { peakGigaflops }: Machine): Measured {
  const rounds = times[0]?.milliseconds.map((_, round) =>
    sum(times.map((time) => time.milliseconds[round]!)),
  );
  const milliseconds = median(rounds ?? [0]);
  const flops = sum(times.map((time) => time.flops));
  if (flops === 0) return { milliseconds };
  const gigaflops = flops / milliseconds / 1e6;
  return { milliseconds, gigaflops, peakShare: gigaflops / peakGigaflops };
}
