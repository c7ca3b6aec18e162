import {
  articleTransforms,
  augmentedTransforms,
  contactSheet,
  defineLab,
  gapAt,
  gapCells,
  gapEnds,
  gapLines,
  gapOf,
  gapVerdict,
  pairedDifference,
  pointsText,
  shareText,
  sheetRows,
  spreadOf,
  watchGap,
  type Conclusion,
  type GapCurve,
  type LabSession,
  type SheetGroup,
  type Text,
} from '../src/index.ts';

interface Settings {
  /** Few, so that the network can learn them by heart. */
  readonly images: number;
  readonly testImages: number;
  readonly epochs: number;
  /** Epochs from one measurement to the next. */
  readonly every: number;
  readonly seeds: number;
  /** Whether each augmentation is tried by itself as well. */
  readonly alone: boolean;
}

interface Way {
  readonly name: Text;
  readonly augment: readonly string[];
}

const without: Way = { name: { en: 'as they are', ja: 'そのまま' }, augment: [] };
const augmented: Way = {
  name: { en: 'all three', ja: '3つすべて' },
  augment: ['pad-crop', 'flip', 'color'],
};
const single: readonly Way[] = [
  { name: { en: 'moved', ja: '移動' }, augment: ['pad-crop'] },
  { name: { en: 'mirrored', ja: '左右反転' }, augment: ['flip'] },
  { name: { en: 'recoloured', ja: '色の変更' }, augment: ['color'] },
];

export interface Trial {
  /** Names of augmentations, joined by commas; empty without. */
  readonly augment: string;
  readonly seed: number;
  readonly curve: GapCurve;
}

function curvesOf(trials: readonly Trial[], { augment }: Way): GapCurve[] {
  return trials.filter((trial) => trial.augment === augment.join()).map(({ curve }) => curve);
}

/** Width of the network's input, in pixels. */
const side = 32;

async function runTrial(lab: LabSession<Settings>, { augment }: Way, seed: number): Promise<GapCurve> {
  const { images, testImages, epochs, every } = lab.settings;
  const data = await lab.data({ train: images, test: testImages });
  const { curve, onEpoch } = watchGap(data, { every, epochs });
  await lab.train(
    {
      network: 'alexnet-32',
      dataset: data,
      initialization: 'he',
      dropout: 0,
      learningRate: 0.01,
      batchSize: 16,
      epochs,
      seed,
      ...(augment.length > 0 && { augment }),
    },
    { onEpoch },
  );
  return curve;
}

/** The first image of each of the first classes, moved, mirrored, recoloured, and all of it. */
async function drawImages(lab: LabSession<Settings>): Promise<void> {
  const { train } = await lab.data({ train: lab.settings.images, test: lab.settings.testImages });
  const indices = train.classes.map((_, label) => train.labels.indexOf(label)).filter((at) => at >= 0);
  const rows = await sheetRows(train, indices.slice(0, 6));
  const group = async (augment: readonly string[], epochs: number): Promise<SheetGroup> => {
    const pair = await augmentedTransforms(articleTransforms(side), augment, { side, dataset: train });
    return { transforms: pair.train, epochs };
  };
  const groups = [
    await group(['pad-crop'], 2),
    await group(['flip=1'], 1),
    await group(['color'], 2),
    await group(augmented.augment, 3),
  ];
  lab.picture('images', {
    image: contactSheet(rows, { seed: lab.seed, groups }),
    caption: {
      en: 'One image a row. From the left: as it is; moved, twice; mirrored; recoloured, twice; all three, as three epochs see it.',
      ja: '1行が1枚。左から、元の画像、移動（2通り）、左右反転、色の変更（2通り）、3つすべて（3エポック分）。',
    },
    description: {
      en: `Images of the classes ${rows.map(({ index }) => train.classes[train.labels[index]!]).join(', ')}; their variants are shifted by up to 4 pixels with black coming into view, mirrored left to right, and in other brightness, contrast and hue.`,
      ja: `クラス ${rows.map(({ index }) => train.classes[train.labels[index]!]).join('、')} の画像。変種は最大4画素ずらされて黒い縁が現れ、左右が入れ替わり、明るさ・コントラスト・色相が変わっている。`,
    },
  });
}

async function drawCurves(lab: LabSession<Settings>, trials: readonly Trial[]): Promise<void> {
  const lines = [
    ...gapLines(curvesOf(trials, without), {
      train: lab.text({ en: 'as they are: training images', ja: 'そのまま：訓練画像' }),
      test: lab.text({ en: 'as they are: test images', ja: 'そのまま：テスト画像' }),
    }),
    ...gapLines(curvesOf(trials, augmented), {
      train: lab.text({ en: 'augmented: training images', ja: '拡張：訓練画像' }),
      test: lab.text({ en: 'augmented: test images', ja: '拡張：テスト画像' }),
    }),
  ];
  const ends = lines.map(({ name, points }) => `${name} ${points.at(-1)!.y.toFixed(3)}`);
  await lab.lineChart('curves', {
    title: lab.text({
      en: 'How far accuracy on training images runs ahead of that on test images',
      ja: '訓練画像の正解率は、テスト画像の正解率をどれだけ上回るか',
    }),
    description: lab.text({
      en: `Accuracy by epoch, means over seeds with the least and the most as bands. At the end: ${ends.join(', ')}.`,
      ja: `エポックごとの正解率。線はシードの平均、帯は最小から最大。最後の値：${ends.join('、')}。`,
    }),
    x: { label: lab.text({ en: 'epoch', ja: 'エポック' }) },
    y: {
      label: lab.text({ en: 'accuracy, without augmentation', ja: '正解率（拡張なしで測定）' }),
      domain: [0, 1],
    },
    lines,
  });
}

async function drawGaps(
  lab: LabSession<Settings>,
  ways: readonly Way[],
  trials: readonly Trial[],
): Promise<void> {
  const bars = ways.map((way) => {
    const values = curvesOf(trials, way).map(gapOf);
    return { label: lab.text(way.name), value: spreadOf(values).mean, values };
  });
  await lab.barChart('gaps', {
    title: lab.text({
      en: 'The generalisation gap: training accuracy minus test accuracy',
      ja: '汎化ギャップ：訓練画像の正解率 − テスト画像の正解率',
    }),
    description: lab.text({
      en: `Means over seeds, single seeds as spots. ${bars.map(({ label, value }) => `${label}: ${value.toFixed(3)}`).join(', ')}.`,
      ja: `棒はシードの平均、点は個々のシード。${bars.map(({ label, value }) => `${label}: ${value.toFixed(3)}`).join('、')}。`,
    }),
    value: { label: lab.text({ en: 'gap, share of 1', ja: 'ギャップ（1に対する割合）' }) },
    format: (value) => value.toFixed(3),
    bars,
  });
  lab.table({
    caption: {
      en: 'After the last epoch, both accuracies measured without augmentation: mean ± deviation over seeds',
      ja: '最終エポック後。どちらの正解率も拡張なしで測定。シードの平均 ± 標準偏差',
    },
    head: [
      lab.text({ en: 'training images', ja: '訓練画像' }),
      lab.text({ en: 'accuracy on them', ja: '訓練画像の正解率' }),
      lab.text({ en: 'on test images', ja: 'テスト画像の正解率' }),
      lab.text({ en: 'gap', ja: 'ギャップ' }),
    ],
    rows: ways.map((way) => [lab.text(way.name), ...gapCells(curvesOf(trials, way))]),
  });
}

function conclude(lab: LabSession<Settings>, trials: readonly Trial[]): Conclusion {
  const [plain, varied] = [curvesOf(trials, without), curvesOf(trials, augmented)];
  const gap = pairedDifference(varied.map(gapOf), plain.map(gapOf));
  const test = pairedDifference(gapEnds(varied, 'test'), gapEnds(plain, 'test'));
  const level = spreadOf(gapEnds(varied, 'train')).mean;
  const sooner = plain.map((curve) => gapAt(curve, level)).filter((value) => value !== undefined);
  lab.record('gapDifference', gap);
  lab.record('testDifference', test);
  lab.record('gapAtSameTrainingAccuracy', { level, gaps: sooner });
  const [gapWithout, gapWith] = [plain, varied].map((own) => shareText(spreadOf(own.map(gapOf))));
  const same = sooner.length === 0 ? undefined : shareText(spreadOf(sooner));
  const { images, epochs, seeds } = lab.settings;
  return {
    verdict: gapVerdict(gap, test),
    finding: {
      en: `Gap after ${epochs} epochs: ${gapWithout} on images as they are, ${gapWith} with augmentation; difference ${pointsText(gap).en}. Accuracy on test images changes by ${pointsText(test).en}.${same === undefined ? '' : ` Part of the smaller gap is slower learning; but where the network without augmentation was as right on its training images (${(100 * level).toFixed(1)} %), its gap was already ${same}.`}`,
      ja: `${epochs} エポック後のギャップは、そのままの画像で ${gapWithout}、拡張ありで ${gapWith}。差は ${pointsText(gap).ja}。テスト画像の正解率の変化は ${pointsText(test).ja}。${same === undefined ? '' : `ギャップが小さい理由の一部は学習が遅いことにある。ただし拡張なしのネットワークは、訓練画像の正解率が同じ水準 (${(100 * level).toFixed(1)} %) に達した時点で、ギャップがすでに ${same} あった。`}`,
    },
    confidence: {
      en: `${seeds} seed(s) each, compared in pairs with the same seed. ${images} training images are few on purpose: with more of them the gap is smaller to begin with. Both have the same number of steps; augmentation gains more, the longer a training goes on.`,
      ja: `シードは ${seeds} 個ずつで、同じシードどうしを比べた。訓練画像 ${images} 枚はわざと少なくしてある。多ければ、ギャップははじめから小さい。ステップ数は同じにした。拡張の効果は、訓練が長いほど大きくなる。`,
    },
  };
}

function tellOfLabels(lab: LabSession<Settings>, dataset: string): void {
  if (dataset === 'shapes') {
    lab.story({
      en: 'No label is made wrong by this here: the shapes are drawn at any angle, in any colours, and each is its own mirror image, so a mirrored star is a star of the set. That is a property of the data, not of augmentation: a mirrored 2 is no 2, an arrow to the left is none to the right, and a ripe tomato in other colours is an unripe one.',
      ja: 'このデータでは、拡張してもラベルは変わらない。図形はあらゆる角度と色で描かれ、どれも鏡に映した形が自分と同じなので、反転した星もこのデータの星である。これは拡張の性質ではなく、データの性質だ。反転した「2」は2ではなく、左向きの矢印は右向きになり、熟したトマトも色を変えれば熟していないトマトになる。',
    });
    return;
  }
  lab.story({
    en: 'Whether a label survives is a question to the data: a mirrored horse is a horse, a mirrored 2 is no 2, and where the colour is the class, recolouring makes it wrong. Look at the picture: would you still give each variant its label?',
    ja: 'ラベルが変わらないかどうかは、データしだいだ。反転した馬は馬だが、反転した「2」は2ではない。色がクラスを決めるなら、色を変えればラベルは誤りになる。図を見て、どの変種にも同じラベルを付けるかどうか確かめてほしい。',
  });
}

export const lab = defineLab<Settings>({
  name: 'augmentation',
  title: {
    en: 'Data augmentation: more images out of few',
    ja: 'データ拡張：少ない画像から多くの画像を作る',
  },
  claim: {
    en: 'Training on images that are moved, mirrored and recoloured at random reduces overfitting: accuracy on training images runs less far ahead of that on test images.',
    ja: '画像をランダムに移動・反転し、色を変えて訓練すると過学習が減る。訓練画像の正解率がテスト画像の正解率を引き離す度合いが小さくなる。',
  },
  source: 'the article; Krizhevsky, Sutskever and Hinton 2012, section 4.1',
  sizes: {
    quick: { minutes: 0.5, images: 250, testImages: 500, epochs: 24, every: 8, seeds: 2, alone: false },
    default: { minutes: 5, images: 500, testImages: 1000, epochs: 60, every: 6, seeds: 5, alone: false },
    full: { minutes: 60, images: 1000, testImages: 2000, epochs: 120, every: 10, seeds: 8, alone: true },
  },
  run: async (lab) => {
    const { images, seeds, alone, testImages } = lab.settings;
    lab.story({
      en: `A network that sees the same ${images} images again and again can learn them by heart. Augmentation shows it every image moved, mirrored and in other colours each time. What it has learnt for good is told by the gap: how much better it is on images that it was trained on than on new ones.`,
      ja: `同じ ${images} 枚を何度も見せると、ネットワークは画像を丸暗記できてしまう。データ拡張では、画像を毎回ずらし、反転し、色を変えて見せる。身についたかどうかはギャップで分かる。訓練した画像での正解率が、初めて見る画像での正解率をどれだけ上回るかだ。`,
    });
    await drawImages(lab);
    const { train } = await lab.data({ train: images, test: testImages });
    tellOfLabels(lab, train.name);
    const ways = [without, ...(alone ? single : []), augmented];
    const trials: Trial[] = [];
    for (let seed = lab.seed; seed < lab.seed + seeds; seed++) {
      for (const way of ways) {
        const name = `${way.name.en}, seed ${seed}`;
        const curve = await lab.trial(name, () => runTrial(lab, way, seed));
        trials.push({ augment: way.augment.join(), seed, curve });
      }
    }
    lab.record('trials', trials);
    await drawCurves(lab, trials);
    await drawGaps(lab, ways, trials);
    return conclude(lab, trials);
  },
});
