import {
  buildNetwork,
  defineLab,
  filterPicture,
  inferShapes,
  initialFilters,
  pairedDifference,
  pointsText,
  seedsText,
  shareBar,
  shareText,
  signOf,
  spreadOf,
  type Conclusion,
  type Difference,
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
  readonly seeds: number;
  /** Training steps of each network whose median is its speed. */
  readonly timedSteps: number;
}
type Session = LabSession<Settings>;

interface Arm {
  readonly key: 'towers' | 'whole' | 'half';
  readonly name: Text;
  /** Of the second, fourth and fifth convolution: the paper's. */
  readonly groups: 1 | 2;
  /** Kernels of each convolution. The half keeps all of the last, as in the paper: the weights that read them are the most. */
  readonly widths: readonly [number, number, number, number, number];
}

const wide = [32, 64, 96, 64, 64] as const;
const half = [16, 32, 48, 32, 64] as const;

const arms: readonly Arm[] = [
  { key: 'towers', name: { en: 'two towers', ja: '2 本の塔' }, groups: 2, widths: wide },
  { key: 'whole', name: { en: 'one tower, as wide', ja: '1 本で同じ幅' }, groups: 1, widths: wide },
  { key: 'half', name: { en: 'one tower, half as wide', ja: '1 本で半分の幅' }, groups: 1, widths: half },
];

const convolutions = ['features.0', 'features.3', 'features.6', 'features.8', 'features.10'];
const grouped = ['features.3', 'features.8', 'features.10'];
const batchSize = 16;

/** alexnet-32 in other widths: at its beginning twice as wide, so that each tower has whole blocks of 16 channels. */
export function networkOf({ key, groups, widths }: Arm, classes: number): NetworkSpec {
  const { input, layers } = buildNetwork('alexnet-32', { classes, dropout: 0.2 });
  const changed = layers.map((layer) => {
    if (layer.type !== 'conv') return layer;
    const outChannels = widths[convolutions.indexOf(layer.name)]!;
    return { ...layer, outChannels, groups: grouped.includes(layer.name) ? groups : 1 };
  });
  return { name: `towers-${key}`, input, layers: changed };
}

/**
 * How much of each kernel's energy is colour, 0 to 1: what is left of [kernels, 3, height, width] when the mean of the three
 * channels is taken out. Grey kernels have 0, random ones about 2/3.
 */
export function colourShares(kernels: ArrayLike<number>, count: number): number[] {
  const area = kernels.length / count / 3;
  return Array.from({ length: count }, (_, kernel) => {
    let [all, grey] = [0, 0];
    for (let at = 0; at < area; at++) {
      const colours = [0, 1, 2].map((c) => kernels[(3 * kernel + c) * area + at]!);
      all += colours.reduce((sum, value) => sum + value ** 2, 0);
      grey += colours.reduce((sum, value) => sum + value, 0) ** 2 / 3;
    }
    return all === 0 ? 0 : 1 - grey / all;
  });
}

/**
 * How far apart two samples are, by ranks (Mann and Whitney 1947; normal approximation without ties): chance gives more than
 * 1.96, or less than -1.96, once in 20 times.
 */
export function rankSumZ(one: readonly number[], other: readonly number[]): number {
  const winsOf = (a: number): number => other.reduce((sum, b) => sum + (1 + Math.sign(a - b)) / 2, 0);
  const wins = one.reduce((sum, a) => sum + winsOf(a), 0);
  const pairs = one.length * other.length;
  return (wins - pairs / 2) / Math.sqrt((pairs * (one.length + other.length + 1)) / 12);
}

/** rankSumZ of the two halves of what has changed. */
export function distance(shares: readonly number[], before: readonly number[]): number {
  const changes = shares.map((share, i) => share - before[i]!);
  return rankSumZ(changes.slice(0, changes.length / 2), changes.slice(changes.length / 2));
}

/** Root mean square of the weights [outputs, inputs / groups, k, k] from half to half: blocks[to][from]; 0 where there are none. */
export function blockStrengths(
  weights: ArrayLike<number>,
  [outputs, inputs, groups]: readonly [number, number, number],
): number[][] {
  const own = inputs / groups;
  const area = weights.length / outputs / own;
  return [0, 1].map((to) =>
    [0, 1].map((from) => {
      let [squares, count] = [0, 0];
      for (let output = (to * outputs) / 2; output < ((to + 1) * outputs) / 2; output++) {
        const first = groups === 2 ? to * own : 0;
        for (let input = 0; input < own; input++) {
          if (Math.floor((first + input) / (inputs / 2)) !== from) continue;
          for (let at = 0; at < area; at++) squares += weights[(output * own + input) * area + at]! ** 2;
          count += area;
        }
      }
      return count === 0 ? 0 : Math.sqrt(squares / count);
    }),
  );
}

interface Trial {
  readonly accuracy: number;
  /** Colour share of each first kernel, after training and before. */
  readonly shares: readonly number[];
  readonly before: readonly number[];
  /** How far apart, by ranks, the two halves are in what training has changed of that. */
  readonly z: number;
  /** Of conv2 to conv5: blockStrengths. */
  readonly blocks: readonly (readonly (readonly number[])[])[];
  /** Weights of the first convolution, to be drawn. */
  readonly kernels: readonly number[];
}

function look(program: Program, { widths, groups }: Arm, seed: number): Omit<Trial, 'accuracy'> {
  const kernels = Array.from(program.readParameter('features.0.weight'), (one) => Number(one.toPrecision(5)));
  const shares = colourShares(kernels, widths[0]);
  const before = colourShares(initialFilters(program.network, { scheme: 'he', seed }).values, widths[0]);
  const blocks = convolutions.slice(1).map((name, i) => {
    const sizes = [widths[i + 1]!, widths[i]!, grouped.includes(name) ? groups : 1] as const;
    return blockStrengths(program.readParameter(`${name}.weight`), sizes);
  });
  return { shares, before, z: distance(shares, before), blocks, kernels };
}

async function tryArm(lab: Session, arm: Arm, seed: number): Promise<Trial> {
  const { images, testImages, epochs } = lab.settings;
  const dataset = await lab.data({ train: images, test: testImages });
  const recipe = {
    initialization: 'he',
    learningRate: 0.01,
    weightDecay: 5e-4,
    schedule: 'one-cycle',
  } as const;
  return lab.trial(`${arm.key}, seed ${seed}`, async () => {
    let seen: Omit<Trial, 'accuracy'> | undefined;
    const { result } = await lab.train(
      { ...recipe, dataset, network: networkOf(arm, dataset.train.classes.length), batchSize, epochs, seed },
      { onTrained: (program) => void (seen = look(program, arm, seed)) },
    );
    return { accuracy: result!.accuracy, ...seen! };
  });
}

/** Median milliseconds of a training step of each network, in turns. */
async function timeSteps(lab: Session, networks: readonly NetworkSpec[]): Promise<number[]> {
  const engine = await lab.engine();
  const programs: Program[] = [];
  const optimizer = { learningRate: 0.01, momentum: 0.9, weightDecay: 0 };
  const times: number[][] = networks.map(() => []);
  try {
    for (const one of networks) programs.push(await engine.compile(one, { batchSize, training: true }));
    for (let step = 0; step <= lab.settings.timedSteps; step++) {
      for (const [i, program] of programs.entries()) {
        const start = performance.now();
        await program.step({ labels: new Uint8Array(batchSize), training: { seed: 0, step }, optimizer });
        // The first is for warming up.
        if (step > 0) times[i]!.push(performance.now() - start);
      }
    }
  } finally {
    for (const program of programs) await program.dispose();
  }
  return times.map((own) => own.toSorted((a, b) => a - b)[Math.floor(own.length / 2)]!);
}

/** An arm's cost and trials. */
interface Outcome {
  readonly arm: Arm;
  readonly parameters: number;
  readonly multiplyAdds: number;
  readonly milliseconds: number;
  readonly trials: readonly Trial[];
}

function costOf(network: NetworkSpec): Pick<Outcome, 'parameters' | 'multiplyAdds'> {
  const layers = inferShapes(network).filter(({ spec }) => spec.type === 'conv');
  const shapes = layers.flatMap(({ parameters }) => parameters.map(({ shape }) => shape));
  const parameters = shapes.reduce((sum, shape) => sum + shape.reduce((a, b) => a * b, 1), 0);
  return { parameters, multiplyAdds: layers.reduce((sum, layer) => sum + layer.multiplyAdds, 0) };
}

const percent = (share: number): string => `${(100 * share).toFixed(1)} %`;
const accuraciesOf = ({ trials }: Outcome): number[] => trials.map(({ accuracy }) => accuracy);

function tellOutcomes(lab: Session, outcomes: readonly Outcome[]): void {
  lab.table({
    caption: {
      en: 'The three networks. Parameters and multiply-adds are those of the five convolutions; time is of a training step, next to that of two towers.',
      ja: '3 つのネットワーク。パラメータと積和は畳み込み 5 層のもの。時間は訓練 1 ステップの、2 本の塔に対する比。',
    },
    head: [
      lab.text({ en: 'network', ja: 'ネットワーク' }),
      lab.text({ en: 'parameters', ja: 'パラメータ' }),
      lab.text({ en: 'M multiply-adds', ja: '積和 (百万)' }),
      lab.text({ en: 'time', ja: '時間' }),
      lab.text({ en: 'accuracy', ja: '正解率' }),
    ],
    rows: outcomes.map((outcome) => [
      lab.text(outcome.arm.name),
      outcome.parameters.toLocaleString('en'),
      (outcome.multiplyAdds / 1e6).toFixed(1),
      `× ${(outcome.milliseconds / outcomes[0]!.milliseconds).toFixed(2)}`,
      shareText(spreadOf(accuraciesOf(outcome))),
    ]),
  });
}

async function drawConnections(lab: Session, outcomes: readonly Outcome[]): Promise<void> {
  const shown = outcomes.slice(0, 2);
  await lab.heatMap('connections', {
    title: lab.text({
      en: 'Two towers read only themselves, but for conv3; one tower reads everything',
      ja: '2 本の塔は conv3 を除いて自分だけを読む。1 本の塔はすべてを読む',
    }),
    description: lab.text({
      en: 'Root mean square of the trained weights from each half of the channels to each half. In two towers it is 0 from one half to the other in conv2, conv4 and conv5.',
      ja: '訓練後の重みの二乗平均平方根を、チャンネルの半分ごとに示す。2 本の塔では conv2、conv4、conv5 で、もう一方の半分からの値が 0 である。',
    }),
    rows: shown.flatMap(({ arm }) => [1, 2].map((half) => `${lab.text(arm.name)}: ${half}`)),
    columns: [2, 3, 4, 5].flatMap((number) => [1, 2].map((from) => `conv${number}, ${from}`)),
    rowLabel: lab.text({ en: 'half that reads', ja: '読む半分' }),
    columnLabel: lab.text({ en: 'layer, and half that is read', ja: '層と、読まれる半分' }),
    values: shown.flatMap(({ trials }) => [0, 1].map((to) => trials[0]!.blocks.flatMap((one) => one[to]!))),
    format: (value) => (value === 0 ? '0' : value.toFixed(3)),
  });
}

async function drawAccuracies(lab: Session, outcomes: readonly Outcome[]): Promise<void> {
  const means = outcomes.map((outcome) => spreadOf(accuraciesOf(outcome)).mean);
  const told = (language: 'en' | 'ja'): string =>
    outcomes.map(({ arm }, i) => `${arm.name[language]} ${percent(means[i]!)}`).join('; ');
  await lab.barChart('accuracy', {
    title: lab.text({ en: `Test accuracy: ${told('en')}`, ja: `テスト正解率: ${told('ja')}` }),
    description: lab.text({
      en: `Means over ${lab.settings.seeds} seeds, single seeds as spots.`,
      ja: `棒はシード ${lab.settings.seeds} 個の平均、点は個々のシード。`,
    }),
    value: { label: lab.text({ en: 'test accuracy, %', ja: 'テスト正解率 (%)' }), domain: [0, 100] },
    bars: outcomes.map((outcome) => shareBar(lab.text(outcome.arm.name), accuraciesOf(outcome))),
    format: (value) => value.toFixed(1),
  });
}

const halfNames: readonly Text[] = [
  { en: 'greyer half', ja: '灰色寄りの半分' },
  { en: 'other half', ja: 'もう半分' },
];

/** Mean colour share of the two halves of the first kernels, the greyer one first. */
function halves(shares: readonly number[]): readonly number[] {
  const middle = shares.length / 2;
  const means = [shares.slice(0, middle), shares.slice(middle)].map((own) => spreadOf(own).mean);
  return means.toSorted((a, b) => a - b);
}

/** With nothing but chance, one of 20 seeds is. */
const isApart = ({ z }: Trial): boolean => Math.abs(z) > 1.96;

async function drawColours(lab: Session, outcomes: readonly Outcome[]): Promise<void> {
  const [towers, whole] = outcomes as [Outcome, Outcome];
  const apart = towers.trials.filter(isApart).length;
  const shown = [
    { name: { en: 'before training', ja: '訓練前' }, shares: towers.trials.map(({ before }) => before) },
    { name: towers.arm.name, shares: towers.trials.map(({ shares }) => shares) },
    { name: whole.arm.name, shares: whole.trials.map(({ shares }) => shares) },
  ];
  const bars = shown.flatMap(({ name, shares }) =>
    halfNames.map((half, which) => {
      const means = shares.map((own) => halves(own)[which]!);
      return { ...shareBar(lab.text(half), means), series: lab.text(name) };
    }),
  );
  const told = bars.map(({ series, label, value }) => `${series}, ${label} ${value.toFixed(0)} %`).join('; ');
  await lab.barChart('colour', {
    title: lab.text({
      en: `Training changed the colour of the two towers' first filters differently in ${apart} of ${towers.trials.length} seeds`,
      ja: `訓練による最初のフィルタの色の変化が 2 本の塔で異なるのは ${towers.trials.length} シード中 ${apart}`,
    }),
    description: lab.text({
      en: `Share of the first filters' energy that is colour, mean of each half, single seeds as spots. Before training, and in one tower, halves differ by chance alone. ${told}.`,
      ja: `最初のフィルタのエネルギーのうち色の割合。半分ごとの平均で、点は個々のシード。訓練前と 1 本の塔では、半分どうしの差は偶然だけによる。${told}。`,
    }),
    value: { label: lab.text({ en: 'share of colour, %', ja: '色の割合 (%)' }), domain: [0, 100] },
    bars,
    format: (value) => value.toFixed(0),
  });
  const { kernels, z } = towers.trials[0]!;
  const filters = { layer: 'features.0', shape: [32, 3, 5, 5] as const, values: Float32Array.from(kernels) };
  lab.picture('filters', {
    image: filterPicture(filters, { columns: 16, scale: 7 }),
    caption: {
      en: `The first filters after training with seed ${lab.seed}: a row a tower.`,
      ja: `シード ${lab.seed} で訓練したあとの最初のフィルタ。1 行が 1 本の塔。`,
    },
    description: {
      en: `Two rows of 16 kernels of 5 × 5 in colours; in how training changed their colour the rows are ${z.toFixed(1)} standard deviations apart.`,
      ja: `5 × 5 のカーネル 16 個が 2 行、色つき。訓練による色の変化で見ると、2 行の差は標準偏差の ${z.toFixed(1)} 倍。`,
    },
  });
}

/** The gain over half the kernels, and the towers that differ in colour, decide together. */
export function verdictOf(gain: Difference, apart: number): Conclusion['verdict'] {
  const sign = signOf(gain);
  if (gain.count < 2) return 'unclear';
  if (sign > 0) return apart === gain.count ? 'agrees' : 'partly';
  if (apart === gain.count) return 'partly';
  return sign < 0 ? 'disagrees' : 'unclear';
}

function conclude(lab: Session, outcomes: readonly Outcome[]): Conclusion {
  const { seeds, epochs, images } = lab.settings;
  const [towers, whole, halved] = outcomes as [Outcome, Outcome, Outcome];
  const gain = pairedDifference(accuraciesOf(towers), accuraciesOf(halved));
  const loss = pairedDifference(accuraciesOf(towers), accuraciesOf(whole));
  const apart = towers.trials.filter(isApart).length;
  const byChance = whole.trials.filter(isApart).length;
  lab.record('gainOverHalf', gain);
  lab.record('againstWhole', loss);
  const saved = percent(1 - towers.parameters / whole.parameters);
  const time = (whole.milliseconds / towers.milliseconds).toFixed(2);
  const work = (whole.multiplyAdds / towers.multiplyAdds).toFixed(2);
  return {
    verdict: verdictOf(gain, apart),
    finding: {
      en: `Two towers against one of half the width: ${pointsText(gain).en} (the paper: +1.7); against one of the same width: ${pointsText(loss).en}, with ${saved} fewer weights in the convolutions; that one has ${work} times the multiply-adds and took ${time} times as long a step. Training changed the colour of the towers' first filters differently in ${apart} of ${seeds} seeds; that of the halves of one tower, where there is nothing to tell them apart, in ${byChance}.`,
      ja: `2 本の塔は、半分の幅の 1 本に対して ${pointsText(gain).ja} (論文では +1.7)、同じ幅の 1 本に対して ${pointsText(loss).ja}。畳み込みの重みは同じ幅の 1 本より ${saved} 少ない。1 本のほうは積和が ${work} 倍、1 ステップの時間が ${time} 倍。訓練による最初のフィルタの色の変化が塔の間で異なるのは ${seeds} シード中 ${apart}。区別のない 1 本の前半と後半では ${byChance}。`,
    },
    confidence: {
      en: `${epochs} epochs of at most ${images} images. ${seedsText(seeds).en} Times are of this run on this machine. Colours are told apart with 95 % confidence a seed, by ranks; whether there is anything to specialise in depends on the images, and the paper's filters are 11 × 11, trained on 1.2 million photographs.`,
      ja: `最大 ${images} 枚を ${epochs} エポック。${seedsText(seeds).ja}時間はこのマシンでのこの実行のもの。色の差はシードごとに順位で検定した (95 %)。何に特化しうるかは画像しだいで、論文のフィルタは 11 × 11、120 万枚の写真で訓練されている。`,
    },
  };
}

export const lab = defineLab<Settings>({
  name: 'two-towers',
  title: {
    en: 'Two towers that meet in one layer',
    ja: '1 つの層でだけ出会う 2 本の塔',
  },
  claim: {
    en: 'A network of two halves that read each other in one layer only beats one with half the kernels by 1.7 points, and its halves specialise in every run: the first filters of one see colour, those of the other do not.',
    ja: '1 つの層でだけ互いを読む 2 本の塔は、カーネルが半分の 1 本に 1.7 ポイント勝つ。また塔はどの訓練でも特化し、最初のフィルタは片方が色を見て、もう片方は見ない。',
  },
  source: 'Krizhevsky, Sutskever and Hinton 2012, sections 3.2 and 6.1, Figure 3',
  sizes: {
    quick: { minutes: 0.5, images: 1500, testImages: 500, epochs: 3, seeds: 1, timedSteps: 20 },
    default: { minutes: 5, images: 8000, testImages: 2000, epochs: 3, seeds: 4, timedSteps: 60 },
    full: { minutes: 90, images: 50_000, testImages: 10_000, epochs: 10, seeds: 5, timedSteps: 200 },
  },
  run: async (lab) => {
    const { images, testImages, seeds } = lab.settings;
    lab.story({
      en: 'AlexNet was too large for one graphics card of 2012, so it was cut into two towers of half the kernels each: in its second, fourth and fifth convolution a kernel reads its own tower only, in the third both. That is a convolution in two groups. Here a small network is made in two towers, in one tower of the same width, and in one with half the kernels.',
      ja: '2012 年の AlexNet は 1 枚の GPU に収まらず、カーネルを半分ずつ持つ 2 本の塔に分けられた。2、4、5 番目の畳み込みでは自分の塔だけを読み、3 番目では両方を読む。これは 2 グループの畳み込みである。ここでは小さなネットワークを、2 本の塔、同じ幅の 1 本、カーネルが半分の 1 本の 3 通りで作る。',
    });
    const { train } = await lab.data({ train: images, test: testImages });
    const networks = arms.map((arm) => networkOf(arm, train.classes.length));
    const milliseconds = await lab.trial('speed', () => timeSteps(lab, networks));
    const outcomes: Outcome[] = [];
    for (const [i, arm] of arms.entries()) {
      const trials: Trial[] = [];
      for (let seed = lab.seed; seed < lab.seed + seeds; seed++) trials.push(await tryArm(lab, arm, seed));
      outcomes.push({ arm, ...costOf(networks[i]!), milliseconds: milliseconds[i]!, trials });
    }
    for (const { arm, trials, ...cost } of outcomes) {
      lab.record(arm.key, { ...cost, trials: trials.map(({ kernels: _, ...trial }) => trial) });
    }
    tellOutcomes(lab, outcomes);
    await drawAccuracies(lab, outcomes);
    await drawConnections(lab, outcomes);
    await drawColours(lab, outcomes);
    return conclude(lab, outcomes);
  },
});
