import {
  defineLab,
  spreadOf,
  type ChartPoint,
  type Conclusion,
  type InitializationScheme,
  type LabSession,
} from '../src/index.ts';
import { stopOf, trainDepths, type Depth, type DepthSettings } from './vanishing-gradient/depths.ts';
import {
  geometricMean,
  measure,
  reach,
  type Measured,
  type StepSettings,
} from './vanishing-gradient/firstSteps.ts';
import { activationNames, activations, type Activation } from './vanishing-gradient/plainNetwork.ts';

const schemes: readonly InitializationScheme[] = ['torchvision', 'he', 'xavier', 'paper'];

/** The steepest that each can be. */
const steepest: Readonly<Record<Activation, number>> = { sigmoid: 0.25, tanh: 1, relu: 1 };

type Settings = StepSettings & DepthSettings;
type Session = LabSession<Settings>;

/** One activation with one initialisation, over seeds. */
interface Combination {
  readonly activation: Activation;
  readonly scheme: InitializationScheme;
  readonly trials: readonly Measured[];
}

async function measureAll(lab: Session): Promise<Combination[]> {
  const combinations: Combination[] = [];
  for (const scheme of schemes) {
    for (const activation of activations) {
      const trials: Measured[] = [];
      for (let seed = lab.seed; seed < lab.seed + lab.settings.seeds; seed++) {
        const name = `gradients of ${activation}, ${scheme}, seed ${seed}`;
        trials.push(await lab.trial(name, () => measure(lab, activation, scheme, seed)));
      }
      combinations.push({ activation, scheme, trials });
    }
  }
  lab.record('gradients', combinations);
  return combinations;
}

const small = (value: number): string => (value >= 0.001 ? value.toFixed(3) : value.toExponential(0));

async function tellGradients(lab: Session, combinations: readonly Combination[]): Promise<void> {
  const { layers, seeds } = lab.settings;
  const numbers = Array.from({ length: layers }, (_, i) => i + 1);
  const atStart = (combination: Combination, layer: number): number =>
    geometricMean(combination.trials.map(({ gradients }) => gradients[0]![layer - 1]!));
  await lab.heatMap('layers', {
    title: lab.text({
      en: 'The gradient of each layer at the first step: read a column upwards, from loss to image',
      ja: '最初のステップで各層に届く勾配。列を下から上へ、損失から画像のほうへ読む',
    }),
    description: combinations
      .map(
        (one) =>
          `${one.activation}, ${one.scheme}: ${small(atStart(one, 1))} … ${small(atStart(one, layers))}`,
      )
      .join('; '),
    rows: numbers.map(String),
    rowLabel: lab.text({ en: 'layer (1 is at the image)', ja: '層 (1 が画像側)' }),
    columns: combinations.map(({ activation, scheme }) => `${activationNames[activation]} · ${scheme}`),
    columnLabel: lab.text({
      en: "root mean square of the gradient of the layer's weights",
      ja: '重みの勾配の二乗平均平方根',
    }),
    values: numbers.map((layer) => combinations.map((one) => atStart(one, layer))),
    type: 'log',
    format: (value) => value.toExponential(0),
  });
  const he = combinations.filter(({ scheme }) => scheme === 'he');
  const over = (values: readonly number[], x: number): ChartPoint => {
    const { least, most } = spreadOf(values);
    return { x, y: geometricMean(values), ...(seeds > 1 && { low: least, high: most }) };
  };
  const label = lab.text({ en: 'gradient, root mean square', ja: '勾配の二乗平均平方根' });
  await lab.lineChart('by-layer', {
    title: lab.text({
      en: "With He's weights: where the gradient goes on its way from the last layer to the first",
      ja: 'He の初期値での、最後の層から最初の層までの勾配の大きさ',
    }),
    description: he
      .map((one) => `${one.activation}: ${small(atStart(one, 1))} … ${small(atStart(one, layers))}`)
      .join('; '),
    x: { label: lab.text({ en: 'layer', ja: '層' }) },
    y: { label, type: 'log' },
    lines: he.map(({ activation, trials }) => ({
      name: activationNames[activation],
      points: numbers.map((layer) =>
        over(
          trials.map(({ gradients }) => gradients[0]![layer - 1]!),
          layer,
        ),
      ),
    })),
  });
  await lab.lineChart('by-step', {
    title: lab.text({
      en: "With He's weights: whether the first layer's gradient comes back in the first steps",
      ja: 'He の初期値で、最初の層の勾配が最初の数ステップのうちに戻るか',
    }),
    description: he
      .map(
        ({ activation, trials }) =>
          `${activation}: ${small(trials[0]!.gradients[0]![0]!)} → ${small(trials[0]!.gradients.at(-1)![0]!)}`,
      )
      .join('; '),
    x: { label: lab.text({ en: 'step', ja: 'ステップ' }) },
    y: { label, type: 'log' },
    lines: he.map(({ activation, trials }) => ({
      name: activationNames[activation],
      points: trials[0]!.gradients.map((_, step) =>
        over(
          trials.map(({ gradients }) => gradients[step]![0]!),
          step + 1,
        ),
      ),
    })),
  });
}

/** What a layer leaves, in two factors; over seeds. */
interface Factors {
  readonly activation: Activation;
  readonly scheme: InitializationScheme;
  readonly reach: number;
  readonly weights: number;
  readonly slope: number;
}

function factorsOf({ activation, scheme, trials }: Combination): Factors {
  return {
    activation,
    scheme,
    reach: geometricMean(trials.map(reach)),
    weights: geometricMean(trials.map(({ weightsFactor }) => weightsFactor)),
    slope: geometricMean(trials.map(({ activationFactor }) => activationFactor)),
  };
}

function tellFactors(lab: Session, factors: readonly Factors[]): void {
  lab.record('factors', factors);
  lab.story({
    en: 'Now exactly, by backpropagation in plain arithmetic at the second step: at each layer the gradient goes through the weights and through the activation. The second of these two factors is what the article speaks of; it can never exceed the steepest slope. The first is up to the initialisation.',
    ja: '次に、2 ステップ目の逆伝播を手計算で追う。勾配は層ごとに重みと活性化関数を通る。記事が言うのは 2 つ目の係数で、最大の傾きを超えることはない。1 つ目は初期値で決まる。',
  });
  lab.table({
    caption: {
      en: 'What one layer leaves of the gradient: the product of what its weights and its activation leave',
      ja: '1 層を通ったあとに残る勾配の割合。重みによる係数と活性化関数による係数の積',
    },
    head: [
      lab.text({ en: 'activation · initialisation', ja: '活性化関数・初期値' }),
      lab.text({ en: 'a layer', ja: '1 層' }),
      lab.text({ en: 'its weights', ja: '重み' }),
      lab.text({ en: 'its activation', ja: '活性化関数' }),
      lab.text({ en: 'steepest slope', ja: '最大の傾き' }),
      lab.text({ en: 'first layer / last', ja: '最初の層 / 最後の層' }),
    ],
    rows: factors.map(({ activation, scheme, weights, slope, reach: share }) => [
      `${activationNames[activation]} · ${scheme}`,
      (weights * slope).toFixed(3),
      weights.toFixed(3),
      slope.toFixed(3),
      String(steepest[activation]),
      small(share),
    ]),
  });
}

async function tellDepths(lab: Session, depths: readonly Depth[], chance: number): Promise<void> {
  const { trainingSteps, rates, trainingSeeds } = lab.settings;
  lab.story({
    en: `The gradient of a weight is the signal that comes in times the gradient that comes back. Weights that are too small make both fade, so that all layers get equally little; sigmoid keeps its outputs near ½, and only the way back fades. Does it matter? Networks of growing depth, each trained for ${trainingSteps} steps of 32 images with He's weights and the learning rates ${rates.join(', ')}, of which the best counts. A network that guesses has a loss of ln(classes) = ${chance.toFixed(3)}.`,
    ja: `重みの勾配は、入ってくる信号と戻ってくる勾配の積である。重みが小さすぎると両方が弱まり、どの層にも同じようにわずかしか届かない。sigmoid の出力は ½ の近くに保たれるので、弱まるのは戻り道だけになる。これは学習に効くのか。層を増やしながら、He の初期値で 32 枚ずつ ${trainingSteps} ステップ訓練する。学習率は ${rates.join('、')} を試し、いちばんよいものを採る。当てずっぽうの損失は ln(クラス数) = ${chance.toFixed(3)} である。`,
  });
  const of = (activation: Activation): Depth[] => depths.filter((one) => one.activation === activation);
  await lab.lineChart('depth', {
    title: lab.text({
      en: 'The depth at which learning stops: where the loss stays at the level of guessing',
      ja: '学習が止まる深さ。損失が当てずっぽうの水準から動かなくなるところ',
    }),
    description: depths
      .map(({ activation, depth, best }) => `${activation} ${depth}: ${spreadOf(best).mean.toFixed(2)}`)
      .join('; '),
    x: { label: lab.text({ en: 'layers with weights', ja: '重みのある層の数' }) },
    y: { label: lab.text({ en: 'training loss at the end, nats', ja: '最後の訓練損失 (nat)' }) },
    references: [{ at: chance, axis: 'y', label: lab.text({ en: 'guessing', ja: '当てずっぽう' }) }],
    lines: activations.map((activation) => ({
      name: activationNames[activation],
      spots: true,
      points: of(activation).map(({ depth, best }) => {
        const { mean, least, most } = spreadOf(best);
        return { x: depth, y: mean, ...(trainingSeeds > 1 && { low: least, high: most }) };
      }),
    })),
  });
}

function conclude(
  lab: Session,
  {
    factors,
    combinations,
    depths,
  }: { factors: readonly Factors[]; combinations: readonly Combination[]; depths: readonly Depth[] },
): Conclusion {
  const trialsOf = (activation: Activation, scheme: InitializationScheme): readonly Measured[] =>
    combinations.find((one) => one.activation === activation && one.scheme === scheme)!.trials;
  // Seed by seed, with the initialisations that do not make every signal tiny.
  const fades = (['torchvision', 'he', 'xavier'] as const).every((scheme) =>
    trialsOf('sigmoid', scheme).every((trial, i) => reach(trial) < reach(trialsOf('relu', scheme)[i]!)),
  );
  const bounded = factors.every(({ activation, slope }) => slope <= steepest[activation] + 1e-9);
  const stops = Object.fromEntries(activations.map((one) => [one, stopOf(depths, one)]));
  lab.record('stops', stops);
  const { sigmoid = null, relu = null } = stops;
  const learnt = depths.some(({ learns }) => learns);
  const sooner = sigmoid !== null && (relu === null || sigmoid < relu);
  const agreeing = [fades && bounded, sooner].filter(Boolean).length;
  const of = (activation: Activation): Factors =>
    factors.find((one) => one.activation === activation && one.scheme === 'he')!;
  const left = (activation: Activation): string => small(of(activation).reach);
  const deepest = Math.max(...lab.settings.depths);
  const said = (stop: number | null | undefined, language: 'en' | 'ja'): string => {
    if (typeof stop === 'number') return language === 'en' ? `at ${stop} layers` : `${stop} 層で止まる`;
    return language === 'en' ? `at none of up to ${deepest}` : `${deepest} 層まででは止まらない`;
  };
  const { seeds, trainingSeeds, trainingSteps } = lab.settings;
  return {
    verdict: learnt ? (['disagrees', 'partly', 'agrees'] as const)[agreeing]! : 'unclear',
    finding: {
      en: `With He's weights the first layer gets ${left('sigmoid')} of the last layer's gradient with sigmoid, ${left('tanh')} with tanh, ${left('relu')} with ReLU. Sigmoid leaves ${of('sigmoid').slope.toFixed(3)} of it at each layer (at most 0.25), tanh ${of('tanh').slope.toFixed(3)}, ReLU ${of('relu').slope.toFixed(3)}, before weights. Learning stops ${said(stops['sigmoid'], 'en')} with sigmoid, ${said(stops['tanh'], 'en')} with tanh, ${said(stops['relu'], 'en')} with ReLU.`,
      ja: `He の初期値では、最初の層に届く勾配は最後の層に比べて sigmoid で ${left('sigmoid')} 倍、tanh で ${left('tanh')} 倍、ReLU で ${left('relu')} 倍。活性化関数だけを見ると、1 層ごとに sigmoid は ${of('sigmoid').slope.toFixed(3)} 倍 (最大 0.25)、tanh は ${of('tanh').slope.toFixed(3)} 倍、ReLU は ${of('relu').slope.toFixed(3)} 倍になる。学習は sigmoid では ${said(stops['sigmoid'], 'ja')}。tanh では ${said(stops['tanh'], 'ja')}。ReLU では ${said(stops['relu'], 'ja')}。`,
    },
    confidence: {
      en: `Gradients: ${seeds} ${seeds === 1 ? 'seed' : 'seeds'}, the order of sigmoid and ReLU ${fades ? 'the same in all of them' : 'not the same in all of them'}. Depths: ${trainingSeeds} ${trainingSeeds === 1 ? 'seed' : 'seeds'} and ${trainingSteps} steps; longer training, other rates or normalisation may move them.`,
      ja: `勾配はシード ${seeds} 個で、sigmoid と ReLU の順序は${fades ? 'すべて同じだった' : '一部で違った'}。深さはシード ${trainingSeeds} 個、${trainingSteps} ステップの結果で、長く訓練する、学習率を変える、正規化を入れるなどすれば変わりうる。`,
    },
  };
}

export const lab = defineLab<Settings>({
  name: 'vanishing-gradient',
  title: {
    en: 'The vanishing gradient: what reaches the first layer',
    ja: '勾配消失: 最初の層に届くもの',
  },
  claim: {
    en: 'The slope of sigmoid is at most 0.25, so the gradient shrinks at every layer on its way back and deep networks stop learning; ReLU lets it pass.',
    ja: 'sigmoid の傾きは最大でも 0.25 なので、勾配は逆伝播で層を通るたびに小さくなり、深いネットワークは学習できなくなる。ReLU なら勾配が通る。',
  },
  source: 'the article; Krizhevsky, Sutskever and Hinton 2012, section 3.1',
  sizes: {
    quick: {
      minutes: 0.5,
      layers: 12,
      batchSize: 32,
      steps: 10,
      seeds: 1,
      depths: [2, 8],
      rates: [0.03, 0.1],
      trainingSteps: 800,
      trainingSeeds: 1,
    },
    default: {
      minutes: 5,
      layers: 12,
      batchSize: 32,
      steps: 20,
      seeds: 3,
      depths: [2, 3, 4, 6, 8, 12, 16],
      rates: [0.01, 0.03, 0.1],
      trainingSteps: 800,
      trainingSeeds: 2,
    },
    full: {
      minutes: 60,
      layers: 20,
      batchSize: 64,
      steps: 50,
      seeds: 5,
      depths: [2, 3, 4, 5, 6, 8, 12, 16, 20, 24],
      rates: [0.003, 0.01, 0.03, 0.1, 0.3],
      trainingSteps: 2000,
      trainingSeeds: 3,
    },
  },
  run: async (lab) => {
    const chance = Math.log((await lab.data({ train: 6400, test: 32 })).train.classes.length);
    lab.story({
      en: `The same plain network of ${lab.settings.layers} layers with weights, with sigmoid, tanh or ReLU after each, and weights drawn in four ways: PyTorch's default (torchvision), He's, Xavier's, and the paper's, N(0, 0.01). Each trains for ${lab.settings.steps} steps, and after each step the size of the gradient is read at every layer. A layer without gradient learns nothing.`,
      ja: `重みのある層を ${lab.settings.layers} 枚重ねた同じネットワークで、活性化関数を sigmoid、tanh、ReLU に、初期値を PyTorch の既定 (torchvision)、He、Xavier、論文の N(0, 0.01) に変える。それぞれ ${lab.settings.steps} ステップ訓練し、ステップごとに全部の層の勾配の大きさを読む。勾配の届かない層は何も学ばない。`,
    });
    const combinations = await measureAll(lab);
    await tellGradients(lab, combinations);
    const factors = combinations.map(factorsOf);
    tellFactors(lab, factors);
    const depths: Depth[] = [];
    for (const activation of activations) depths.push(...(await trainDepths(lab, activation, chance)));
    lab.record('chance', chance);
    lab.record('depths', depths);
    await tellDepths(lab, depths, chance);
    return conclude(lab, { factors, combinations, depths });
  },
});
