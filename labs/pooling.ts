import {
  defineLab,
  pairedDifference,
  pointsText,
  seedBars,
  shareText,
  signOf,
  spreadOf,
  type ChartLine,
  type Conclusion,
  type Difference,
  type Engine,
  type LabSession,
  type NetworkSpec,
  type Text,
  type Verdict,
} from '../src/index.ts';
import { every2nd, kinds, networkWith, type Kind, type Pooling } from './pooling/kinds.ts';
import { batchSize, distances, studyMoves, whenMoved, type Changes } from './pooling/moves.ts';

interface Settings {
  readonly images: number;
  readonly testImages: number;
  readonly epochs: number;
  readonly seeds: number;
  /** Images that are moved. */
  readonly moved: number;
}

/** The paper's top-1 error rate with overlapping windows less that with 2×2/2. */
const claimed = -0.004;

/** What the engine's pooling makes of windows of 2×2. */
async function pooledWindows(
  engine: Engine,
  type: Pooling['type'],
  windows: readonly (readonly number[])[],
): Promise<number[]> {
  const network: NetworkSpec = {
    name: 'window',
    input: { channels: 3, height: 2, width: 2 },
    layers: [
      { type, name: 'pool', kernelSize: 2, stride: 2 },
      { type: 'flatten', name: 'flatten' },
    ],
  };
  const program = await engine.compile(network, { batchSize: windows.length, training: false });
  try {
    const { data, offset, strides } = program.inputs[0]!;
    windows.forEach((window, image) =>
      window.forEach((value, at) => {
        const [row, column] = [Math.floor(at / 2), at % 2];
        data[offset + image * strides.image + row * strides.row + column * strides.column] = value;
      }),
    );
    const pooled = await program.forward();
    // The first of three channels.
    return windows.map((_, image) => pooled[3 * image]!);
  } finally {
    await program.dispose();
  }
}

const windows = [
  [4, 4, 8, 10],
  [10, 4, 8, 4],
  [4, 4, 8, 4],
] as const;

/** Whether the article's numbers come out. */
async function tellWindows(lab: LabSession<Settings>): Promise<boolean> {
  const engine = await lab.engine();
  const max = await pooledWindows(engine, 'maxPool', windows);
  const average = await pooledWindows(engine, 'avgPool', windows);
  lab.record('windows', { windows, max, average });
  lab.table({
    caption: {
      en: 'A window of 2×2 pixels: the article’s; its 10 in another corner, which changes neither; and without the 10',
      ja: '2×2画素の窓。記事の例、10を別の隅に動かした窓（どちらの結果も変わらない）、10のない窓',
    },
    head: [
      lab.text({ en: 'upper row | lower row', ja: '上の行 | 下の行' }),
      lab.text({ en: 'max', ja: '最大値' }),
      lab.text({ en: 'average', ja: '平均値' }),
    ],
    rows: windows.map((window, i) => [
      `${window.slice(0, 2).join(' ')} | ${window.slice(2).join(' ')}`,
      String(max[i]),
      String(average[i]),
    ]),
  });
  return max[0] === 10 && average[0] === 6.5;
}

const largest = (values: Float32Array): number => values.indexOf(Math.max(...values));

export interface Trial {
  readonly kind: string;
  readonly seed: number;
  /** Error rates on test images. */
  readonly top1: number;
  readonly top5: number;
  /** Share of the images whose class is another one when they have moved by a pixel. */
  readonly changed: number;
}

interface Trained extends Trial {
  /** Of the first training. */
  readonly changes?: Record<string, Changes>;
}

async function runTrial(lab: LabSession<Settings>, kind: Kind, seed: number): Promise<Trained> {
  const { images, testImages, epochs, moved } = lab.settings;
  const data = await lab.data({ train: images, test: testImages });
  let changes: Record<string, Changes> | undefined;
  const [seen, other] = [[] as number[], [] as number[]];
  const { result } = await lab.train(
    {
      network: networkWith(kind, data.train.classes.length),
      dataset: data,
      initialization: 'he',
      optimizer: 'adamw',
      learningRate: 0.001,
      weightDecay: 0,
      schedule: 'cosine',
      batchSize,
      epochs,
      seed,
    },
    {
      onTrained: async (program) => {
        await whenMoved(program, data.test, moved, (plain, [byOne]) => {
          seen.push(largest(plain));
          other.push(largest(byOne!));
        });
        if (kind !== kinds[0] || seed !== lab.seed) return;
        changes = await studyMoves(await lab.engine(), program, data.test, moved);
      },
    },
  );
  const changed = seen.filter((label, i) => label !== other[i]).length / seen.length;
  const { accuracy, top5 } = result!;
  const trial = { kind: kind.id, seed, top1: 1 - accuracy, top5: 1 - top5, changed };
  return { ...trial, ...(changes && { changes }) };
}

async function drawMoves(lab: LabSession<Settings>, changes: Record<string, Changes>): Promise<void> {
  const lines: ChartLine[] = [every2nd, ...kinds].map(({ id, name }) => ({
    name: lab.text(name),
    spots: true,
    points: distances.map((x, i) => ({ x, y: spreadOf(changes[id]![i]!).mean })),
  }));
  const most = Math.max(...lines.flatMap(({ points }) => points.map(({ y }) => y)));
  const firsts = lines.map(({ name, points }) => `${name} ${points[0]!.y.toFixed(3)}`);
  await lab.lineChart('moves', {
    title: lab.text({
      en: 'How much the first layer’s output changes when the image moves',
      ja: '画像を動かすと、1層目の出力はどれだけ変わるか',
    }),
    description: lab.text({
      en: `Length of the change over length of the output, means over images; the same convolution before each. Moved by one pixel: ${firsts.join(', ')}.`,
      ja: `変化の大きさ ÷ 出力の大きさ、画像の平均。手前の畳み込み層はすべて同じ。1画素動かした場合：${firsts.join('、')}。`,
    }),
    x: {
      label: lab.text({ en: 'pixels moved', ja: '動かした画素数' }),
      format: (value) => (Number.isInteger(value) ? String(value) : ''),
    },
    y: { label: lab.text({ en: 'relative change', ja: '相対変化' }), domain: [0, Math.ceil(10 * most) / 10] },
    lines,
  });
}

const of = (trials: readonly Trial[], kind: Kind, value: 'top1' | 'top5' | 'changed'): number[] =>
  trials.filter((trial) => trial.kind === kind.id).map((trial) => trial[value]);

async function drawErrors(lab: LabSession<Settings>, trials: readonly Trial[]): Promise<void> {
  const texts = {
    title: {
      en: 'Test error with each kind of pooling; what differs within one kind is chance',
      ja: 'プーリングごとのテスト誤り率。同じ種類の中での違いは偶然による',
    },
    label: { en: 'error on test images, %', ja: 'テスト画像の誤り率 (%)' },
  };
  const measured = kinds.map((kind) => ({ name: kind.name, values: of(trials, kind, 'top1') }));
  await lab.barChart('errors', seedBars(lab, texts, measured));
  lab.table({
    caption: {
      en: 'Mean ± deviation over seeds. Changed: images that get another class when they move by one pixel',
      ja: 'シードの平均 ± 標準偏差。「変化」は、1画素動かすと別のクラスと判定される画像の割合',
    },
    head: [
      lab.text({ en: 'pooling', ja: 'プーリング' }),
      lab.text({ en: 'top-1 error', ja: 'top-1 誤り率' }),
      lab.text({ en: 'top-5 error', ja: 'top-5 誤り率' }),
      lab.text({ en: 'changed', ja: '変化' }),
    ],
    rows: kinds.map((kind) => [
      lab.text(kind.name),
      ...(['top1', 'top5', 'changed'] as const).map((value) => shareText(spreadOf(of(trials, kind, value)))),
    ]),
  });
}

/**
 * Pairs that are needed for a 95 % interval that leaves out 0, if the difference is `effect`. Undefined where differences
 * do not differ, which tells nothing of their spread.
 */
export function pairsFor(effect: number, differences: readonly number[]): number | undefined {
  const { deviation } = spreadOf(differences);
  return deviation === 0 ? undefined : Math.ceil(((1.96 * deviation) / effect) ** 2);
}

/** The arithmetic and the tolerance are plain; what overlapping windows bring must differ from chance as well. */
export function verdictOf(plain: boolean, overlapping: Difference): Verdict {
  if (!plain) return 'disagrees';
  return signOf(overlapping) < 0 ? 'agrees' : 'partly';
}

function conclude(
  lab: LabSession<Settings>,
  right: boolean,
  changes: Record<string, Changes>,
  trials: readonly Trial[],
): Conclusion {
  const [max2, max3, average2, average3] = kinds as [Kind, Kind, Kind, Kind];
  const compare = (kind: Kind, base: Kind, value: 'top1' | 'top5'): Difference =>
    pairedDifference(of(trials, kind, value), of(trials, base, value));
  const overlapping = { top1: compare(max3, max2, 'top1'), top5: compare(max3, max2, 'top5') };
  const averaging = [compare(average2, max2, 'top1'), compare(average3, max3, 'top1')] as const;
  const tolerance = kinds.map(({ id }) => pairedDifference(changes[id]![0]!, changes[every2nd.id]![0]!));
  const tolerant = tolerance.every((difference) => signOf(difference) < 0);
  lab.record('overlapping', overlapping);
  lab.record('averageLessMax', averaging);
  lab.record('tolerance', tolerance);
  const [low, high] = [of(trials, max3, 'top1'), of(trials, max2, 'top1')];
  const pairs = pairsFor(
    claimed,
    low.map((value, i) => value - high[i]!),
  );
  const sign = signOf(overlapping.top1);
  const told: Record<-1 | 0 | 1, Text> = {
    [-1]: { en: 'lower beyond chance', ja: '偶然を超えて低い' },
    0: { en: 'within chance', ja: '偶然の範囲内' },
    1: { en: 'higher beyond chance', ja: '偶然を超えて高い' },
  };
  const byOne = [every2nd, ...kinds].map(({ id, name }) => {
    const change = spreadOf(changes[id]![0]!).mean.toFixed(2);
    return { en: `${name.en} ${change}`, ja: `${name.ja} ${change}` };
  });
  const { seeds, images, moved } = lab.settings;
  return {
    verdict: verdictOf(right && tolerant, overlapping.top1),
    finding: {
      en: `The window 4 4 | 8 10 gives 10 and 6.5: ${right ? 'yes' : 'no'}. When images move by one pixel, the first layer’s output changes by these shares of its size: ${byOne.map(({ en }) => en).join(', ')}; ${tolerant ? 'every pool is more tolerant than none, beyond chance' : 'not every pool is more tolerant than none'}. Overlapping 3×3/2 against 2×2/2, both max: top-1 error ${pointsText(overlapping.top1).en}, top-5 ${pointsText(overlapping.top5).en}; the first is ${told[sign].en} (paper: -0.4 and -0.3 points on ImageNet). Average against max: ${pointsText(averaging[0]).en} with 2×2, ${pointsText(averaging[1]).en} with 3×3.`,
      ja: `窓 4 4 | 8 10 から 10 と 6.5 が出るか：${right ? 'はい' : 'いいえ'}。画像を1画素動かしたとき、1層目の出力の変化（出力の大きさに対する割合）は ${byOne.map(({ ja }) => ja).join('、')}。${tolerant ? 'どのプーリングも、偶然を超えて「なし」より変化が小さい' : '「なし」より変化が小さいとはいえないプーリングがある'}。最大値プーリングで重なりあり 3×3/2 と重なりなし 2×2/2 を比べると、top-1 誤り率は ${pointsText(overlapping.top1).ja}、top-5 は ${pointsText(overlapping.top5).ja}。top-1 の差は${told[sign].ja}（論文：ImageNet で -0.4 と -0.3 ポイント）。平均値と最大値の差は、2×2 で ${pointsText(averaging[0]).ja}、3×3 で ${pointsText(averaging[1]).ja}。`,
    },
    confidence: {
      en: `Errors: ${seeds} ${seeds === 1 ? 'seed' : 'seeds'} each, compared in pairs with the same seed; ${images} training images.${pairs === undefined ? '' : ` With differences as far apart as here, an effect of the paper's 0.4 points could be told from chance with about ${pairs} seeds.`} The change is of one trained first layer, over ${moved} test images.`,
      ja: `誤り率はシード ${seeds} 個ずつで、同じシードどうしを比べた。訓練画像は ${images} 枚。${pairs === undefined ? '' : `差のばらつきがこの程度なら、論文の 0.4 ポイントの効果を偶然と区別するには、シードがおよそ ${pairs} 個要る。`}出力の変化は、訓練した1層目1つについて、テスト画像 ${moved} 枚で測った。`,
    },
  };
}

export const lab = defineLab<Settings>({
  name: 'pooling',
  title: {
    en: 'Pooling: the largest, the mean, and windows that overlap',
    ja: 'プーリング：最大値、平均値、重なり合う窓',
  },
  claim: {
    en: 'Of a window with 4, 4, 8 and 10, max pooling keeps 10 and average pooling 6.5; pooling makes a network tolerant of small movements; windows of 3×3 that overlap lower the error a little against 2×2.',
    ja: '4、4、8、10 の窓から、最大値プーリングは 10、平均値プーリングは 6.5 を残す。プーリングにより、小さな位置ずれに強くなる。3×3 の重なり合う窓は、2×2 より誤り率をわずかに下げる。',
  },
  source: 'the article; Krizhevsky, Sutskever and Hinton 2012, section 3.4',
  sizes: {
    quick: { minutes: 0.5, images: 200, testImages: 300, epochs: 10, seeds: 3, moved: 100 },
    default: { minutes: 5, images: 1000, testImages: 2000, epochs: 10, seeds: 7, moved: 500 },
    full: { minutes: 40, images: 4000, testImages: 2000, epochs: 12, seeds: 16, moved: 2000 },
  },
  run: async (lab) => {
    lab.story({
      en: 'Pooling makes images of features smaller: each window of pixels becomes one value, its largest or its mean. Where in its window a feature was is forgotten, and that is what it is for.',
      ja: 'プーリングは特徴の画像を小さくする。画素の窓ごとに1つの値、最大値か平均値を残す。特徴が窓の中のどこにあったかは忘れられるが、それこそが目的である。',
    });
    const right = await tellWindows(lab);
    const trials: Trial[] = [];
    let changes: Record<string, Changes> | undefined;
    for (let seed = lab.seed; seed < lab.seed + lab.settings.seeds; seed++) {
      for (const kind of kinds) {
        const name = `${kind.name.en}, seed ${seed}`;
        const { changes: own, ...trial } = await lab.trial(name, () => runTrial(lab, kind, seed));
        trials.push(trial);
        changes ??= own;
      }
    }
    lab.record('trials', trials);
    lab.record('changes', changes);
    lab.story({
      en: 'To see the tolerance, the same first convolution is followed by each kind of pooling, and by none: every second pixel of every second row, which makes the output as small. Then the images move to the right.',
      ja: '位置ずれへの強さを見るため、同じ畳み込み層の後に各種のプーリングを置く。比較のため、プーリングをせずに縦横1画素おきに取り出すもの（出力の大きさは同じ）も加える。そして画像を右へ動かす。',
    });
    await drawMoves(lab, changes!);
    await drawErrors(lab, trials);
    return conclude(lab, right, changes!, trials);
  },
});
