/** The options of a training as the command line names and explains them. */
import { augmentationNames } from '../data/augmentation/named.ts';
import { datasetNames } from '../data/locateDataset.ts';
import type { OptionName } from '../training/optionChecks.ts';
import { preprocessings } from '../training/preprocessings.ts';

export interface Flag {
  readonly option: OptionName;
  readonly flag: string;
  readonly argument?: string;
  readonly help: string;
  /** Help of the form with `--no-`, which options that are on or off have. */
  readonly negative?: string;
}

/** Defaults that the help tells are the article's. */
export const trainingFlags: readonly (readonly [title: string, flags: readonly Flag[]])[] = [
  [
    'Network and first weights:',
    [
      { option: 'dropout', flag: '--dropout', argument: 'p', help: 'probability of dropout (default: 0.5)' },
      {
        option: 'initialization',
        flag: '--initialization',
        argument: 'scheme',
        help: "torchvision (PyTorch's default), he, xavier, or paper: each layer's own (default: torchvision)",
      },
      { option: 'init', flag: '--init', argument: 'file', help: 'begin with the weights of this model file' },
    ],
  ],
  [
    'Data:',
    [
      {
        option: 'dataset',
        flag: '--dataset',
        argument: 'name',
        help: `${datasetNames.join(', ')}, or a path: an image folder, a list (.csv, .jsonl), shards (.tar), CIFAR or idx files (default: cifar10)`,
      },
      { option: 'dataDir', flag: '--data-dir', argument: 'dir', help: 'where to look for data sets' },
      {
        option: 'testFraction',
        flag: '--test-fraction',
        argument: 'share',
        help: 'of each class, to test on, where image files have no test set (default: 0.2)',
      },
      {
        option: 'splitSeed',
        flag: '--split-seed',
        argument: 'n',
        help: '... chosen by this seed (default: 0)',
      },
      {
        option: 'onBadImage',
        flag: '--on-bad-image',
        argument: 'what',
        help: 'skip or refuse image files that are broken (default: refuse)',
      },
      {
        option: 'cache',
        flag: '--cache',
        negative: 'decode image files in every epoch',
        help: 'keep their pixels on the disk for later epochs (default)',
      },
      {
        option: 'cacheDir',
        flag: '--cache-dir',
        argument: 'dir',
        help: '... here (default: ~/.cache/alexnet/images)',
      },
      {
        option: 'cacheSize',
        flag: '--cache-size',
        argument: 'gb',
        help: '... in at most so many gigabytes (default: 20)',
      },
      {
        option: 'limitTrain',
        flag: '--limit-train',
        argument: 'n',
        help: 'train on the first N images only',
      },
      { option: 'limitTest', flag: '--limit-test', argument: 'n', help: 'test on the first N images only' },
      {
        option: 'validation',
        flag: '--validation',
        argument: 'amount',
        help: 'hold training images back to choose by: a share (0.1) or a number (5000) of them',
      },
      {
        option: 'preprocess',
        flag: '--preprocess',
        argument: 'name',
        help: `how images become the network's input: ${preprocessings.join(', ')} (default: article)`,
      },
      {
        option: 'augment',
        flag: '--augment',
        argument: 'names',
        help: `training images changed at random: ${augmentationNames.join(', ')}, each with =NUMBER or without`,
      },
      {
        option: 'shuffle',
        flag: '--shuffle',
        negative: 'take them in their own order',
        help: 'take the training images in another order in every epoch (default)',
      },
    ],
  ],
  [
    'Steps:',
    [
      {
        option: 'epochs',
        flag: '--epochs',
        argument: 'n',
        help: 'passes over the training images (default: 1)',
      },
      { option: 'batchSize', flag: '--batch-size', argument: 'n', help: 'images a step (default: 32)' },
      { option: 'learningRate', flag: '--lr', argument: 'rate', help: 'learning rate (default: 0.001)' },
      {
        option: 'accumulate',
        flag: '--accumulate',
        argument: 'n',
        help: 'batches whose gradients are added up for one update (default: 1)',
      },
      {
        option: 'optimizer',
        flag: '--optimizer',
        argument: 'name',
        help: "sgd, nesterov, sgd-paper (the 2012 paper's form) or adamw (default: sgd)",
      },
      { option: 'momentum', flag: '--momentum', argument: 'm', help: 'momentum of SGD (default: 0.9)' },
      {
        option: 'beta1',
        flag: '--beta1',
        argument: 'b',
        help: "decay of AdamW's first moment (default: 0.9)",
      },
      { option: 'beta2', flag: '--beta2', argument: 'b', help: '... and of its second (default: 0.999)' },
      { option: 'epsilon', flag: '--epsilon', argument: 'e', help: '... added to its root (default: 1e-8)' },
      {
        option: 'weightDecay',
        flag: '--weight-decay',
        argument: 'd',
        help: 'L2 penalty of SGD, decoupled decay of AdamW (default: 0)',
      },
      {
        option: 'decayBiases',
        flag: '--decay-biases',
        help: 'of biases and of batch normalisation too (default)',
        negative: 'not of biases and batch normalisation',
      },
      {
        option: 'labelSmoothing',
        flag: '--label-smoothing',
        argument: 'share',
        help: 'share of the target that all classes get alike (default: 0)',
      },
      {
        option: 'ema',
        flag: '--ema',
        argument: 'decay',
        help: 'test and save an exponential moving average of the weights, as with 0.999',
      },
      {
        option: 'emaEvery',
        flag: '--ema-every',
        argument: 'n',
        help: '... that moves every N updates (default: 1)',
      },
    ],
  ],
  [
    'Fine-tuning (with --init):',
    [
      {
        option: 'freeze',
        flag: '--freeze',
        argument: 'layers',
        help: 'layers that stay as they are: names, beginnings of names as features, or all-but-last',
      },
      {
        option: 'learningRateScale',
        flag: '--lr-scale',
        argument: 'scales',
        help: 'times the learning rate, by layers: features=0.1,classifier.6=2',
      },
    ],
  ],
  [
    'Schedule of the learning rate:',
    [
      {
        option: 'schedule',
        flag: '--schedule',
        argument: 'name',
        help: 'constant, step, plateau, linear, cosine or one-cycle (default: constant)',
      },
      {
        option: 'warmupEpochs',
        flag: '--warmup-epochs',
        argument: 'n',
        help: 'epochs, or parts of one, over which the rate first grows (default: 0)',
      },
      {
        option: 'warmupStart',
        flag: '--warmup-start',
        argument: 'share',
        help: 'share of the rate that this begins with (default: 0.1)',
      },
      {
        option: 'finalLearningRate',
        flag: '--final-lr',
        argument: 'rate',
        help: 'linear and cosine end with it (default: 0)',
      },
      {
        option: 'decayFactor',
        flag: '--decay-factor',
        argument: 'f',
        help: 'step and plateau multiply the rate by it (default: 0.1)',
      },
      {
        option: 'stepEpochs',
        flag: '--step-epochs',
        argument: 'n',
        help: 'step does so every N epochs, or after those of a list as 30,60,80 (default: 30)',
      },
      {
        option: 'plateauPatience',
        flag: '--plateau-patience',
        argument: 'n',
        help: 'plateau does so after more than N validations without a better one (default: 10)',
      },
      {
        option: 'plateauReductions',
        flag: '--plateau-reductions',
        argument: 'n',
        help: '... and at most N times',
      },
      {
        option: 'cyclePeak',
        flag: '--cycle-peak',
        argument: 'share',
        help: 'one-cycle reaches the rate after this share of the steps (default: 0.3)',
      },
      {
        option: 'cycleDivisor',
        flag: '--cycle-divisor',
        argument: 'd',
        help: '... beginning with the rate divided by it (default: 25)',
      },
      {
        option: 'cycleFinalDivisor',
        flag: '--cycle-final-divisor',
        argument: 'd',
        help: '... and ending with its beginning divided by it (default: 10000)',
      },
    ],
  ],
  [
    'Validation:',
    [
      {
        option: 'evaluateEvery',
        flag: '--evaluate-every',
        argument: 'n',
        help: 'epochs between validations (default: 1)',
      },
      {
        option: 'monitor',
        flag: '--monitor',
        argument: 'what',
        help: 'what must get better: loss or accuracy (default: loss)',
      },
      {
        option: 'patience',
        flag: '--patience',
        argument: 'n',
        help: 'end after N validations without a better one, with the best weights',
      },
    ],
  ],
  [
    'The run:',
    [
      {
        option: 'seed',
        flag: '--seed',
        argument: 'n',
        help: 'of weights, order and dropout: the same seed gives the same bits (default: 0)',
      },
      {
        option: 'engine',
        flag: '--engine',
        argument: 'name',
        help: 'cpu, x64, wasm or reference (default: cpu)',
      },
      {
        option: 'threads',
        flag: '--threads',
        argument: 'n',
        help: 'threads of the engine (default: one a processor)',
      },
      {
        option: 'workers',
        flag: '--workers',
        argument: 'n',
        help: 'threads that load images ahead (default: 2)',
      },
      {
        option: 'logEvery',
        flag: '--log-every',
        argument: 'n',
        help: 'steps between loss lines (default: 200)',
      },
      {
        option: 'watchEvery',
        flag: '--watch-every',
        argument: 'n',
        help: 'steps between looks at gradients, updates and dead units, or none (default: 200)',
      },
      {
        option: 'tensorboard',
        flag: '--tensorboard',
        negative: 'write none',
        help: "write a TensorBoard file into the run's folder (default)",
      },
      {
        option: 'checkpointEverySteps',
        flag: '--checkpoint-every-steps',
        argument: 'n',
        help: 'checkpoints within an epoch, by steps',
      },
      {
        option: 'checkpointEveryMinutes',
        flag: '--checkpoint-every-minutes',
        argument: 'n',
        help: '... and by time (default: 10)',
      },
    ],
  ],
];
