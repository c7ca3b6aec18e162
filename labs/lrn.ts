import {
  AlexnetError,
  buildNetwork,
  defineLab,
  pairedDifference,
  pointsText,
  seedsText,
  shareBar,
  shareText,
  signOf,
  spreadOf,
  type Conclusion,
  type Difference,
  type Engine,
  type LabSession,
  type NetworkSpec,
  type Program,
  type Text,
} from '../src/index.ts';

interface Settings {
  /** The data set's first images. */
  readonly images: number;
  readonly testImages: number;
  readonly epochs: number;
  /** Learning rates that are tried for each network. */
  readonly rates: readonly number[];
  /** Trainings at the best of them. */
  readonly seeds: number;
}
type Session = LabSession<Settings>;

/** y[i] = x[i] / (k + alpha * sum of x[j]² over size neighbouring channels)^beta: section 3.3 of the paper. */
export interface Normalisation {
  readonly k: number;
  readonly size: number;
  readonly alpha: number;
  readonly beta: number;
}

/** The paper's constants. */
const paper: Normalisation = { k: 2, size: 5, alpha: 1e-4, beta: 0.75 };

/**
 * The paper's images have values up to 255, ours from -1 to 1. Squares are then 127.5² times smaller, so alpha is as much
 * larger where the sum is to count for the same.
 */
const rescaled: Normalisation = { ...paper, alpha: paper.alpha * 127.5 ** 2 };

/** How a network was trained. */
interface Arm {
  readonly key: 'without' | 'paper' | 'rescaled';
  readonly name: Text;
  readonly normalisation?: Normalisation;
}

const arms: readonly Arm[] = [
  { key: 'without', name: { en: 'without', ja: '正規化なし' } },
  { key: 'paper', name: { en: "the paper's constants", ja: '論文の定数' }, normalisation: paper },
  { key: 'rescaled', name: { en: 'alpha for our inputs', ja: '入力に合わせた α' }, normalisation: rescaled },
];

/** Divisors before the power, of one pixel's channels: k + alpha * the sum of squares around each. */
export function scalesOf(values: readonly number[], { k, size, alpha }: Normalisation): readonly number[] {
  const reach = Math.floor(size / 2);
  return values.map((_, i) => {
    const near = values.slice(Math.max(0, i - reach), i + reach + 1);
    return k + alpha * near.reduce((sum, value) => sum + value ** 2, 0);
  });
}

/** One pixel's channels, normalised. */
export function normalised(values: readonly number[], normalisation: Normalisation): readonly number[] {
  const scales = scalesOf(values, normalisation);
  return values.map((value, i) => value / scales[i]! ** normalisation.beta);
}

/** One strong channel in the middle of weak ones. */
const example = [50, 50, 50, 50, 200, 50, 50, 50, 50];
const strong = example.indexOf(Math.max(...example));

/** The same by the engine's own layer. */
async function byEngine(engine: Engine, values: readonly number[]): Promise<readonly number[]> {
  const network: NetworkSpec = {
    name: 'example',
    input: { channels: values.length, height: 1, width: 1 },
    layers: [
      { type: 'lrn', name: 'norm', ...paper, convention: 'paper' },
      { type: 'flatten', name: 'flatten' },
      { type: 'linear', name: 'last', outFeatures: 2 },
    ],
  };
  const program = await engine.compile(network, { batchSize: 1, training: true });
  try {
    const { data, offset, strides } = program.inputs[0]!;
    values.forEach((value, c) => (data[offset + c * strides.channel] = value));
    await program.forward();
    return [...program.readActivation('norm')];
  } finally {
    await program.dispose();
  }
}

async function showExample(lab: Session): Promise<void> {
  const outputs = normalised(example, paper);
  const computed = await byEngine(await lab.engine(), example);
  const error = Math.max(...outputs.map((value, i) => Math.abs(computed[i]! / value - 1)));
  const shares = outputs.map((value, i) => value / example[i]!);
  const small = normalised(
    example.map((value) => value / 100),
    paper,
  ).map((value, i) => value / (example[i]! / 100));
  lab.record('example', { inputs: example, outputs, computed, error, shares, smallShares: small });
  const kind = (i: number): Text => {
    if (i === strong) return { en: 'strong', ja: '強い' };
    const isNear = Math.abs(i - strong) <= Math.floor(paper.size / 2);
    return isNear ? { en: 'its neighbours', ja: '隣' } : { en: 'further away', ja: '遠い' };
  };
  lab.table({
    caption: {
      en: 'One pixel of nine channels, one of them strong: what normalisation makes of each',
      ja: '9 チャンネルの 1 画素。1 つだけ強い。正規化で各チャンネルがどうなるか',
    },
    head: [
      lab.text({ en: 'channel', ja: 'チャンネル' }),
      lab.text({ en: 'input', ja: '入力' }),
      'k + α Σx²',
      lab.text({ en: 'output', ja: '出力' }),
      lab.text({ en: 'share left', ja: '残る割合' }),
    ],
    rows: scalesOf(example, paper).map((scale, i) => [
      `${i + 1} (${lab.text(kind(i))})`,
      String(example[i]),
      scale.toFixed(2),
      outputs[i]!.toFixed(1),
      percent(shares[i]!),
    ]),
  });
  const [far, near] = [shares[0]!, shares[strong - 1]!].map(percent);
  await lab.barChart('example', {
    title: lab.text({
      en: `A strong channel damps its neighbours: ${near} of them is left, ${far} further away`,
      ja: `強いチャンネルは隣を抑える。隣に残るのは ${near}、遠くは ${far}`,
    }),
    description: lab.text({
      en: `Share of each channel's input that is left: ${shares.map(percent).join(', ')}; channel ${strong + 1} is the strong one.`,
      ja: `各チャンネルの入力のうち残る割合: ${shares.map(percent).join('、')}。強いのはチャンネル ${strong + 1}。`,
    }),
    value: { label: lab.text({ en: 'share left, %', ja: '残る割合 (%)' }) },
    bars: shares.map((share, i) => ({
      label: lab.text({ en: `channel ${i + 1}`, ja: `チャンネル ${i + 1}` }),
      value: 100 * share,
      series: lab.text(kind(i)),
    })),
    format: (value) => value.toFixed(0),
  });
  lab.story({
    en: `That is so for values of the size that pixels of 0 to 255 lead to. With values a hundred times smaller the sum hardly counts beside k: between ${percent(Math.min(...small))} and ${percent(Math.max(...small))} of every channel is left, and normalisation is a constant factor. So there are two networks with it below: one with the paper's alpha, and one with an alpha for inputs from -1 to 1, 127.5² times as large. (The engine's layer and the formula differ by at most ${error.toExponential(0)}.)`,
    ja: `これは、0〜255 の画素から生じる大きさの値での話だ。値が 100 分の 1 なら、和は k に比べてほとんど効かない。どのチャンネルも ${percent(Math.min(...small))}〜${percent(Math.max(...small))} が残り、正規化はただの定数倍になる。そこで以下では 2 通りを試す。論文の α と、-1〜1 の入力に合わせて 127.5² 倍した α である。(エンジンの層と式との差は最大 ${error.toExponential(0)}。)`,
  });
}

/** figure-1 with normalisation between the first two activations and their poolings, where the 2012 network has it. */
export function withNormalisation(network: NetworkSpec, normalisation: Normalisation): NetworkSpec {
  const layers = network.layers.flatMap((layer) => {
    const number = /^activation([12])$/.exec(layer.name)?.[1];
    if (number === undefined) return [layer];
    return [layer, { type: 'lrn', name: `norm${number}`, ...normalisation, convention: 'paper' } as const];
  });
  return { ...network, name: `${network.name}-lrn`, layers };
}

/** How much the sum counts beside k: the mean of alpha Σx² / k over all values of an activation, [N, C, H, W]. */
export function sumOverK(
  values: Float32Array,
  [channels, pixels]: readonly [number, number],
  by: Normalisation,
): number {
  let total = 0;
  for (let image = 0; image < values.length; image += channels * pixels) {
    for (let pixel = 0; pixel < pixels; pixel++) {
      const column = Array.from({ length: channels }, (_, c) => values[image + c * pixels + pixel]!);
      for (const scale of scalesOf(column, by)) total += scale / by.k - 1;
    }
  }
  return total / values.length;
}

interface Trial {
  readonly accuracy: number;
  /** After each of the two normalised activations, on some test images; empty without normalisation. */
  readonly sumsOverK: readonly number[];
}

function measureSums(program: Program, by: Normalisation): number[] {
  return ['activation1', 'activation2'].map((layer) => {
    const values = program.readActivation(layer);
    // 32 channels in both, of a batch that need not be full.
    const pixels = layer === 'activation1' ? 32 * 32 : 16 * 16;
    return sumOverK(values, [32, pixels], by);
  });
}

async function tryArm(lab: Session, { key, normalisation }: Arm, rate: number, seed: number): Promise<Trial> {
  const { images, testImages, epochs } = lab.settings;
  const dataset = await lab.data({ train: images, test: testImages });
  const plain = buildNetwork('figure-1', { classes: dataset.train.classes.length });
  const network = normalisation === undefined ? plain : withNormalisation(plain, normalisation);
  let sumsOverK: readonly number[] = [];
  const train = async (): Promise<Trial> => {
    const { result } = await lab.train(
      {
        dataset,
        network,
        initialization: 'he',
        learningRate: rate,
        weightDecay: 5e-4,
        schedule: 'one-cycle',
        batchSize: 16,
        epochs,
        seed,
      },
      { onTrained: (program) => void (sumsOverK = normalisation ? measureSums(program, normalisation) : []) },
    );
    return { accuracy: result!.accuracy, sumsOverK };
  };
  return lab.trial(`${key}, rate ${rate}, seed ${seed}`, train);
}

interface RateTried {
  readonly rate: number;
  /** 0 for a training that diverged. */
  readonly accuracy: number;
}

/** A training at each rate, with a seed that is not used again. */
async function sweep(lab: Session, arm: Arm): Promise<readonly RateTried[]> {
  const tried: RateTried[] = [];
  for (const rate of lab.settings.rates) {
    try {
      const { accuracy } = await tryArm(lab, arm, rate, lab.seed);
      tried.push({ rate, accuracy });
    } catch (error) {
      if (!(error instanceof AlexnetError) || error.code !== 'ALEX_TRAINING_NOT_FINITE') throw error;
      tried.push({ rate, accuracy: 0 });
    }
  }
  return tried;
}

const percent = (share: number): string => `${(100 * share).toFixed(1)} %`;
/** All trials of an arm. */
interface Outcome {
  readonly key: Arm['key'];
  readonly rates: readonly RateTried[];
  readonly rate: number;
  readonly accuracies: readonly number[];
  /** Mean over seeds, for each of the two layers. */
  readonly sumsOverK: readonly number[];
  /** To the arm without normalisation. */
  readonly difference: Difference | null;
}

/**
 * Normalisation with alpha for our inputs is what the paper's is at its scale: it decides. Where that is not clear, the
 * paper's constants alone can agree in part.
 */
export function verdictOf(constants: Difference, ours: Difference): Conclusion['verdict'] {
  if (signOf(ours) !== 0) return signOf(ours) > 0 ? 'agrees' : 'disagrees';
  return signOf(constants) > 0 ? 'partly' : 'unclear';
}

async function tellOutcomes(lab: Session, outcomes: readonly Outcome[]): Promise<void> {
  lab.table({
    caption: {
      en: 'Test accuracy with and without response normalisation. Differences are taken seed by seed; α Σx² / k is how much neighbours count beside the constant, after training.',
      ja: '応答正規化の有無とテスト正解率。差はシードごとに取った。α Σx² / k は、訓練後に隣の和が定数に比べてどれだけ効いているか。',
    },
    head: [
      lab.text({ en: 'normalisation', ja: '正規化' }),
      lab.text({ en: 'best rate', ja: '最良の学習率' }),
      lab.text({ en: 'accuracy', ja: '正解率' }),
      lab.text({ en: 'difference', ja: '差' }),
      ...[1, 2].map((layer) => lab.text({ en: `α Σx² / k, layer ${layer}`, ja: `α Σx² / k、${layer} 層目` })),
    ],
    rows: outcomes.map(({ accuracies, difference, sumsOverK, rate }, i) => [
      lab.text(arms[i]!.name),
      String(rate),
      shareText(spreadOf(accuracies)),
      difference === null ? '–' : lab.text(pointsText(difference)),
      ...[0, 1].map((layer) => (sumsOverK.length === 0 ? '–' : sumsOverK[layer]!.toPrecision(2))),
    ]),
  });
  const means = outcomes.map(({ accuracies }) => spreadOf(accuracies).mean);
  const told = (language: 'en' | 'ja'): string =>
    arms.map(({ name }, i) => `${name[language]} ${percent(means[i]!)}`).join(', ');
  const gain = pointsText({ ...outcomes[2]!.difference!, low: null, high: null });
  await lab.barChart('accuracy', {
    title: lab.text({
      en: `With ${arms[2]!.name.en}, normalisation changed test accuracy by ${gain.en}`,
      ja: `${arms[2]!.name.ja} の応答正規化で、テスト正解率の変化は ${gain.ja}`,
    }),
    description: lab.text({
      en: `Mean over seeds, single seeds as spots: ${told('en')}.`,
      ja: `棒はシードの平均、点は個々のシード: ${told('ja')}。`,
    }),
    value: { label: lab.text({ en: 'test accuracy, %', ja: 'テスト正解率 (%)' }), domain: [0, 100] },
    bars: outcomes.map(({ accuracies }, i) => shareBar(lab.text(arms[i]!.name), accuracies)),
    format: (value) => value.toFixed(1),
  });
}

/** Which networks did best with the least or the most rate that was tried: a better one may lie beyond. */
export function edgeText(outcomes: readonly Pick<Outcome, 'key' | 'rate'>[], rates: readonly number[]): Text {
  const ends = outcomes.filter(({ rate }) => rate === Math.min(...rates) || rate === Math.max(...rates));
  if (ends.length === 0) return { en: '', ja: '' };
  const names = ends.map(({ key }) => arms.find((arm) => arm.key === key)!.name);
  return {
    en: ` The best rate of ${names.map(({ en }) => en).join(' and ')} is at an end of these: a better one may lie beyond.`,
    ja: `${names.map(({ ja }) => ja).join('、')} の最良の学習率は端の値で、その外にもっと良い値があるかもしれない。`,
  };
}

function conclude(lab: Session, outcomes: readonly Outcome[]): Conclusion {
  const { seeds, epochs, images, rates } = lab.settings;
  const [without, constants, ours] = outcomes as [Outcome, Outcome, Outcome];
  const [byConstants, byOurs] = [constants.difference!, ours.difference!];
  const base = shareText(spreadOf(without.accuracies));
  const [atOurs, atPaper] = [pointsText(byOurs), pointsText(byConstants)];
  const bySeeds = seedsText(seeds);
  const edge = edgeText(outcomes, rates);
  return {
    verdict: verdictOf(byConstants, byOurs),
    finding: {
      en: `Without normalisation ${base} of test images are right; with alpha for our inputs ${atOurs.en}; with the paper's constants ${atPaper.en} (where neighbours count for ${constants.sumsOverK[0]!.toPrecision(1)} of k after the first layer). The paper gained 2 points on CIFAR-10.`,
      ja: `正規化なしのテスト正解率は ${base}。入力に合わせた α で ${atOurs.ja}、論文の定数で ${atPaper.ja} (隣の効きは 1 層目で k の ${constants.sumsOverK[0]!.toPrecision(1)})。論文では CIFAR-10 で 2 ポイント上がった。`,
    },
    confidence: {
      en: `${epochs} epochs of at most ${images} images, each network at the best of ${rates.length} learning rates (${rates.join(', ')}), chosen with another seed. ${bySeeds.en}${edge.en}`,
      ja: `最大 ${images} 枚を ${epochs} エポック。学習率はネットワークごとに、別のシードで ${rates.length} 通り (${rates.join('、')}) から選んだ。${bySeeds.ja}${edge.ja}`,
    },
  };
}

export const lab = defineLab<Settings>({
  name: 'lrn',
  title: {
    en: 'Response normalisation: channels that compete',
    ja: '局所応答正規化: チャンネルどうしの競争',
  },
  claim: {
    en: 'Normalising each value by the squares of its neighbouring channels helps to generalise: a four-layer network on CIFAR-10 went from 13 % test error to 11 %.',
    ja: '隣り合うチャンネルの 2 乗和で各値を正規化すると汎化がよくなる。CIFAR-10 の 4 層ネットワークで、テスト誤差が 13 % から 11 % に下がった。',
  },
  source: 'Krizhevsky, Sutskever and Hinton 2012, section 3.3',
  sizes: {
    quick: { minutes: 0.5, images: 1500, testImages: 1000, epochs: 3, rates: [0.02, 0.04], seeds: 2 },
    default: {
      minutes: 5,
      images: 8000,
      testImages: 2000,
      epochs: 3,
      rates: [0.01, 0.02, 0.04, 0.08, 0.16],
      seeds: 4,
    },
    full: {
      minutes: 90,
      images: 50_000,
      testImages: 10_000,
      epochs: 10,
      rates: [0.01, 0.02, 0.04, 0.08, 0.16],
      seeds: 5,
    },
  },
  run: async (lab) => {
    lab.story({
      en: `AlexNet divides every value by (k + α Σx²) to the power β, where the sum is over its own channel and those beside it at the same pixel: k = ${paper.k}, ${paper.size} channels, α = 10⁻⁴, β = 3/4. A strong answer of one filter so quietens the filters beside it, after the lateral inhibition of neurons.`,
      ja: `AlexNet は各値を (k + α Σx²)^β で割る。和は、同じ画素での自分のチャンネルとその隣にわたる。k = ${paper.k}、${paper.size} チャンネル、α = 10⁻⁴、β = 3/4。1 つのフィルタが強く反応すると隣のフィルタが静まる。神経細胞の側抑制にならったものである。`,
    });
    await showExample(lab);
    const outcomes: Outcome[] = [];
    for (const arm of arms) {
      const rates = await sweep(lab, arm);
      const { rate } = rates.reduce((best, one) => (one.accuracy > best.accuracy ? one : best));
      const trials: Trial[] = [];
      for (let i = 1; i <= lab.settings.seeds; i++) trials.push(await tryArm(lab, arm, rate, lab.seed + i));
      const accuracies = trials.map(({ accuracy }) => accuracy);
      const sumsOverK = trials[0]!.sumsOverK.map(
        (_, i) => spreadOf(trials.map((one) => one.sumsOverK[i]!)).mean,
      );
      const difference = outcomes[0] ? pairedDifference(accuracies, outcomes[0].accuracies) : null;
      outcomes.push({ key: arm.key, rates, rate, accuracies, sumsOverK, difference });
    }
    lab.record('outcomes', outcomes);
    await tellOutcomes(lab, outcomes);
    return conclude(lab, outcomes);
  },
});
