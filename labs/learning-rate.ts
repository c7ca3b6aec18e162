import {
  AlexnetError,
  defineLab,
  findLearningRate,
  spreadOf,
  type Conclusion,
  type DatasetSplits,
  type LabSession,
  type RateSearch,
  type ReferenceLine,
  type Text,
} from '../src/index.ts';

interface Settings {
  readonly network: string;
  /** From too small to too large. */
  readonly rates: readonly number[];
  /** Different images that trainings go over, and how often; in batches of 32. */
  readonly images: number;
  readonly epochs: number;
  readonly seeds: number;
  /** Of the search for a rate: from the first of `rates` to its last. */
  readonly searchSteps: number;
  readonly testImages: number;
}
type Session = LabSession<Settings>;

/** One training. */
interface Trial {
  readonly rate: number;
  readonly seed: number;
  /** Of every step, up to the one where it diverged. */
  readonly losses: readonly number[];
  /** 0..1; null when the training diverged. */
  readonly accuracy: number | null;
}

const batchSize = 32;
const options = { initialization: 'he', dropout: 0, batchSize, momentum: 0.9 } as const;

const images = ({ data, settings }: Session): Promise<DatasetSplits> =>
  data({ train: settings.images, test: settings.testImages });

async function trainAt(lab: Session, rate: number, seed: number): Promise<Trial> {
  const { network, epochs } = lab.settings;
  const data = await images(lab);
  const losses: number[] = [];
  try {
    const { result } = await lab.train(
      { ...options, network, dataset: data, learningRate: rate, epochs, seed },
      { onStep: ({ loss }) => void losses.push(loss) },
    );
    return { rate, seed, losses, accuracy: result!.accuracy };
  } catch (error) {
    if (error instanceof AlexnetError && error.code === 'ALEX_TRAINING_NOT_FINITE')
      return { rate, seed, losses, accuracy: null };
    throw error;
  }
}

/** As `alexnet lr-find` does it. */
async function search(lab: Session): Promise<RateSearch> {
  const { network, rates, searchSteps: steps } = lab.settings;
  const dataset = await images(lab);
  const range = { from: rates[0]!, to: rates.at(-1)!, steps };
  const hooks = { engine: await lab.engine(), signal: lab.signal };
  return findLearningRate({ ...options, network, dataset, seed: lab.seed }, range, hooks);
}

/** A rate over its seeds. */
interface Outcome {
  readonly rate: number;
  /** Mean loss of the last fifth of the steps, by seed; null where it diverged or ended above guessing by as much again. */
  readonly losses: readonly (number | null)[];
  readonly accuracies: readonly (number | null)[];
}

function outcomeOf(trials: readonly Trial[], rate: number, chance: number): Outcome {
  const own = trials.filter((trial) => trial.rate === rate);
  const losses = own.map(({ losses: all, accuracy }) => {
    const end = spreadOf(all.slice(-Math.ceil(all.length / 5))).mean;
    return accuracy === null || end > 2 * chance ? null : end;
  });
  return { rate, losses, accuracies: own.map(({ accuracy }) => accuracy) };
}

/** What the trainings with all rates gave. */
interface Swept {
  readonly trials: readonly Trial[];
  readonly outcomes: readonly Outcome[];
  /** Of each training. */
  readonly steps: number;
  readonly chance: number;
}

const meanLoss = ({ losses }: Outcome): number =>
  losses.includes(null) ? Infinity : spreadOf(losses as readonly number[]).mean;

async function tellOutcomes(lab: Session, { outcomes, steps, chance }: Swept): Promise<void> {
  const { seeds } = lab.settings;
  const finite = outcomes.filter((one) => Number.isFinite(meanLoss(one)));
  const diverged = outcomes.find((one) => one.losses.includes(null));
  await lab.lineChart('rates', {
    title: lab.text({
      en: `The loss after ${steps} steps at each learning rate: where it is lowest, and how steep it is on both sides`,
      ja: `学習率ごとの ${steps} ステップ後の損失。どこで最も低く、両側がどれほど急か`,
    }),
    description: outcomes
      .map((one) => `${one.rate}: ${one.losses.map((loss) => loss?.toFixed(2) ?? 'diverged').join(', ')}`)
      .join('; '),
    x: { label: lab.text({ en: 'learning rate', ja: '学習率' }), type: 'log' },
    y: { label: lab.text({ en: 'training loss at the end, nats', ja: '最後の訓練損失 (nat)' }) },
    references: [
      { at: chance, axis: 'y', label: lab.text({ en: 'guessing', ja: '当てずっぽう' }) },
      ...(diverged
        ? [{ at: diverged.rate, axis: 'x' as const, label: lab.text({ en: 'diverges', ja: '発散' }) }]
        : []),
    ],
    lines: [
      {
        name: lab.text({ en: 'loss', ja: '損失' }),
        spots: true,
        points: finite.map((one) => {
          const { mean, least, most } = spreadOf(one.losses as readonly number[]);
          return { x: one.rate, y: mean, ...(seeds > 1 && { low: least, high: most }) };
        }),
      },
    ],
  });
  lab.table({
    caption: {
      en: `After ${steps} steps of ${batchSize} images; ${seeds === 1 ? 'one seed' : `mean (and least to most) of ${seeds} seeds`}`,
      ja: `${batchSize} 枚ずつ ${steps} ステップ後。${seeds === 1 ? 'シード 1 個' : `シード ${seeds} 個の平均 (最小〜最大)`}`,
    },
    head: [
      lab.text({ en: 'learning rate', ja: '学習率' }),
      lab.text({ en: 'loss', ja: '損失' }),
      lab.text({ en: 'accuracy on test images', ja: 'テスト画像の正解率' }),
      lab.text({ en: 'diverged', ja: '発散' }),
    ],
    rows: outcomes.map(({ rate, losses, accuracies }) => {
      const failed = losses.filter((loss) => loss === null).length;
      const range = (values: readonly (number | null)[], format: (value: number) => string): string => {
        const present = values.filter((value) => value !== null);
        if (present.length === 0) return '–';
        const { mean, least, most, count } = spreadOf(present);
        return count === 1 ? format(mean) : `${format(mean)} (${format(least)}–${format(most)})`;
      };
      return [
        String(rate),
        range(losses, (value) => value.toFixed(3)),
        range(accuracies, (value) => `${(100 * value).toFixed(1)} %`),
        `${failed} / ${losses.length}`,
      ];
    }),
  });
}

/** The losses of a training, smoothed: the mean of each so many steps. */
function smoothed(losses: readonly number[], window: number): { x: number; y: number }[] {
  return Array.from({ length: Math.floor(losses.length / window) }, (_, i) => ({
    x: (i + 1) * window,
    y: spreadOf(losses.slice(i * window, (i + 1) * window)).mean,
  }));
}

/** It ends before there is much of a line. */
function divergedName(rate: number, steps: number): Text {
  return { en: `${rate} (diverges at step ${steps})`, ja: `${rate} (ステップ ${steps} で発散)` };
}

async function tellCurves(lab: Session, { trials, steps, chance }: Swept): Promise<void> {
  // As many as can be told apart.
  const first = trials
    .filter(({ seed }) => seed === lab.seed)
    .filter((_, i, all) => all.length <= 6 || i % 2 === 0);
  const window = Math.max(1, Math.round(steps / 20));
  await lab.lineChart('curves', {
    title: lab.text({
      en: 'The loss while it trains: small rates crawl, good ones fall, too large ones jump or stay at guessing',
      ja: '訓練中の損失。小さい学習率はゆっくり、よい学習率は下がり、大きすぎると跳ねるか当てずっぽうのまま',
    }),
    description: first.map(({ rate, losses }) => `${rate}: ${losses.at(-1)?.toFixed(2) ?? ''}`).join('; '),
    x: { label: lab.text({ en: 'step', ja: 'ステップ' }) },
    y: {
      label: lab.text({
        en: `training loss, mean of ${window} steps`,
        ja: `訓練損失 (${window} ステップの平均)`,
      }),
      domain: [0, 1.5 * chance],
    },
    references: [{ at: chance, axis: 'y', label: lab.text({ en: 'guessing', ja: '当てずっぽう' }) }],
    lines: first.map(({ rate, losses, accuracy }) => ({
      name: accuracy === null ? lab.text(divergedName(rate, losses.length)) : String(rate),
      points: smoothed(losses, window),
    })),
  });
}

async function tellSearch(lab: Session, found: RateSearch, best: number): Promise<void> {
  const { least, suggested, points } = found;
  const top =
    1.2 * Math.max(...points.slice(0, Math.ceil(points.length / 10)).map((point) => point.smoothed));
  lab.story({
    en: `A search needs one short training instead of one for each rate: the rate grows at every step, and the loss tells where it begins to fall, and where it blows up (alexnet lr-find). It suggests a tenth of the rate where the loss is least.`,
    ja: `学習率の探索なら、短い訓練 1 回で済む。ステップごとに学習率を上げ、損失がどこで下がり始め、どこで跳ね上がるかを見る (alexnet lr-find)。損失が最小になる学習率の 10 分の 1 を提案する。`,
  });
  const marks: ReferenceLine[] = [
    {
      at: best,
      axis: 'x',
      label: lab.text({ en: `best of the sweep: ${best}`, ja: `総当たりの最良: ${best}` }),
    },
    ...(suggested === undefined
      ? []
      : [
          {
            at: suggested,
            axis: 'x' as const,
            label: lab.text({ en: `suggested: ${suggested}`, ja: `提案: ${suggested}` }),
          },
        ]),
  ];
  await lab.lineChart('search', {
    title: lab.text({
      en: 'The same from a single training with a growing rate: where the loss falls, and where it turns',
      ja: '学習率を上げながらの 1 回の訓練。損失が下がるところと、上がりに転じるところ',
    }),
    description: `${points.length} steps; least loss at ${least?.toPrecision(2) ?? '–'}, suggested ${suggested ?? '–'}, best of the sweep ${best}`,
    x: { label: lab.text({ en: 'learning rate', ja: '学習率' }), type: 'log' },
    y: {
      label: lab.text({ en: 'training loss, smoothed', ja: '訓練損失 (平滑化)' }),
      domain: [0, top],
    },
    references: marks,
    lines: [
      {
        name: 'loss',
        points: points.map(({ learningRate, smoothed: y }) => ({ x: learningRate, y: Math.min(y, 2 * top) })),
      },
    ],
  });
}

interface Findings extends Swept {
  readonly best: Outcome;
  readonly found: RateSearch;
}

/** What is said of the numbers; all of it in data.json. */
function conclude(lab: Session, { outcomes, best, found, steps, chance }: Findings): Conclusion {
  const { seeds } = lab.settings;
  const at = outcomes.indexOf(best);
  const [slowest, fastest] = [outcomes[0]!, outcomes.at(-1)!];
  const learnt = meanLoss(best) < chance - 0.1;
  // What is lost at the ends, of what the best gains over guessing.
  const share = (one: Outcome): number => Math.max(0, chance - meanLoss(one)) / (chance - meanLoss(best));
  const between = at > 0 && at < outcomes.length - 1;
  const peaked = between && share(slowest) < 0.5 && share(fastest) < 0.5;
  const { suggested } = found;
  // A step of the sweep either way is as near as it can tell.
  const factor = outcomes[1]!.rate / slowest.rate;
  const near =
    suggested !== undefined && Math.abs(Math.log(suggested / best.rate)) <= Math.log(factor) * 1.05;
  const failed = outcomes.find(({ losses }) => losses.includes(null));
  lab.record('best', { rate: best.rate, loss: meanLoss(best), peaked, suggested, near });
  const bestBySeed = best.losses.map((_, seed) =>
    outcomes.reduce((one, two) =>
      (two.losses[seed] ?? Infinity) < (one.losses[seed] ?? Infinity) ? two : one,
    ),
  );
  const rates = [...new Set(bestBySeed.map(({ rate }) => rate))].join(', ');
  const loss = (one: Outcome, language: 'en' | 'ja'): string => {
    const mean = meanLoss(one);
    if (language === 'en') return Number.isFinite(mean) ? mean.toFixed(2) : 'divergence';
    return Number.isFinite(mean) ? ` ${mean.toFixed(2)}` : '発散';
  };
  const suggestion = suggested === undefined ? undefined : String(suggested);
  return {
    verdict: !learnt ? 'unclear' : peaked && near ? 'agrees' : peaked || near ? 'partly' : 'disagrees',
    finding: {
      en: `After ${steps} steps the loss is lowest at a rate of ${best.rate}: ${loss(best, 'en')}, against ${loss(slowest, 'en')} at ${slowest.rate} and ${loss(fastest, 'en')} at ${fastest.rate}. ${failed ? `From ${failed.rate} on trainings diverge.` : 'None of the rates diverged.'} The search suggests ${suggestion ?? 'nothing'}${suggestion ? `, ${near ? 'at most' : 'more than'} one step of the sweep from the best` : ''}.`,
      ja: `${steps} ステップ後の損失が最も低いのは学習率 ${best.rate} の${loss(best, 'ja')}。${slowest.rate} では${loss(slowest, 'ja')}、${fastest.rate} では${loss(fastest, 'ja')}。${failed ? `${failed.rate} からは発散する訓練がある。` : '発散した学習率はない。'}${suggestion ? `探索の提案は ${suggestion} で、最良との差は総当たりの 1 刻み${near ? '以内' : 'を超える'}。` : '探索からは提案が出なかった。'}`,
    },
    confidence: {
      en: `${seeds} ${seeds === 1 ? 'seed' : 'seeds'}; best by seed: ${rates}. The best rate depends on the network, the batch size and the steps: longer trainings and schedules that end low bear more.`,
      ja: `シード ${seeds} 個。シードごとの最良: ${rates}。最良の学習率はネットワーク、バッチの大きさ、ステップ数で変わる。長い訓練や、最後に下げるスケジュールなら、もっと大きくてもよい。`,
    },
  };
}

export const lab = defineLab<Settings>({
  name: 'learning-rate',
  title: { en: 'The learning rate: from too small to too large', ja: '学習率: 小さすぎから大きすぎまで' },
  claim: {
    en: 'Too small a learning rate hardly learns, too large a one diverges, and the best lies between; a short search with a growing rate finds it.',
    ja: '学習率は小さすぎるとほとんど学習せず、大きすぎると発散し、最良はその間にある。学習率を上げながらの短い探索で見つかる。',
  },
  source: 'Krizhevsky, Sutskever and Hinton 2012, section 5; Smith 2017, section 3.3',
  sizes: {
    quick: {
      minutes: 0.5,
      network: 'alexnet-32',
      rates: [0.0003, 0.003, 0.03, 0.3],
      images: 4800,
      epochs: 1,
      seeds: 1,
      searchSteps: 100,
      testImages: 200,
    },
    default: {
      minutes: 5,
      network: 'alexnet-32',
      rates: [0.0001, 0.0003, 0.001, 0.003, 0.01, 0.03, 0.1, 0.3],
      images: 6400,
      epochs: 2,
      seeds: 3,
      searchSteps: 150,
      testImages: 500,
    },
    full: {
      minutes: 50,
      network: 'alexnet-32',
      rates: [0.0001, 0.0002, 0.0005, 0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5],
      images: 9600,
      epochs: 5,
      seeds: 5,
      searchSteps: 300,
      testImages: 2000,
    },
  },
  run: async (lab) => {
    const { rates, seeds, epochs } = lab.settings;
    const { train } = await images(lab);
    const steps = epochs * Math.ceil(train.length / batchSize);
    const chance = Math.log(train.classes.length);
    lab.story({
      en: `The same network from the same first weights (He's), trained for ${steps} steps with SGD and momentum 0.9; only the learning rate differs: ${rates.join(', ')}.`,
      ja: `同じ初期値 (He) の同じネットワークを、SGD とモーメンタム 0.9 で ${steps} ステップ訓練する。違うのは学習率だけ: ${rates.join('、')}。`,
    });
    const trials: Trial[] = [];
    for (let seed = lab.seed; seed < lab.seed + seeds; seed++) {
      for (const rate of rates)
        trials.push(await lab.trial(`learning rate ${rate}, seed ${seed}`, () => trainAt(lab, rate, seed)));
    }
    const found = await lab.trial('search', () => search(lab));
    const outcomes = rates.map((rate) => outcomeOf(trials, rate, chance));
    const best = outcomes.reduce((one, two) => (meanLoss(two) < meanLoss(one) ? two : one));
    lab.record('chance', chance);
    lab.record('trials', trials);
    lab.record('outcomes', outcomes);
    lab.record('search', found);
    const swept = { trials, outcomes, steps, chance };
    await tellCurves(lab, swept);
    await tellOutcomes(lab, swept);
    await tellSearch(lab, found, best.rate);
    return conclude(lab, { ...swept, best, found });
  },
});
