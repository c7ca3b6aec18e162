import {
  buildNetwork,
  defineLab,
  inferShapes,
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
  type Text,
} from '../src/index.ts';

interface Settings {
  /** The data set's first images. */
  readonly images: number;
  readonly testImages: number;
  readonly epochs: number;
  readonly seeds: number;
}
type Session = LabSession<Settings>;

/** A network that was tried, with one accuracy (0..1) a seed. */
interface Variant {
  /** Convolutions of which one is missing, from 1: more than one where that leaves the same network; none for the whole. */
  readonly without: readonly number[];
  readonly parameters: number;
  readonly multiplyAdds: number;
  readonly accuracies: readonly number[];
}

/**
 * The network without its `number`-th convolution, from 1, and without the ReLU after it; 0 leaves all. Poolings stay where
 * they are, so that sizes do; the layers after it take as many channels as now come.
 */
export function withoutConvolution(network: NetworkSpec, number: number): NetworkSpec {
  if (number === 0) return network;
  const places = network.layers.flatMap(({ type }, i) => (type === 'conv' ? [i] : []));
  const from = places[number - 1]!;
  const removed = network.layers[from + 1]?.type === 'relu' ? 2 : 1;
  const layers = network.layers.filter((_, i) => i < from || i >= from + removed);
  return { ...network, name: `${network.name}-without-conv${number}`, layers };
}

/** A network less one convolution, and which: several where it is the same without any of them. */
interface Removal {
  readonly network: NetworkSpec;
  readonly without: readonly number[];
}

/** The whole network, then each that differs from those before it in more than names. */
export function removals(whole: NetworkSpec): readonly Removal[] {
  const convolutions = whole.layers.filter(({ type }) => type === 'conv').length;
  const found = new Map<string, Removal>([[shapeOf(whole), { network: whole, without: [] }]]);
  for (let number = 1; number <= convolutions; number++) {
    const network = withoutConvolution(whole, number);
    const same = found.get(shapeOf(network));
    const without = [...(same?.without ?? []), number];
    found.set(shapeOf(network), { network: same?.network ?? network, without });
  }
  return [...found.values()];
}

function shapeOf({ layers }: NetworkSpec): string {
  return JSON.stringify(layers.map(({ name: _name, ...options }) => options));
}

function sizeOf(network: NetworkSpec): Pick<Variant, 'parameters' | 'multiplyAdds'> {
  const layers = inferShapes(network);
  const counts = layers.flatMap(({ parameters }) =>
    parameters.map(({ shape }) => shape.reduce((a, b) => a * b, 1)),
  );
  return {
    parameters: counts.reduce((sum, count) => sum + count, 0),
    multiplyAdds: layers.reduce((sum, layer) => sum + layer.multiplyAdds, 0),
  };
}

async function tryVariant(lab: Session, { network, without }: Removal): Promise<Variant> {
  const { images, testImages, epochs, seeds } = lab.settings;
  const accuracies: number[] = [];
  for (let seed = lab.seed; seed < lab.seed + seeds; seed++) {
    const name = nameOf(without).en;
    const train = async (): Promise<number> => {
      const { result } = await lab.train({
        dataset: await lab.data({ train: images, test: testImages }),
        network,
        initialization: 'he',
        learningRate: 0.01,
        weightDecay: 5e-4,
        schedule: 'one-cycle',
        batchSize: 16,
        epochs,
        seed,
      });
      return result!.accuracy;
    };
    accuracies.push(await lab.trial(`${name}, seed ${seed}`, train));
  }
  return { without, ...sizeOf(network), accuracies };
}

function nameOf(without: readonly number[]): Text {
  if (without.length === 0) return { en: 'all five', ja: '5 層すべて' };
  const names = without.map((number) => `conv${number}`);
  return { en: `without ${names.join(' or ')}`, ja: `${names.join(' か ')} なし` };
}

const percent = (share: number): string => `${(100 * share).toFixed(1)} %`;

/**
 * Whether each removal is worse: `agrees` when all are, `partly` when some are, `disagrees` when none is and some are even
 * better, beyond chance each.
 */
export function verdictOf(differences: readonly Difference[]): Conclusion['verdict'] {
  const signs = differences.map(signOf);
  if (signs.every((sign) => sign < 0)) return 'agrees';
  if (signs.some((sign) => sign < 0)) return 'partly';
  return signs.some((sign) => sign > 0) ? 'disagrees' : 'unclear';
}

function tellTable(lab: Session, variants: readonly Variant[], differences: readonly Difference[]): void {
  lab.table({
    caption: {
      en: 'Test accuracy without each convolution. Differences are to the whole network with the same seed.',
      ja: '畳み込み層を 1 つずつ除いたときのテスト正解率。差は同じシードの元のネットワークに対するもの。',
    },
    head: [
      lab.text({ en: 'network', ja: 'ネットワーク' }),
      lab.text({ en: 'parameters', ja: 'パラメータ' }),
      lab.text({ en: 'M multiply-adds', ja: '積和 (百万)' }),
      lab.text({ en: 'accuracy', ja: '正解率' }),
      lab.text({ en: 'difference', ja: '差' }),
    ],
    rows: variants.map(({ without, parameters, multiplyAdds, accuracies }, i) => [
      lab.text(nameOf(without)),
      parameters.toLocaleString('en'),
      (multiplyAdds / 1e6).toFixed(1),
      shareText(spreadOf(accuracies)),
      i === 0 ? '–' : lab.text(pointsText(differences[i - 1]!)),
    ]),
  });
}

async function draw(
  lab: Session,
  variants: readonly Variant[],
  differences: readonly Difference[],
): Promise<void> {
  const means = variants.map(({ accuracies }) => spreadOf(accuracies).mean);
  const worst = differences.reduce((least, { mean }, i) => (mean < differences[least]!.mean ? i : least), 0);
  const missed = nameOf(variants[worst + 1]!.without);
  const lost = pointsText({ ...differences[worst]!, low: null, high: null });
  const told = (language: 'en' | 'ja'): string =>
    variants.map(({ without }, i) => `${nameOf(without)[language]} ${percent(means[i]!)}`).join(', ');
  await lab.barChart('accuracy', {
    title: lab.text({
      en: `One convolution less: the lowest accuracy is ${missed.en}, ${lost.en}`,
      ja: `畳み込み層を 1 つ除くと、最も低いのは ${missed.ja} で ${lost.ja}`,
    }),
    description: lab.text({
      en: `Mean test accuracy over seeds, single seeds as spots: ${told('en')}.`,
      ja: `シード平均のテスト正解率。点は個々のシード。${told('ja')}。`,
    }),
    value: { label: lab.text({ en: 'test accuracy, %', ja: 'テスト正解率 (%)' }), domain: [0, 100] },
    bars: variants.map(({ without, accuracies }) => shareBar(lab.text(nameOf(without)), accuracies)),
    format: (value) => value.toFixed(1),
  });
}

function conclude(
  lab: Session,
  variants: readonly Variant[],
  differences: readonly Difference[],
): Conclusion {
  const { seeds, epochs, images } = lab.settings;
  const told = (language: 'en' | 'ja'): string =>
    differences
      .map((one, i) => `${nameOf(variants[i + 1]!.without)[language]} ${pointsText(one)[language]}`)
      .join('; ');
  const whole = shareText(spreadOf(variants[0]!.accuracies));
  const bySeeds = seedsText(seeds);
  return {
    verdict: verdictOf(differences),
    finding: {
      en: `All five convolutions: ${whole}. Against that: ${told('en')}. In the paper removing any of the middle ones cost about 2 points.`,
      ja: `5 層すべて: ${whole}。それに対する差: ${told('ja')}。論文では、中間の層のどれを除いても約 2 ポイント下がった。`,
    },
    confidence: {
      en: `${epochs} epochs of at most ${images} images. ${bySeeds.en} A short training favours shallow networks, which learn sooner: the paper trained for 90 epochs of 1.2 million images.`,
      ja: `最大 ${images} 枚を ${epochs} エポック。${bySeeds.ja}短い訓練では、早く学べる浅いネットワークが有利になる。論文は 120 万枚で 90 エポック訓練している。`,
    },
  };
}

export const lab = defineLab<Settings>({
  name: 'depth',
  title: {
    en: 'What each convolution layer is worth',
    ja: '畳み込み層 1 つずつの価値',
  },
  claim: {
    en: 'Depth matters: taking any one convolution layer out of AlexNet makes it worse, any of the middle ones by about 2 points.',
    ja: '深さは重要である。AlexNet から畳み込み層をどれか 1 つ除くと性能が下がり、中間の層なら約 2 ポイント下がる。',
  },
  source: 'Krizhevsky, Sutskever and Hinton 2012, sections 1 and 7',
  sizes: {
    quick: { minutes: 0.5, images: 2000, testImages: 1000, epochs: 2, seeds: 1 },
    default: { minutes: 5, images: 8000, testImages: 2000, epochs: 3, seeds: 3 },
    full: { minutes: 60, images: 8000, testImages: 2000, epochs: 15, seeds: 8 },
  },
  run: async (lab) => {
    const { images, testImages } = lab.settings;
    const { train } = await lab.data({ train: images, test: testImages });
    const whole = buildNetwork('alexnet-32', { classes: train.classes.length, dropout: 0.2 });
    lab.story({
      en: 'AlexNet has five convolution layers. The paper took them out one at a time, trained again, and lost accuracy each time. The same is done here with alexnet-32, the same design for small images: one layer goes, with the ReLU after it; everything else stays.',
      ja: 'AlexNet には畳み込み層が 5 つある。論文では 1 つずつ除いて訓練し直し、そのたびに正解率が下がった。ここでは同じ設計を小さな画像向けにした alexnet-32 で同じことを行う。1 層とその直後の ReLU を除き、ほかはそのまま残す。',
    });
    const networks = removals(whole);
    for (const { without } of networks.filter((one) => one.without.length > 1)) {
      const names = without.map((number) => `conv${number}`);
      lab.story({
        en: `Without ${names.join(' or ')} it is the same network: the layers that stay have the same sizes.`,
        ja: `${names.join(' と ')} は、どちらを除いても同じネットワークになる。残る層の大きさが同じだからだ。`,
      });
    }
    const variants: Variant[] = [];
    for (const removal of networks) variants.push(await tryVariant(lab, removal));
    const [base, ...others] = variants as [Variant, ...Variant[]];
    const differences = others.map(({ accuracies }) => pairedDifference(accuracies, base.accuracies));
    lab.record('variants', variants);
    lab.record('differences', differences);
    tellTable(lab, variants, differences);
    await draw(lab, variants, differences);
    return conclude(lab, variants, differences);
  },
});
