/** The first steps of the plain network: how much gradient each layer gets, and what a layer leaves of it. */
import type { InitializationScheme, LabSession } from '../../src/index.ts';
import { length, plainNetwork, wayBack, weightNames, type Activation, type Passage } from './plainNetwork.ts';

export interface StepSettings {
  /** With weights, in the network whose gradients are measured. */
  readonly layers: number;
  readonly batchSize: number;
  readonly steps: number;
  readonly seeds: number;
}

const rootMeanSquare = (values: ArrayLike<number>): number => length(values) / Math.sqrt(values.length);
export const geometricMean = (values: readonly number[]): number =>
  Math.exp(values.reduce((sum, value) => sum + Math.log(value), 0) / values.length);

export interface Measured {
  /** Root mean square of the gradient of each layer's weights, after each step. */
  readonly gradients: readonly (readonly number[])[];
  /** At the second step: geometric means over the convolutions that are alike. */
  readonly weightsFactor: number;
  readonly activationFactor: number;
}

/** The first steps of the deep network. */
export async function measure(
  lab: LabSession<StepSettings>,
  activation: Activation,
  initialization: InitializationScheme,
  seed: number,
): Promise<Measured> {
  const { layers, batchSize, steps } = lab.settings;
  const data = await lab.data({ train: steps * batchSize, test: batchSize });
  const network = plainNetwork(activation, layers, data.train.classes.length);
  const names = weightNames(network);
  const gradients: number[][] = [];
  let weights: Float32Array[] = [];
  let passages: Passage[] = [];
  const end = new AbortController();
  await lab.train(
    {
      network,
      dataset: data,
      initialization,
      learningRate: 0.01,
      batchSize,
      epochs: Math.ceil((steps * batchSize) / data.train.length),
      seed,
      // For so few batches, loader threads are not worth starting.
      workers: 0,
    },
    {
      signal: end.signal,
      onStep: ({ program, globalStep, labels }) => {
        gradients.push(names.map((name) => rootMeanSquare(program.readGradient(name))));
        if (globalStep === 2) {
          const outputs = names.slice(0, -1).map((_, i) => program.readActivation(`${activation}${i + 1}`));
          const logits = program.readActivation(`linear${layers}`);
          passages = wayBack({ activation, weights, outputs, logits, labels });
        }
        // This step's update is in them already: they are what the next step begins with.
        if (globalStep === 1) weights = names.map((name) => program.readParameter(name));
        if (globalStep === steps) end.abort();
      },
    },
  );
  const alike = passages.slice(1);
  return {
    gradients,
    weightsFactor: geometricMean(alike.map((passage) => passage.weights)),
    activationFactor: geometricMean(alike.map((passage) => passage.activation)),
  };
}

/** The first layer's gradient as a share of the last's, at the first step. */
export function reach({ gradients }: Measured): number {
  const [first, last] = [gradients[0]![0]!, gradients[0]!.at(-1)!];
  return last > 0 ? first / last : 0;
}
