import {
  compareGaps,
  createLoader,
  defineLab,
  spreadOf,
  squareTransforms,
  tellGaps,
  watchGap,
  type Conclusion,
  type Dataset,
  type GapComparison,
  type GapCurve,
  type GapGroup,
  type LabSession,
  type Program,
} from '../src/index.ts';

interface Settings {
  /** Few, so that the network can learn them by heart. */
  readonly images: number;
  readonly testImages: number;
  readonly epochs: number;
  /** Epochs from one measurement to the next. */
  readonly every: number;
  readonly seeds: number;
  /** Of dropout; 0 and `usual` among them. */
  readonly probabilities: readonly number[];
  /** Masks that one image is seen under. */
  readonly masks: number;
}

/** The paper's and torchvision's. */
const usual = 0.5;
/** Width of the network's input, in pixels. */
const side = 32;
const batchSize = 16;
/** The first dropout layer, what comes into it, and the layers after it up to the next activation. */
const layers = { before: 'flatten', dropout: 'classifier.0', activation: 'classifier.2' };
/** Rows of the heat map that show a mask. */
const shownMasks = 5;
const shownUnits = 12;

/** What a dropout layer puts out for one image, without a mask and under many. */
export interface MaskStudy {
  readonly probability: number;
  /** Without a mask. */
  readonly plain: readonly number[];
  /** Under the first masks. */
  readonly masked: readonly (readonly number[])[];
  /** Over all masks. */
  readonly means: readonly number[];
  /** Sum of the outputs under each mask. */
  readonly totals: readonly number[];
  /** The same sum behind the next linear layer and its ReLU: without a mask, and under each. */
  readonly activationPlain: number;
  readonly activationTotals: readonly number[];
}

export interface Trial {
  readonly probability: number;
  readonly seed: number;
  readonly curve: GapCurve;
}

const sum = (values: ArrayLike<number>): number => Array.from(values).reduce((total, one) => total + one, 0);

/** A mean over what it should be, and that ratio's standard error. */
export interface Ratio {
  readonly ratio: number;
  readonly error: number;
}

export function ratioOf(values: readonly number[], expected: number): Ratio {
  const { mean, deviation, count } = spreadOf(values);
  return { ratio: mean / expected, error: deviation / Math.sqrt(count) / Math.abs(expected) };
}

/**
 * Share of the outputs whose mean over masks lies within two standard errors of the output without a mask; a mask keeps an
 * output x as x / (1 - p) or makes it 0, so its variance is x² p / (1 - p). About 95 % should.
 */
export function shareWithinTwoErrors({ probability, plain, means, totals }: MaskStudy): number {
  const error = Math.sqrt(probability / (1 - probability) / totals.length);
  const alive = plain.map((value, i) => [value, means[i]!] as const).filter(([value]) => value !== 0);
  const near = alive.filter(([value, mean]) => Math.abs(mean - value) <= 2 * error * Math.abs(value));
  return near.length / alive.length;
}

/** Sees the first test image under many masks: a batch of copies of it has another mask for each. */
async function studyMasks(
  program: Program,
  dataset: Dataset,
  { seed, masks }: { seed: number; masks: number },
): Promise<MaskStudy> {
  const loader = await createLoader({
    dataset,
    indices: new Uint32Array(batchSize),
    transforms: squareTransforms(side),
    inputs: program.inputs,
    batchSize,
    shuffle: false,
    seed,
    workers: 0,
  });
  try {
    for await (const { slot } of loader.batches(0)) return await maskBatches(program, slot, { seed, masks });
    throw new Error('the loader gave no batch');
  } finally {
    await loader.close();
  }
}

async function maskBatches(
  program: Program,
  slot: number,
  { seed, masks }: { seed: number; masks: number },
): Promise<MaskStudy> {
  const rows = (layer: string): Float32Array[] => {
    const values = program.readActivation(layer);
    const length = values.length / batchSize;
    return Array.from({ length: batchSize }, (_, i) => values.slice(i * length, (i + 1) * length));
  };
  await program.forward({ slot });
  const plain = Array.from(rows(layers.before)[0]!);
  const activationPlain = sum(rows(layers.activation)[0]!);
  const means = plain.map(() => 0);
  const [masked, totals, activationTotals]: [number[][], number[], number[]] = [[], [], []];
  for (let step = 0; totals.length < masks; step++) {
    await program.forward({ slot, training: { seed, step } });
    for (const outputs of rows(layers.dropout)) {
      if (masked.length < shownMasks) masked.push(Array.from(outputs));
      outputs.forEach((value, i) => (means[i]! += value));
      totals.push(sum(outputs));
    }
    activationTotals.push(...rows(layers.activation).map(sum));
  }
  return {
    probability: usual,
    plain,
    masked,
    means: means.map((value) => value / totals.length),
    totals,
    activationPlain,
    activationTotals,
  };
}

interface Trained {
  readonly curve: GapCurve;
  /** Of the first training with the usual probability. */
  readonly study?: MaskStudy;
}

async function runTrial(lab: LabSession<Settings>, probability: number, seed: number): Promise<Trained> {
  const { images, testImages, epochs, every, masks } = lab.settings;
  const data = await lab.data({ train: images, test: testImages });
  const { curve, onEpoch } = watchGap(data, { every, epochs });
  let study: MaskStudy | undefined;
  await lab.train(
    {
      network: 'alexnet-32',
      dataset: data,
      dropout: probability,
      initialization: 'he',
      // SGD would want another learning rate for each of them.
      optimizer: 'adamw',
      learningRate: 0.001,
      weightDecay: 0,
      schedule: 'cosine',
      batchSize,
      epochs,
      seed,
    },
    {
      onEpoch,
      onTrained: async (program) => {
        if (probability !== usual || seed !== lab.seed) return;
        study = await studyMasks(program, data.test, { seed, masks });
      },
    },
  );
  return { curve, ...(study && { study }) };
}

async function drawMasks(lab: LabSession<Settings>, study: MaskStudy): Promise<void> {
  const { plain, masked, means, totals } = study;
  const units = [...plain.keys()].filter((unit) => plain[unit] !== 0).slice(0, shownUnits);
  const row = (values: readonly number[]): number[] => units.map((unit) => values[unit]!);
  const mask = (i: number): string => lab.text({ en: `mask ${i + 1}`, ja: `マスク ${i + 1}` });
  const silenced = masked.map((values) => row(values).filter((value) => value === 0).length);
  await lab.heatMap('masks', {
    title: lab.text({
      en: 'Each mask silences other outputs and doubles the rest; the mean over masks is the output without one',
      ja: 'マスクごとに別の出力が消え、残りは2倍になる。平均するとマスクなしの出力に戻る',
    }),
    description: lab.text({
      en: `${units.length} outputs of the layer before the first linear one, for one image. Of them the masks silence ${silenced.join(', ')}; the last row is the mean over ${totals.length} masks.`,
      ja: `最初の全結合層の手前の出力から ${units.length} 個、画像1枚分。各マスクが消したのは順に ${silenced.join('、')} 個。最後の行は ${totals.length} 個のマスクの平均。`,
    }),
    rowLabel: '',
    columnLabel: lab.text({ en: 'number of the output', ja: '出力の番号' }),
    rows: [
      lab.text({ en: 'no mask', ja: 'マスクなし' }),
      ...masked.map((_, i) => mask(i)),
      lab.text({ en: 'mean', ja: '平均' }),
    ],
    columns: units.map(String),
    values: [row(plain), ...masked.map(row), row(means)],
    format: (value) => (value === 0 ? '0' : value.toFixed(2)),
  });
}

async function drawExpectation(lab: LabSession<Settings>, study: MaskStudy): Promise<void> {
  const { totals, plain, probability } = study;
  const expected = sum(plain);
  let total = 0;
  const running = totals.map((value, i) => {
    total += value;
    return { x: i + 1, y: total / (i + 1) / expected };
  });
  // Even steps on a logarithmic axis.
  const points = running.filter(({ x }) => x < 20 || x === totals.length || x % Math.ceil(x / 40) === 0);
  await lab.lineChart('expectation', {
    title: lab.text({
      en: 'Divided by 1 − p, the mean over masks settles on the output without a mask',
      ja: '1 − p で割ると、マスクの平均はマスクなしの出力に落ち着く',
    }),
    description: lab.text({
      en: `The sum of the layer's outputs, as the mean over the first masks and over the sum without a mask: after ${totals.length} masks ${running.at(-1)!.y.toFixed(4)}; without the division ${(running.at(-1)!.y * (1 - probability)).toFixed(4)}.`,
      ja: `層の出力の合計を、はじめのマスクから順に平均し、マスクなしの合計で割った値。${totals.length} 個で ${running.at(-1)!.y.toFixed(4)}、割らない場合は ${(running.at(-1)!.y * (1 - probability)).toFixed(4)}。`,
    }),
    x: { label: lab.text({ en: 'masks', ja: 'マスクの数' }), type: 'log' },
    y: { label: lab.text({ en: 'mean over output without a mask', ja: '平均 ÷ マスクなしの出力' }) },
    references: [{ at: 1, axis: 'y', label: lab.text({ en: 'no mask', ja: 'マスクなし' }) }],
    lines: [
      { name: lab.text({ en: 'divided by 1 − p', ja: '1 − p で割る' }), points },
      {
        name: lab.text({ en: 'not divided', ja: '割らない' }),
        points: points.map(({ x, y }) => ({ x, y: y * (1 - probability) })),
      },
    ],
  });
}

function groupOf(trials: readonly Trial[], probability: number): GapGroup {
  const own = trials.filter((trial) => trial.probability === probability);
  const name = `p = ${probability}`;
  return { name: { en: name, ja: name }, curves: own.map(({ curve }) => curve) };
}

/** As `0.9987 ± 0.0012`. */
function ratioText({ ratio, error }: Ratio): string {
  return `${ratio.toFixed(4)} ± ${error.toFixed(4)}`;
}

/** Within three standard errors of 1. */
export function isKept({ ratio, error }: Ratio): boolean {
  return Math.abs(ratio - 1) <= 3 * error;
}

function conclude(lab: LabSession<Settings>, study: MaskStudy, gaps: GapComparison): Conclusion {
  const expectation = ratioOf(study.totals, sum(study.plain));
  const activation = ratioOf(study.activationTotals, study.activationPlain);
  const within = shareWithinTwoErrors(study);
  const { verdict, text, ...comparison } = gaps;
  lab.record('expectation', { ...expectation, shareWithinTwoErrors: within });
  lab.record('afterActivation', activation);
  lab.record('comparison', comparison);
  const kept = isKept(expectation);
  const { images, seeds } = lab.settings;
  const { length: masks } = study.totals;
  return {
    verdict: kept ? verdict : 'disagrees',
    finding: {
      en: `The mean over ${masks} masks is ${ratioText(expectation)} times the output without one (± standard error): the expectation is ${kept ? 'kept' : 'not kept'}; ${(100 * within).toFixed(0)} % of the single outputs lie within two standard errors, where about 95 % should. Behind the next ReLU it is ${ratioText(activation)} times${isKept(activation) ? ', no difference that can be seen' : ': ReLU is not linear, so the mean over masks is no longer the output without them, which stands in for it when testing'}. ${text.en}`,
      ja: `${masks} 個のマスクの平均は、マスクなしの出力の ${ratioText(expectation)} 倍（± は標準誤差）で、期待値は${kept ? '保たれている' : '保たれていない'}。個々の出力のうち標準誤差の2倍以内に入るのは ${(100 * within).toFixed(0)} %（理論上は約95 %）。次の ReLU の後では ${ratioText(activation)} 倍で、${isKept(activation) ? '差は見えない' : 'ReLU は線形でないので、マスクの平均はマスクなしの出力と一致しない。評価のときは、マスクなしの出力で代用している'}。${text.ja}`,
    },
    confidence: {
      en: `The scaling is tried on one image and one layer. The gap: ${seeds} ${seeds === 1 ? 'seed' : 'seeds'} each, compared in pairs with the same seed, with ${images} training images, which are few on purpose, and the same number of steps for every p: dropout learns more slowly (the paper says about half as fast), and would gain from a longer training.`,
      ja: `期待値は画像1枚、層1つで確かめた。ギャップはシード ${seeds} 個ずつで、同じシードどうしを比べた。訓練画像 ${images} 枚はわざと少なくしてある。どの p でもステップ数は同じにした。ドロップアウトは学習が遅く（論文によれば約半分の速さ）、訓練が長いほど有利になる。`,
    },
  };
}

export const lab = defineLab<Settings>({
  name: 'dropout',
  title: {
    en: 'Dropout: half of the outputs are silent, and the network learns less by heart',
    ja: 'ドロップアウト：出力の半分を消すと、丸暗記が減る',
  },
  claim: {
    en: 'Setting each output to 0 with probability p while training, and dividing the rest by 1 − p, keeps the expected output and reduces overfitting.',
    ja: '訓練中に各出力を確率 p で0にし、残りを 1 − p で割ると、出力の期待値は変わらず、過学習が減る。',
  },
  source: 'the article; Krizhevsky, Sutskever and Hinton 2012, section 4.2',
  sizes: {
    quick: {
      minutes: 0.5,
      images: 200,
      testImages: 300,
      epochs: 20,
      every: 5,
      seeds: 3,
      probabilities: [0, usual],
      masks: 512,
    },
    default: {
      minutes: 5,
      images: 500,
      testImages: 1000,
      epochs: 30,
      every: 5,
      seeds: 5,
      probabilities: [0, 0.25, usual, 0.75],
      masks: 2048,
    },
    full: {
      minutes: 30,
      images: 1000,
      testImages: 2000,
      epochs: 60,
      every: 5,
      seeds: 8,
      probabilities: [0, 0.15, 0.3, usual, 0.65, 0.8],
      masks: 16384,
    },
  },
  run: async (lab) => {
    const { seeds, probabilities } = lab.settings;
    lab.story({
      en: 'While a network trains, dropout sets each output of a layer to 0 with probability p, others at every step, so that no unit can rely on a certain other one. What stays is divided by 1 − p: then the sum that the next layer sees is on average what it will be when dropout is off, and nothing has to be changed for testing. (The 2012 paper halves the outputs when testing instead, which comes to the same.)',
      ja: 'ドロップアウトは、訓練中に層の出力を1つずつ確率 p で0にする。消える出力はステップごとに変わるので、どのユニットも特定の相手に頼れない。残った出力は 1 − p で割る。こうすると、次の層が受け取る合計は平均でドロップアウトなしのときと同じになり、評価時に何も変えなくてよい（2012年の論文は、代わりに評価時の出力を半分にする。結果は同じである）。',
    });
    const trials: Trial[] = [];
    let study: MaskStudy | undefined;
    for (let seed = lab.seed; seed < lab.seed + seeds; seed++) {
      for (const probability of probabilities) {
        const name = `p ${probability}, seed ${seed}`;
        const trained = await lab.trial(name, () => runTrial(lab, probability, seed));
        trials.push({ probability, seed, curve: trained.curve });
        study ??= trained.study;
      }
    }
    lab.record('trials', trials);
    lab.record('study', study);
    await drawMasks(lab, study!);
    await drawExpectation(lab, study!);
    const groups = probabilities.map((p) => groupOf(trials, p));
    const [plain, dropped] = [groupOf(trials, 0), groupOf(trials, usual)];
    await tellGaps(lab, { en: 'dropout', ja: 'ドロップアウト' }, groups, [plain, dropped]);
    return conclude(lab, study!, compareGaps(dropped, plain));
  },
});
