import {
  buildNetwork,
  defineLab,
  spreadOf,
  type ChartPoint,
  type Conclusion,
  type InitializationScheme,
  type LabSession,
  type NetworkName,
  type NetworkSpec,
  type Text,
} from '../src/index.ts';

const schemes: readonly InitializationScheme[] = ['torchvision', 'he', 'paper'];

/** What is trained: the article's recipe, and one thing changed. */
const starts = [
  { key: 'torchvision', scheme: 'torchvision', learningRate: 0.001 },
  { key: 'he', scheme: 'he', learningRate: 0.001 },
  { key: 'paper', scheme: 'paper', learningRate: 0.001 },
  { key: 'torchvision, rate × 10', scheme: 'torchvision', learningRate: 0.01 },
] as const;
type Start = (typeof starts)[number];

interface Subject {
  readonly network: NetworkName;
  readonly seeds: number;
  /** At most. */
  readonly steps: number;
}
interface Settings {
  readonly subjects: readonly Subject[];
  readonly batchSize: number;
  /** Different images that trainings go over. */
  readonly images: number;
}
type Session = LabSession<Settings>;

/** At every layer with weights, before the first update. */
export interface Signals {
  /** How much what comes out differs from image to image: the standard deviation over images, of all units together. */
  readonly signal: readonly number[];
  /** Root mean square of the gradient of the weights. */
  readonly gradient: readonly number[];
}

/** Standard deviation over `count` images of what units give, as root mean square over the units. */
export function betweenImages(values: ArrayLike<number>, count: number): number {
  const units = values.length / count;
  let squares = 0;
  for (let unit = 0; unit < units; unit++) {
    let [sum, own] = [0, 0];
    for (let image = 0; image < count; image++) sum += values[image * units + unit]!;
    for (let image = 0; image < count; image++) own += (values[image * units + unit]! - sum / count) ** 2;
    squares += own / count;
  }
  return Math.sqrt(squares / units);
}

function rootMeanSquare(values: ArrayLike<number>): number {
  let squares = 0;
  for (let i = 0; i < values.length; i++) squares += values[i]! ** 2;
  return Math.sqrt(squares / values.length);
}

/** Layers with weights, and where their outputs are read: after the ReLU where there is one. */
function weighted({ layers }: NetworkSpec): { readonly weight: string; readonly output: string }[] {
  return layers.flatMap(({ type, name }, i) => {
    if (type !== 'conv' && type !== 'linear') return [];
    const next = layers[i + 1];
    return [{ weight: `${name}.weight`, output: next?.type === 'relu' ? next.name : name }];
  });
}

async function measure(
  lab: Session,
  {
    network,
    initialization,
    seed,
  }: { network: NetworkName; initialization: InitializationScheme; seed: number },
): Promise<Signals> {
  const { batchSize, images } = lab.settings;
  const dataset = await lab.data({ train: images, test: batchSize });
  const layers = weighted(buildNetwork(network, { classes: dataset.train.classes.length }));
  const end = new AbortController();
  let signals: Signals = { signal: [], gradient: [] };
  await lab.train(
    // Dropout would be chance that has nothing to do with the image. For one batch, loader threads are not worth starting.
    { network, dataset, initialization, batchSize, seed, dropout: 0, workers: 0 },
    {
      signal: end.signal,
      onStep: ({ program, labels }) => {
        if (end.signal.aborted) return;
        signals = {
          signal: layers.map(({ output }) => betweenImages(program.readActivation(output), labels.length)),
          gradient: layers.map(({ weight }) => rootMeanSquare(program.readGradient(weight))),
        };
        end.abort();
      },
    },
  );
  return signals;
}

/** Steps whose mean loss counts, so far under ln(classes) that it is no chance; and where a training has shown enough. */
const window = 25;
const margin = 0.1;
const enough = 0.5;

/** The first step at which the mean loss of the last steps is under ln(classes) by `margin`; null when it never is. */
export function leaves(losses: readonly number[], chance: number): number | null {
  for (let step = window; step <= losses.length; step++) {
    if (spreadOf(losses.slice(step - window, step)).mean < chance - margin) return step;
  }
  return null;
}

/** Losses of the steps of a training, which ends once it has learnt something. */
async function train(
  lab: Session,
  { network, steps }: Subject,
  { scheme, learningRate }: Start,
  { seed, chance }: { seed: number; chance: number },
): Promise<number[]> {
  const { batchSize, images } = lab.settings;
  const dataset = await lab.data({ train: images, test: batchSize });
  const epochs = Math.ceil((steps * batchSize) / dataset.train.length);
  const losses: number[] = [];
  const end = new AbortController();
  const options = { network, dataset, initialization: scheme, learningRate, batchSize, seed, epochs };
  await lab.train(options, {
    signal: end.signal,
    onStep: ({ loss }) => {
      losses.push(loss);
      const learnt = losses.length >= window && spreadOf(losses.slice(-window)).mean < chance - enough;
      if (learnt || losses.length === steps) end.abort();
    },
  });
  return losses;
}

interface Outcome {
  readonly network: NetworkName;
  readonly steps: number;
  readonly layers: readonly string[];
  /** By scheme, then by seed. */
  readonly signals: Readonly<Record<string, readonly Signals[]>>;
  /** By start, then by seed: the losses of every step, and the step at which they leave ln(classes). */
  readonly trainings: Readonly<Record<string, readonly { losses: readonly number[]; left: number | null }[]>>;
}

async function tryNetwork(lab: Session, subject: Subject, chance: number): Promise<Outcome> {
  const { network, seeds, steps } = subject;
  const signals: Record<string, Signals[]> = {};
  const trainings: Record<string, { losses: readonly number[]; left: number | null }[]> = {};
  for (let seed = lab.seed; seed < lab.seed + seeds; seed++) {
    for (const initialization of schemes) {
      const name = `signals of ${network}, ${initialization}, seed ${seed}`;
      const measured = await lab.trial(name, () => measure(lab, { network, initialization, seed }));
      (signals[initialization] ??= []).push(measured);
    }
    for (const start of starts) {
      const name = `${network}, ${start.key}, seed ${seed}`;
      const losses = await lab.trial(name, () => train(lab, subject, start, { seed, chance }));
      (trainings[start.key] ??= []).push({ losses, left: leaves(losses, chance) });
    }
  }
  const layers = weighted(buildNetwork(network, { classes: 10 })).map(({ weight }) =>
    weight.replace('.weight', ''),
  );
  return { network, steps, layers, signals, trainings };
}

const small = (value: number): string =>
  value >= 0.01 ? String(Number(value.toPrecision(3))) : value.toExponential(1);

async function drawLayers(
  lab: Session,
  outcome: Outcome,
  kind: keyof Signals,
  title: Text,
  label: Text,
): Promise<void> {
  const means = schemes.map((scheme) =>
    outcome.layers.map((_, layer): ChartPoint => {
      const { mean, least, most, count } = spreadOf(outcome.signals[scheme]!.map((one) => one[kind][layer]!));
      return { x: layer + 1, y: mean, ...(count > 1 && { low: least, high: most }) };
    }),
  );
  await lab.lineChart(`${kind}-${outcome.network}`, {
    title: `${lab.text(title)} (${outcome.network})`,
    description: schemes
      .map((scheme, i) => `${scheme}: ${means[i]!.map(({ y }) => small(y)).join(', ')}`)
      .join('; '),
    x: { label: lab.text({ en: 'layer with weights, from the image on', ja: '重みのある層 (画像側から)' }) },
    y: { label: lab.text(label), type: 'log' },
    lines: schemes.map((scheme, i) => ({ name: scheme, points: means[i]!, spots: true })),
  });
}

async function tellSignals(lab: Session, outcome: Outcome): Promise<void> {
  await drawLayers(
    lab,
    outcome,
    'signal',
    { en: 'How much of the image is left after each layer', ja: '各層のあとに画像の違いがどれだけ残るか' },
    { en: 'standard deviation over images', ja: '画像間の標準偏差' },
  );
  await drawLayers(
    lab,
    outcome,
    'gradient',
    { en: 'How much gradient each layer gets at the first step', ja: '最初のステップで各層に届く勾配' },
    { en: 'gradient, root mean square', ja: '勾配の二乗平均平方根' },
  );
  const mean = (scheme: string, layer: number): number =>
    spreadOf(outcome.signals[scheme]!.map(({ signal }) => signal[layer]!)).mean;
  lab.table({
    caption: {
      en: `${outcome.network}: the standard deviation over images of what each layer gives`,
      ja: `${outcome.network}: 各層の出力の、画像間の標準偏差`,
    },
    head: [lab.text({ en: 'layer', ja: '層' }), ...schemes, 'torchvision / he', '0.408ⁿ'],
    rows: outcome.layers.map((name, layer) => [
      name,
      ...schemes.map((scheme) => small(mean(scheme, layer))),
      small(mean('torchvision', layer) / mean('he', layer)),
      small((1 / Math.sqrt(6)) ** (layer + 1)),
    ]),
  });
}

async function tellTrainings(
  lab: Session,
  { network, steps, trainings }: Outcome,
  chance: number,
): Promise<void> {
  const guessing = lab.text({ en: 'guessing', ja: '当てずっぽう' });
  await lab.lineChart(`loss-${network}`, {
    title: lab.text({
      en: `How long the loss waits at ${chance.toFixed(3)} (${network})`,
      ja: `損失が ${chance.toFixed(3)} で待つ長さ (${network})`,
    }),
    description: starts
      .map(({ key }) => `${key}: ${trainings[key]!.map(({ left }) => left ?? `> ${steps}`).join(', ')}`)
      .join('; '),
    x: { label: lab.text({ en: 'step', ja: 'ステップ' }) },
    y: {
      label: lab.text({
        en: `training loss, mean of ${window} steps`,
        ja: `訓練損失 (${window} ステップの平均)`,
      }),
    },
    references: [{ at: chance, axis: 'y', label: guessing }],
    lines: starts.map(({ key }) => {
      const { losses } = trainings[key]![0]!;
      const points = Array.from({ length: Math.floor(losses.length / window) }, (_, i) => ({
        x: (i + 1) * window,
        y: spreadOf(losses.slice(i * window, (i + 1) * window)).mean,
      }));
      return { name: key, points };
    }),
  });
  await lab.barChart(`wait-${network}`, {
    title: lab.text({
      en: `Steps until the loss leaves ln(classes) (${network})`,
      ja: `損失が ln(クラス数) から離れるまでのステップ数 (${network})`,
    }),
    description: lab.text({
      en: `The first step at which the mean loss of ${window} steps is ${margin} under it; bars that end at ${steps} never were.`,
      ja: `${window} ステップの平均損失が ${margin} 下回った最初のステップ。${steps} で終わる棒は最後まで離れなかった。`,
    }),
    value: { label: lab.text({ en: 'steps', ja: 'ステップ' }), domain: [0, steps] },
    format: (value) => (value >= steps ? `≥ ${steps}` : value.toFixed(0)),
    bars: starts.map(({ key }) => {
      const values = trainings[key]!.map(({ left }) => left ?? steps);
      return { label: key, value: spreadOf(values).mean, values };
    }),
  });
}

/** The share that a layer with PyTorch's weights leaves of the signal that it leaves with He's: theory has 1/√6. */
export function factorOf({ signals }: Pick<Outcome, 'signals'>): number {
  const logs = signals['torchvision']!.map(({ signal }, seed) => {
    const other = signals['he']![seed]!.signal;
    return Math.log(signal.at(-1)! / other.at(-1)!) / signal.length;
  });
  return Math.exp(spreadOf(logs).mean);
}

function conclude(lab: Session, outcomes: readonly Outcome[]): Conclusion {
  const factors = outcomes.map(factorOf);
  lab.record('factors', Object.fromEntries(outcomes.map(({ network }, i) => [network, factors[i]])));
  const fades = factors.every((factor) => Math.abs(factor * Math.sqrt(6) - 1) < 0.15);
  const leftOf = ({ trainings }: Outcome, key: Start['key']): number[] =>
    trainings[key]!.map(({ left }) => left ?? Infinity);
  const helps = outcomes.every((outcome) =>
    leftOf(outcome, 'he').every((left, i) => left < leftOf(outcome, 'torchvision')[i]!),
  );
  const heLeaves = outcomes.every((outcome) => leftOf(outcome, 'he').every(Number.isFinite));
  const said = (outcome: Outcome, key: Start['key']): string => {
    const lefts = leftOf(outcome, key).map((left) =>
      Number.isFinite(left) ? String(left) : `> ${outcome.steps}`,
    );
    return [...new Set(lefts)].join(', ');
  };
  const verdict = fades && helps ? 'agrees' : fades || helps ? 'partly' : 'disagrees';
  const told = outcomes.map((outcome, i) => ({
    en: `${outcome.network}: each layer with PyTorch's weights leaves ${factors[i]!.toFixed(3)} of what He's leaves (theory: 1/√6 = 0.408). The loss leaves ln(classes) after ${said(outcome, 'torchvision')} steps with PyTorch's weights, ${said(outcome, 'he')} with He's, ${said(outcome, 'paper')} with N(0, 0.01), and ${said(outcome, 'torchvision, rate × 10')} with PyTorch's weights and ten times the learning rate.`,
    ja: `${outcome.network}: PyTorch の既定の重みでは、1 層ごとに He の ${factors[i]!.toFixed(3)} 倍しか残らない (理論値 1/√6 = 0.408)。損失が ln(クラス数) から離れるまでのステップ数は、PyTorch の既定で ${said(outcome, 'torchvision')}、He で ${said(outcome, 'he')}、N(0, 0.01) で ${said(outcome, 'paper')}、PyTorch の既定のまま学習率を 10 倍にすると ${said(outcome, 'torchvision, rate × 10')}。`,
  }));
  const seeds = outcomes.map(({ network, trainings }) => `${network} ${trainings['he']!.length}`).join(', ');
  return {
    verdict: heLeaves ? verdict : 'unclear',
    finding: { en: told.map(({ en }) => en).join(' '), ja: told.map(({ ja }) => ja).join('') },
    confidence: {
      en: `Seeds: ${seeds}; He's weights ${helps ? 'were sooner with every one of them' : 'were not sooner with every one of them'}. Trainings end at their most steps or once the loss has fallen by ${enough}; how well they end is not compared here.`,
      ja: `シード数: ${seeds}。He のほうが${helps ? 'すべてのシードで早かった' : '早いとは限らなかった'}。訓練は上限のステップ数か、損失が ${enough} 下がったところで打ち切る。最後にどこまで良くなるかはここでは比べない。`,
    },
  };
}

export const lab = defineLab<Settings>({
  name: 'initialisation',
  title: {
    en: "The first weights: why the article's recipe waits at ln(classes), and what ends it",
    ja: '初期値: 記事のレシピが ln(クラス数) で待つ理由と、それを終わらせるもの',
  },
  claim: {
    en: "PyTorch's default weights have 0.41 of the size that keeps a signal through ReLUs. Over the layers the image fades, and the loss waits at ln(classes); He's weights end that.",
    ja: 'PyTorch の既定の初期値は、ReLU を通る信号の大きさを保つのに必要な値の 0.41 倍しかない。層を重ねるうちに画像の違いが消え、損失は ln(クラス数) で待つ。He の初期値がそれを終わらせる。',
  },
  source: 'docs/results.md; He, Zhang, Ren and Sun 2015, section 2.2',
  sizes: {
    quick: {
      minutes: 0.5,
      subjects: [{ network: 'alexnet-32', seeds: 1, steps: 200 }],
      batchSize: 32,
      images: 6400,
    },
    default: {
      minutes: 5,
      subjects: [{ network: 'alexnet-32', seeds: 3, steps: 1600 }],
      batchSize: 32,
      images: 10000,
    },
    full: {
      minutes: 60,
      subjects: [
        { network: 'alexnet-32', seeds: 5, steps: 6000 },
        { network: 'alexnet', seeds: 1, steps: 1600 },
      ],
      batchSize: 32,
      images: 10000,
    },
  },
  run: async (lab) => {
    const { batchSize, images, subjects } = lab.settings;
    const { train: data } = await lab.data({ train: images, test: batchSize });
    const chance = Math.log(data.classes.length);
    lab.story({
      en: `A network that guesses among ${data.classes.length} classes has a loss of ln(${data.classes.length}) = ${chance.toFixed(3)}, and that is where the article's recipe stays for long. Before anything is learnt: how much does what each layer gives still depend on the image, and how much gradient comes back? Three ways to draw the first weights: PyTorch's default (torchvision, uniform within ±1/√n), He's (±√(6/n)), the paper's N(0, 0.01).`,
      ja: `${data.classes.length} クラスを当てずっぽうで選ぶと損失は ln(${data.classes.length}) = ${chance.toFixed(3)} になる。記事のレシピは長くそこにとどまる。学習の前に、各層の出力がまだどれだけ画像によって違うか、勾配がどれだけ戻ってくるかを見る。初期値は 3 通り: PyTorch の既定 (torchvision、±1/√n の一様分布)、He (±√(6/n))、論文の N(0, 0.01)。`,
    });
    const outcomes: Outcome[] = [];
    for (const subject of subjects) {
      const outcome = await tryNetwork(lab, subject, chance);
      outcomes.push(outcome);
      await tellSignals(lab, outcome);
      lab.story({
        en: `Then the article's recipe: SGD, batches of ${batchSize}, learning rate 0.001, momentum 0.9, dropout 0.5; at most ${subject.steps} steps. Only the first weights differ, and once the learning rate.`,
        ja: `次に記事のレシピで訓練する。SGD、バッチ ${batchSize}、学習率 0.001、モーメンタム 0.9、ドロップアウト 0.5、最大 ${subject.steps} ステップ。変えるのは初期値だけ、もう 1 つは学習率だけである。`,
      });
      await tellTrainings(lab, outcome, chance);
    }
    lab.record('chance', chance);
    lab.record('outcomes', outcomes);
    return conclude(lab, outcomes);
  },
});
