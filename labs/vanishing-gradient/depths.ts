/** Plain networks of growing depth, trained for a while: which of them learn. */
import { AlexnetError, spreadOf, type LabSession } from '../../src/index.ts';
import { plainNetwork, type Activation } from './plainNetwork.ts';

export interface DepthSettings {
  /** Layers of the networks that are trained, from few to many. */
  readonly depths: readonly number[];
  /** Learning rates that each is trained with; the best counts. */
  readonly rates: readonly number[];
  readonly trainingSteps: number;
  readonly trainingSeeds: number;
}
type Session = LabSession<DepthSettings>;

const batchSize = 32;

/** Mean loss of the last fifth of a training; null when it diverged. */
async function lossAtEnd(
  lab: Session,
  {
    activation,
    depth,
    learningRate,
    seed,
  }: { activation: Activation; depth: number; learningRate: number; seed: number },
): Promise<number | null> {
  const { trainingSteps } = lab.settings;
  const data = await lab.data({ train: 6400, test: 32 });
  const network = plainNetwork(activation, depth, data.train.classes.length);
  const losses: number[] = [];
  const end = new AbortController();
  const options = {
    network,
    dataset: data,
    initialization: 'he',
    learningRate,
    batchSize,
    epochs: Math.ceil((trainingSteps * batchSize) / data.train.length),
    seed,
  } as const;
  try {
    await lab.train(options, {
      signal: end.signal,
      onStep: ({ loss, globalStep }) => {
        losses.push(loss);
        if (globalStep === trainingSteps) end.abort();
      },
    });
  } catch (error) {
    if (error instanceof AlexnetError && error.code === 'ALEX_TRAINING_NOT_FINITE') return null;
    throw error;
  }
  return spreadOf(losses.slice(-Math.ceil(trainingSteps / 5))).mean;
}

export interface Depth {
  readonly activation: Activation;
  readonly depth: number;
  /** By seed, then by learning rate; null where it diverged. */
  readonly losses: readonly (readonly (number | null)[])[];
  /** By seed: with the best rate. */
  readonly best: readonly number[];
  readonly learns: boolean;
}

/** So far under ln(classes) a loss counts as learning. */
const margin = 0.1;

/** Networks of growing depth, until two in a row learn nothing. */
export async function trainDepths(lab: Session, activation: Activation, chance: number): Promise<Depth[]> {
  const { depths, rates, trainingSeeds } = lab.settings;
  const done: Depth[] = [];
  for (const depth of depths) {
    const losses: (number | null)[][] = [];
    for (let seed = lab.seed; seed < lab.seed + trainingSeeds; seed++) {
      const row: (number | null)[] = [];
      for (const learningRate of rates) {
        const name = `${activation}, ${depth} layers, learning rate ${learningRate}, seed ${seed}`;
        row.push(await lab.trial(name, () => lossAtEnd(lab, { activation, depth, learningRate, seed })));
      }
      losses.push(row);
    }
    // One that diverged is no better than guessing.
    const best = losses.map((row) => Math.min(...row.map((loss) => loss ?? chance)));
    done.push({ activation, depth, losses, best, learns: spreadOf(best).mean < chance - margin });
    if (done.length > 1 && done.slice(-2).every(({ learns }) => !learns)) break;
  }
  return done;
}

/** The depth after the deepest that learnt; null when the deepest that was tried learnt. */
export function stopOf(depths: readonly Depth[], activation: Activation): number | null {
  const own = depths.filter((one) => one.activation === activation);
  return own[own.findLastIndex(({ learns }) => learns) + 1]?.depth ?? null;
}
