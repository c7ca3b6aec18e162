import {
  AlexnetError,
  defineLab,
  spreadOf,
  type ChartLine,
  type Conclusion,
  type LabSession,
  type StepDone,
  type Text,
} from '../src/index.ts';

const activations = ['ReLU', 'tanh', 'sigmoid'] as const;
type Activation = (typeof activations)[number];

/** Four layers with weights, with one activation throughout: `alexnet info figure-1`. */
const networkOf = { ReLU: 'figure-1', tanh: 'figure-1-tanh', sigmoid: 'figure-1-sigmoid' } as const;

/** The paper's: training error of 25 %, which tanh takes six times as long to reach. */
const level = 0.25;
/** Called "about six". */
const nearClaim = [4, 9] as const;
/** Steps whose errors are counted together, and how many such counts the running error is the mean of. */
const stepsPerCount = 10;
const countsInWindow = 10;

interface Settings {
  /** The data set's first training images. */
  readonly images: number;
  readonly batchSize: number;
  /** Where a training ends that has not come to the level. */
  readonly steps: number;
  readonly rates: Readonly<Record<Activation, readonly number[]>>;
  /** Trainings at the best rate, each with its own weights and order of images. */
  readonly seeds: number;
}
type Session = LabSession<Settings>;

interface Run {
  readonly activation: Activation;
  readonly rate: number;
  readonly seed: number;
  /** Share of wrong answers on the training batches, of every `stepsPerCount` steps. */
  readonly errors: readonly number[];
  /** Steps until the running error was at the level; null when it never was. */
  readonly steps: number | null;
  /** The least running error; null before there was one. */
  readonly least: number | null;
  readonly diverged: boolean;
}

/** The mean of the last `window` errors at each place, once there are as many. */
export function runningErrors(errors: readonly number[], window: number): readonly number[] {
  return errors
    .slice(window - 1)
    .map((_, i) => errors.slice(i, i + window).reduce((sum, error) => sum + error, 0) / window);
}

/** How many errors it takes until the running error is at `most` or below; null when it never is. */
export function countsToLevel(errors: readonly number[], window: number, most: number): number | null {
  const place = runningErrors(errors, window).findIndex((error) => error <= most);
  return place < 0 ? null : place + window;
}

/** A slower training's steps over a faster one's, as far as they are known. */
export interface Ratio {
  readonly value: number;
  /** `atLeast` when the first never came to the level, `atMost` when the second did not. */
  readonly bound: 'exact' | 'atLeast' | 'atMost';
}

/** Null when neither came to the level within `most` steps. */
export function ratioOf(steps: number | null, base: number | null, most: number): Ratio | null {
  if (steps === null && base === null) return null;
  const bound = steps === null ? 'atLeast' : base === null ? 'atMost' : 'exact';
  return { value: (steps ?? most) / (base ?? most), bound };
}

function wrongAnswers({ program, labels }: StepDone): number {
  const logits = program.readActivation(program.network.layers.at(-1)!.name); // [N, classes]
  const classes = logits.length / labels.length;
  const answers = Array.from(labels, (_, i) => {
    const row = logits.subarray(i * classes, (i + 1) * classes);
    return row.indexOf(Math.max(...row));
  });
  return answers.filter((answer, i) => answer !== labels[i]).length;
}

/** Trains until the level is reached, and no longer than `most` steps. */
async function runOnce(
  lab: Session,
  activation: Activation,
  rate: number,
  seed: number,
  most: number,
): Promise<Run> {
  const { batchSize } = lab.settings;
  const dataset = await lab.data({ train: lab.settings.images, test: 1 });
  const enough = new AbortController();
  const errors: number[] = [];
  let [wrong, seen] = [0, 0];
  const onStep = (step: StepDone): void => {
    wrong += wrongAnswers(step);
    seen += step.labels.length;
    if (step.globalStep % stepsPerCount === 0) {
      errors.push(wrong / seen);
      [wrong, seen] = [0, 0];
      if (countsToLevel(errors.slice(-countsInWindow), countsInWindow, level) !== null) enough.abort();
    }
    if (step.globalStep >= most) enough.abort();
  };
  const epochs = Math.ceil((most * batchSize) / dataset.train.length);
  const options = { network: networkOf[activation], initialization: 'he', momentum: 0.9 } as const;
  let diverged = false;
  try {
    await lab.train(
      { ...options, dataset, learningRate: rate, batchSize, epochs, seed },
      { onStep, signal: enough.signal },
    );
  } catch (error) {
    if (!(error instanceof AlexnetError) || error.code !== 'ALEX_TRAINING_NOT_FINITE') throw error;
    diverged = true;
  }
  const counts = countsToLevel(errors, countsInWindow, level);
  const least = errors.length < countsInWindow ? null : Math.min(...runningErrors(errors, countsInWindow));
  const steps = counts === null ? null : counts * stepsPerCount;
  return { activation, rate, seed, errors, steps, least, diverged };
}

/** The faster to the level; of those that never come to it, the one with the lower error. */
export function isBetter(run: Pick<Run, 'steps' | 'least'>, best: Pick<Run, 'steps' | 'least'>): boolean {
  if (run.steps !== null || best.steps !== null) return (run.steps ?? Infinity) < (best.steps ?? Infinity);
  return (run.least ?? Infinity) < (best.least ?? Infinity);
}

/** A training at each rate; once one has come to the level, others only as long as they can still be faster. */
async function sweep(lab: Session, activation: Activation): Promise<{ runs: Run[]; best: Run }> {
  const runs: Run[] = [];
  let best: Run | undefined;
  for (const rate of lab.settings.rates[activation]) {
    const most = best?.steps ?? lab.settings.steps;
    const run = await lab.trial(`${activation}, rate ${rate}`, () =>
      runOnce(lab, activation, rate, lab.seed, most),
    );
    runs.push(run);
    if (best === undefined || isBetter(run, best)) best = run;
  }
  return { runs, best: best! };
}

const percent = (share: number): string => `${(100 * share).toFixed(1)} %`;

function reached({ steps, least, diverged }: Run): Text {
  if (steps !== null) return { en: `${steps} steps`, ja: `${steps} ステップ` };
  if (diverged) return { en: 'diverged', ja: '発散' };
  if (least === null) return { en: 'stopped early', ja: '打ち切り' };
  return { en: `not reached: ${percent(least)}`, ja: `届かず: ${percent(least)}` };
}

function tellSweeps(lab: Session, sweeps: readonly { runs: readonly Run[]; best: Run }[]): void {
  lab.table({
    caption: {
      en: 'The sweep of learning rates, with one seed: steps to 25 % training error. A rate is given up once it can no longer be the fastest.',
      ja: '学習率の探索 (シード 1 つ): 訓練誤差 25 % までのステップ数。最速になれないと決まった学習率はそこで打ち切る。',
    },
    head: [
      lab.text({ en: 'activation', ja: '活性化関数' }),
      lab.text({ en: 'learning rate', ja: '学習率' }),
      lab.text({ en: 'outcome', ja: '結果' }),
      lab.text({ en: 'taken', ja: '採用' }),
    ],
    rows: sweeps.flatMap(({ runs, best }) =>
      runs.map((run) => [run.activation, String(run.rate), lab.text(reached(run)), run === best ? '✓' : '–']),
    ),
  });
}

function runsOf(runs: readonly Run[], activation: Activation): readonly Run[] {
  return runs.filter((run) => run.activation === activation);
}

/** Mean steps of each activation, or how far those came that did not all reach the level. */
function tellSteps(runs: readonly Run[], most: number): Text {
  const told = (never: (closest: string) => string): string[] =>
    activations.map((activation) => {
      const own = runsOf(runs, activation);
      const steps = own.flatMap((run) => run.steps ?? []);
      if (steps.length === own.length) return `${activation} ${spreadOf(steps).mean.toFixed(0)}`;
      const closest = percent(own.reduce((least, run) => Math.min(least, run.least ?? 1), 1));
      return `${activation} ${never(closest)}`;
    });
  return {
    en: `Steps to 25 % training error: ${told((closest) => `not within ${most} (${closest})`).join(', ')}`,
    ja: `訓練誤差 25 % までのステップ数: ${told((closest) => `${most} 以内に届かず (${closest})`).join('、')}`,
  };
}

async function drawErrors(lab: Session, runs: readonly Run[]): Promise<void> {
  const lines = runs.map(({ activation, errors }): ChartLine => ({
    name: activation,
    series: activations.indexOf(activation),
    points: runningErrors(errors, countsInWindow).map((y, i) => ({
      x: (i + countsInWindow) * stepsPerCount,
      y: 100 * y,
    })),
  }));
  const told = tellSteps(runs, lab.settings.steps);
  const longest = stepsPerCount * Math.max(...runs.map(({ errors }) => errors.length));
  await lab.lineChart('training-error', {
    title: lab.text(told),
    description: lab.text({
      en: `Running training error over steps, a line a seed, ended where it comes to 25 %. ${told.en}.`,
      ja: `ステップごとの訓練誤差の移動平均。シードごとに 1 本で、25 % に達したところで終わる。${told.ja}。`,
    }),
    x: { label: lab.text({ en: 'steps', ja: 'ステップ' }), domain: [0, longest] },
    y: { label: lab.text({ en: 'training error, %', ja: '訓練誤差 (%)' }), domain: [0, 100] },
    lines,
    references: [{ axis: 'y', at: 100 * level, label: '25 %' }],
  });
}

async function drawSteps(lab: Session, runs: readonly Run[]): Promise<void> {
  const { steps: most } = lab.settings;
  const bars = activations.map((activation) => {
    const own = runsOf(runs, activation);
    const values = own.map(({ steps }) => steps ?? most);
    const missed = own.filter(({ steps }) => steps === null).length;
    const [en, ja] = [`${missed} of ${own.length} never`, `${own.length} 回中 ${missed} 回届かず`];
    const label = missed > 0 ? `${activation} (${lab.text({ en, ja })})` : activation;
    return { label, value: spreadOf(values).mean, values };
  });
  await lab.barChart('steps', {
    title: lab.text({ en: 'Steps to 25 % training error', ja: '訓練誤差 25 % までのステップ数' }),
    description: lab.text({
      en: `Means over seeds, single seeds as spots; a training that never came there counts with all its ${most} steps. ${bars.map(({ label, value }) => `${label}: ${value.toFixed(0)}`).join(', ')}.`,
      ja: `棒はシードの平均、点は個々のシード。届かなかった訓練は上限の ${most} ステップとして数える。${bars.map(({ label, value }) => `${label}: ${value.toFixed(0)}`).join('、')}。`,
    }),
    value: { label: lab.text({ en: 'steps', ja: 'ステップ' }) },
    bars,
    format: (value) => value.toFixed(0),
  });
}

/** Ratios of one activation to ReLU, seed by seed. */
function ratiosOf(runs: readonly Run[], activation: Activation, most: number): (Ratio | null)[] {
  const stepsOf = (name: Activation): (number | null)[] => runsOf(runs, name).map(({ steps }) => steps);
  const base = stepsOf('ReLU');
  return stepsOf(activation).map((steps, i) => ratioOf(steps, base[i]!, most));
}

const sign = { exact: '', atLeast: '≥ ', atMost: '≤ ' } as const;

/** Each ratio, after their geometric mean where all are exact and more than one. */
function tellRatios(ratios: readonly (Ratio | null)[], unknown: string): string {
  const each = ratios.map((ratio) => (ratio === null ? unknown : sign[ratio.bound] + ratio.value.toFixed(2)));
  const exact = ratios.filter((ratio) => ratio?.bound === 'exact') as readonly Ratio[];
  if (each.length === 1 || exact.length < each.length) return each.join(', ');
  return `${geometricMean(exact.map(({ value }) => value)).toFixed(2)} (${each.join(', ')})`;
}

function geometricMean(values: readonly number[]): number {
  return Math.exp(spreadOf(values.map(Math.log)).mean);
}

/**
 * Whether tanh takes about six times as long: in part when it is slower with every seed, but by another factor; not when it
 * is not slower with every seed and nowhere near six. A single seed decides nothing.
 */
export function verdictOf(ratios: readonly (Ratio | null)[]): Conclusion['verdict'] {
  if (ratios.length < 2 || ratios.some((ratio) => ratio === null)) return 'unclear';
  const known = ratios as readonly Ratio[];
  const mayBeMore = known.some(({ bound }) => bound === 'atLeast');
  if (known.every(({ value, bound }) => value > 1 && bound !== 'atMost')) {
    const mean = geometricMean(known.map(({ value }) => value));
    return mean >= nearClaim[0] && (mayBeMore || mean <= nearClaim[1]) ? 'agrees' : 'partly';
  }
  return !mayBeMore && known.every(({ value }) => value < nearClaim[0]) ? 'disagrees' : 'unclear';
}

/** Activations whose best rate was the least or the most that was tried. */
function atEnds(lab: Session, sweeps: readonly { best: Run }[]): string[] {
  return sweeps
    .filter(({ best }) => {
      const rates = lab.settings.rates[best.activation];
      return best.rate === Math.min(...rates) || best.rate === Math.max(...rates);
    })
    .map(({ best }) => best.activation);
}

/** How close those came that never reached the level. */
function tellMissed(runs: readonly Run[]): Text {
  const short = activations.flatMap((activation) => {
    const own = runsOf(runs, activation).filter(({ steps }) => steps === null);
    const closest = own.reduce((least, run) => Math.min(least, run.least ?? 1), 1);
    return own.length === 0 ? [] : [`${activation} ${percent(closest)}`];
  });
  if (short.length === 0) return { en: '', ja: '' };
  return {
    en: ` The lowest error of trainings that never came there: ${short.join(', ')}.`,
    ja: `届かなかった訓練の最小の誤差: ${short.join('、')}。`,
  };
}

function conclude(lab: Session, sweeps: readonly { best: Run }[], runs: readonly Run[]): Conclusion {
  const { steps: most, seeds } = lab.settings;
  const tanh = ratiosOf(runs, 'tanh', most);
  const sigmoid = ratiosOf(runs, 'sigmoid', most);
  lab.record('ratios', { tanh, sigmoid });
  const ends = atEnds(lab, sweeps);
  const edge: Text = {
    en: ` The best rate of ${ends.join(' and ')} is at an end of what was tried: a better one may lie beyond.`,
    ja: `${ends.join('、')} の最良の学習率は探索範囲の端にあり、その外にもっと良い値があるかもしれない。`,
  };
  const missed = tellMissed(runs);
  const told = (unknown: string): string =>
    `tanh ${tellRatios(tanh, unknown)}; sigmoid ${tellRatios(sigmoid, unknown)}`;
  return {
    verdict: verdictOf(tanh),
    finding: {
      en: `Steps to 25 % training error over ReLU's: ${told('unknown, neither came there')}. The paper's figure has about 6 for tanh.${missed.en}`,
      ja: `訓練誤差 25 % までのステップ数の、ReLU に対する比: ${told('不明 (どちらも届かず)')}。論文の図では tanh が約 6。${missed.ja}`,
    },
    confidence: {
      en: `${seeds} ${seeds === 1 ? 'seed' : 'seeds'} at rates that were chosen with another; at most ${most} steps. All start from He's weights, which are made for ReLU; the paper does not say what it started from.${ends.length > 0 ? edge.en : ''}`,
      ja: `学習率の探索とは別のシード ${seeds} 個。上限は ${most} ステップ。どれも ReLU 向けに作られた He の初期値から始めている。論文は初期値を明かしていない。${ends.length > 0 ? edge.ja : ''}`,
    },
  };
}

export const lab = defineLab<Settings>({
  name: 'relu-vs-tanh',
  title: {
    en: 'How much faster ReLU learns than tanh and sigmoid',
    ja: 'ReLU は tanh や sigmoid よりどれだけ速く学習するか',
  },
  claim: {
    en: 'A four-layer network with ReLU comes to 25 % training error six times faster than the same network with tanh.',
    ja: 'ReLU を使った 4 層のネットワークは、tanh を使った同じネットワークの 6 倍の速さで訓練誤差 25 % に達する。',
  },
  source: 'Krizhevsky, Sutskever and Hinton 2012, section 3.1 and Figure 1, on CIFAR-10',
  sizes: {
    quick: {
      minutes: 0.5,
      images: 300,
      batchSize: 16,
      steps: 500,
      rates: { ReLU: [0.02, 0.01], tanh: [0.01, 0.02], sigmoid: [0.1] },
      seeds: 2,
    },
    default: {
      minutes: 5,
      images: 8000,
      batchSize: 16,
      steps: 3000,
      rates: { ReLU: [0.02, 0.01, 0.04], tanh: [0.01, 0.005, 0.02], sigmoid: [0.1, 0.03, 0.3] },
      seeds: 3,
    },
    full: {
      minutes: 90,
      images: 50_000,
      batchSize: 16,
      steps: 30_000,
      rates: {
        ReLU: [0.02, 0.01, 0.04, 0.005],
        tanh: [0.01, 0.005, 0.02, 0.0025],
        sigmoid: [0.1, 0.03, 0.3, 0.01],
      },
      seeds: 5,
    },
  },
  run: async (lab) => {
    lab.story({
      en: "The paper's Figure 1 follows the training error of one small network, once with ReLU and once with tanh, each at the learning rate that made it fastest, and without regularisation. Here the same is done with figure-1, a network of four layers with weights, and with sigmoid besides. The training error is the running share of wrong answers on the batches that are being learnt from.",
      ja: '論文の図 1 は、小さなネットワークを ReLU と tanh のそれぞれで、正則化なしに、最も速くなる学習率で訓練し、訓練誤差を追ったものだ。ここでは重みを持つ層が 4 つのネットワーク figure-1 で同じことを行い、sigmoid も加える。訓練誤差は、学習中のバッチに対する誤答率の移動平均である。',
    });
    const sweeps: { runs: Run[]; best: Run }[] = [];
    for (const activation of activations) sweeps.push(await sweep(lab, activation));
    tellSweeps(lab, sweeps);
    const runs: Run[] = [];
    for (const { best } of sweeps) {
      for (let i = 1; i <= lab.settings.seeds; i++) {
        const { activation, rate } = best;
        const seed = lab.seed + i;
        const train = (): Promise<Run> => runOnce(lab, activation, rate, seed, lab.settings.steps);
        runs.push(await lab.trial(`${activation}, seed ${seed}`, train));
      }
    }
    lab.record('measure', { level, stepsPerCount, countsInWindow });
    lab.record(
      'sweeps',
      sweeps.flatMap((one) => one.runs),
    );
    lab.record('runs', runs);
    await drawErrors(lab, runs);
    await drawSteps(lab, runs);
    return conclude(lab, sweeps, runs);
  },
});
