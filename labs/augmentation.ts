import {
  augmentedTransforms,
  compareGaps,
  contactSheet,
  defineLab,
  sheetRows,
  squareTransforms,
  tellGaps,
  watchGap,
  type GapCurve,
  type GapGroup,
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

const without: Way = { name: { en: 'without augmentation', ja: '拡張なし' }, augment: [] };
const augmented: Way = {
  name: { en: 'with all three', ja: '3つの拡張すべて' },
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

function groupOf(trials: readonly Trial[], { name, augment }: Way): GapGroup {
  const own = trials.filter((trial) => trial.augment === augment.join());
  return { name, curves: own.map(({ curve }) => curve) };
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
      // SGD would want another learning rate for each of them.
      optimizer: 'adamw',
      learningRate: 0.001,
      weightDecay: 0,
      schedule: 'cosine',
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
    const pair = await augmentedTransforms(squareTransforms(side), augment, { side, dataset: train });
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
    quick: { minutes: 0.5, images: 200, testImages: 300, epochs: 20, every: 5, seeds: 3, alone: false },
    default: { minutes: 5, images: 500, testImages: 1000, epochs: 40, every: 5, seeds: 6, alone: false },
    full: { minutes: 45, images: 1000, testImages: 2000, epochs: 80, every: 8, seeds: 8, alone: true },
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
    const groups = ways.map((way) => groupOf(trials, way));
    const [plain, varied] = [groups[0]!, groups.at(-1)!];
    await tellGaps(lab, { en: 'training images', ja: '訓練画像' }, groups, [plain, varied]);
    const { verdict, text, ...comparison } = compareGaps(varied, plain);
    lab.record('comparison', comparison);
    return {
      verdict,
      finding: text,
      confidence: {
        en: `${seeds} ${seeds === 1 ? 'seed' : 'seeds'} each, compared in pairs with the same seed. ${images} training images are few on purpose: with more of them the gap is smaller to begin with. Both have the same number of steps; augmentation gains more, the longer a training goes on.`,
        ja: `シードは ${seeds} 個ずつで、同じシードどうしを比べた。訓練画像 ${images} 枚はわざと少なくしてある。多ければ、ギャップははじめから小さい。ステップ数は同じにした。拡張の効果は、訓練が長いほど大きくなる。`,
      },
    };
  },
});
