import type { NetworkSpec } from '../network/spec.ts';

/** What a layer takes in a training step, in milliseconds. */
export interface LayerTime {
  readonly layer: string;
  readonly forward: number;
  readonly weightGradient: number;
  readonly inputGradient: number;
  readonly update: number;
}

export interface LayerTimes {
  readonly batchSize: number;
  readonly target: string;
  readonly threads: number;
  /** Of all layers, and of what belongs to none. */
  readonly layers: readonly LayerTime[];
  /** That the program takes for training. */
  readonly memoryBytes: number;
}

export interface MeasureOptions {
  readonly batchSize: number;
  readonly threads?: number | undefined;
  readonly signal: AbortSignal | undefined;
}

const warmUpSteps = 2;
const countedSteps = 5;

/** Runs some training steps on random images, here and now, and takes the time of each layer: medians. */
export async function measureLayers(
  network: NetworkSpec,
  { batchSize, threads, signal }: MeasureOptions,
): Promise<LayerTimes> {
  const { createCpuEngine } = await import('../engine/cpu/engine.ts');
  const { passTimes } = await import('../engine/cpu/plan/passTimes.ts');
  const { bareSteps } = await import('../engine/bareSteps.ts');
  const engine = await createCpuEngine({ ...(threads !== undefined && { threads }), profile: true });
  const program = await engine.compile(network, { batchSize, training: true });
  try {
    const step = bareSteps('train', program);
    const steps = [];
    for (let number = 0; number < warmUpSteps + countedSteps; number++) {
      signal?.throwIfAborted();
      await step(number);
      const operations = program.profile!.read();
      if (number >= warmUpSteps) steps.push(operations);
    }
    const times = passTimes(network, batchSize, steps);
    const of = (layer: string, passes: readonly string[]): number =>
      times
        .filter((time) => time.layer === layer && passes.includes(time.pass))
        .reduce((sum, { milliseconds }) => sum + median(milliseconds), 0);
    const layers = [...new Set(times.map(({ layer }) => layer))].map((layer) => ({
      layer,
      forward: of(layer, ['prepare', 'forward']),
      weightGradient: of(layer, ['weightGradient']),
      inputGradient: of(layer, ['inputGradient']),
      update: of(layer, ['update']),
    }));
    const { target, threads: used } = engine;
    return { batchSize, target, threads: used, layers, memoryBytes: program.memoryBytes };
  } finally {
    await program.dispose();
  }
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[values.length >> 1]!;
}
