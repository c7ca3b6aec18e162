/** What can be said of a training: the options, and a run's whole configuration. */
import type { DatasetSplits } from '../data/datasets.ts';
import type { BadImagePolicy } from '../data/batches.ts';
import type { TransformStep } from '../data/transforms.ts';
import type { EngineName } from '../engine/engine.ts';
import type { InitializationScheme } from '../network/initialise.ts';
import type { NetworkSpec } from '../network/spec.ts';
import type { OptimizerName } from './optimizer.ts';
import type { Preprocessing } from './preprocessings.ts';
import type { RecipeName } from './recipes/recipeNames.ts';
import type { ScheduleName } from './schedule.ts';
import type { Monitor } from './validation.ts';

/** What a run needs to know to be repeated or resumed: plain data, written to its config.json. */
export interface TrainingConfig {
  /** Where the values come from that nobody gave. */
  readonly recipe: RecipeName;
  /** Name of a network of the zoo, or a network. Left out, it is that of `init`. */
  readonly network?: string | NetworkSpec;
  /** Probability of dropout of a network given by name. Default: the network's own, 0.5. */
  readonly dropout?: number;
  readonly initialization: InitializationScheme;
  /** Model file to take the first weights from. */
  readonly init?: string;
  /** `cifar10`, `shapes`, or a path. */
  readonly dataset: string;
  /** Where to look for data sets. */
  readonly dataDir?: string;
  /** Share of each class to test on, of a set of image files without a split of its own. Default 0.2. */
  readonly testFraction?: number;
  /** Decides which images those are. Default 0. */
  readonly splitSeed?: number;
  /** What happens when image files are broken: they are left out, or the run ends. Default refuse. */
  readonly onBadImage?: BadImagePolicy;
  /** Whether pixels of image files are kept on the disk for later epochs. Default true. */
  readonly cache?: boolean;
  /** Where. Default: `images` in `~/.cache/alexnet`. */
  readonly cacheDir?: string;
  /** Most that all sets kept there take, in gigabytes. Default 20. */
  readonly cacheSize?: number;
  /** The first images only. */
  readonly limitTrain?: number;
  readonly limitTest?: number;
  /** Training images to hold back for validation: a share of each class below 1, or a number of images. */
  readonly validation?: number;
  /** How images become the network's input, by name. */
  readonly preprocess: Preprocessing;
  /** The same step by step, to test with and, without augmentation, to train with. */
  readonly transforms?: readonly TransformStep[];
  /** Names of augmentations, each with a number or without: `pad-crop`, `flip`, `color=0.2`. */
  readonly augment?: readonly string[];
  /** Instead: all that is done to training images, step by step. */
  readonly trainTransforms?: readonly TransformStep[];
  /** Another order in every epoch. */
  readonly shuffle: boolean;
  readonly epochs: number;
  readonly batchSize: number;
  /** Batches whose gradients are added up for one update: as one batch so many times as large. */
  readonly accumulate: number;
  readonly optimizer: OptimizerName;
  readonly learningRate: number;
  /** Of SGD. */
  readonly momentum: number;
  /** Of AdamW. */
  readonly beta1: number;
  readonly beta2: number;
  readonly epsilon: number;
  readonly weightDecay: number;
  /** Whether biases, and the other parameters of one dimension, decay too. */
  readonly decayBiases: boolean;
  /** Share of the target that all classes get alike. */
  readonly labelSmoothing: number;
  /** Layers that stay as they are: names, beginnings of names, or `all-but-last`. */
  readonly freeze?: readonly string[];
  /** Times the learning rate, by layers as in `freeze`; the longest name counts. */
  readonly learningRateScale?: Readonly<Record<string, number>>;
  /** Decay of the exponential moving average of the weights, which is then tested and saved in their place. */
  readonly ema?: number;
  /** Updates from one move of that average to the next. */
  readonly emaEvery: number;
  /** How the learning rate goes on from `learningRate`; see schedule.ts for each. */
  readonly schedule: ScheduleName;
  /** Epochs over which the rate first grows to what the schedule says; 0.5 is half an epoch. */
  readonly warmupEpochs: number;
  /** Share of the rate with which that begins. */
  readonly warmupStart: number;
  /** `cosine` and `linear` end with this rate. */
  readonly finalLearningRate: number;
  /** `step` and `plateau` multiply the rate by this. */
  readonly decayFactor: number;
  /** `step` does so every so many epochs, or after each of these. */
  readonly stepEpochs: number | readonly number[];
  /** `plateau` does so once so many validations in a row have not been better, and at most so many times. */
  readonly plateauPatience: number;
  readonly plateauReductions?: number;
  /** `one-cycle` reaches `learningRate` after this share of the training, begins with that divided by one number... */
  readonly cyclePeak: number;
  readonly cycleDivisor: number;
  /** ...and ends with its beginning divided by the other. */
  readonly cycleFinalDivisor: number;
  /** Epochs from one validation to the next; the last epoch always has one. */
  readonly evaluateEvery: number;
  /** What must get better, for `plateau`, `patience` and best.safetensors: the validation loss, or accuracy. */
  readonly monitor: Monitor;
  /** Ends the training once so many validations in a row have not been better; the best weights are kept. */
  readonly patience?: number;
  /** Of weights, order and dropout: the same seed gives the same bits. */
  readonly seed: number;
  readonly engine: EngineName;
  /** Default: as many as the processor runs. */
  readonly threads?: number;
  /** Threads that load images ahead. */
  readonly workers: number;
  /** Steps between `step` events. */
  readonly logEvery: number;
  /** Besides those at the end of each epoch and of the training. */
  readonly checkpointEverySteps?: number;
  readonly checkpointEveryMinutes: number;
  /** Steps between `watch` events, of which there are more at the beginning. Left out, there are none. */
  readonly watchEvery?: number;
  /** Write TensorBoard's event files into the run's folder. */
  readonly tensorboard: boolean;
}

type Given = { readonly [Name in keyof TrainingConfig]?: TrainingConfig[Name] | null };

/**
 * How to train. What is left out is the recipe's, by default the article's; null takes a value away that the recipe or
 * the file has.
 */
export interface TrainingOptions extends Omit<Given, 'dataset'> {
  /** `cifar10`, `shapes`, a path, or the data itself. */
  readonly dataset?: string | DatasetSplits;
  /** File of options, as `alexnet train --print-config` writes them; those given here come before it. */
  readonly config?: string;
  /**
   * Folder of the run; false writes nothing. Default: the first free of runs/NETWORK-DATASET, runs/NETWORK-DATASET-2 …
   */
  readonly out?: string | false;
  /** Folder of a run to go on with; or a checkpoint file, PyTorch's or ours, to go on from in a new run. */
  readonly resume?: string;
  /** Takes orders from the folder of the run (orderFiles.ts). Left out, nothing is read there. */
  readonly control?: boolean;
}
