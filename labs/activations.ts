import { defineLab, type ChartLine, type LabSession } from '../src/index.ts';

interface Activation {
  readonly name: string;
  readonly value: (x: number) => number;
  readonly slope: (x: number) => number;
}

const sigmoid = (x: number): number => 1 / (1 + Math.exp(-x));

const activations: readonly Activation[] = [
  { name: 'sigmoid', value: sigmoid, slope: (x) => sigmoid(x) * (1 - sigmoid(x)) },
  { name: 'tanh', value: Math.tanh, slope: (x) => 1 - Math.tanh(x) ** 2 },
  { name: 'ReLU', value: (x) => Math.max(0, x), slope: (x) => (x > 0 ? 1 : 0) },
];

const claimedPeaks = [0.25, 1, 1];

const range = 6;

async function drawCurves(lab: LabSession, xs: readonly number[]): Promise<void> {
  const lines = (curve: 'value' | 'slope'): ChartLine[] =>
    activations.map((one) => ({ name: one.name, points: xs.map((x) => ({ x, y: one[curve](x) })) }));
  await lab.lineChart('functions', {
    title: lab.text({
      en: 'Sigmoid and tanh level off on both sides; ReLU never does for positive input',
      ja: 'sigmoid と tanh は両側で平らになるが、ReLU は正の側で平らにならない',
    }),
    description: lab.text({
      en: 'Outputs between inputs of -6 and 6: sigmoid from 0 to 1, tanh from -1 to 1, ReLU 0 and then the input itself.',
      ja: '入力 -6〜6 に対する出力。sigmoid は 0〜1、tanh は -1〜1、ReLU は 0 のあと入力そのもの。',
    }),
    x: { label: lab.text({ en: 'input', ja: '入力' }) },
    y: { label: lab.text({ en: 'output', ja: '出力' }), domain: [-1.1, 3] },
    lines: lines('value'),
  });
  await lab.lineChart('slopes', {
    title: lab.text({
      en: 'The slope of sigmoid never exceeds a quarter',
      ja: 'sigmoid の傾きは 4 分の 1 を超えない',
    }),
    description: lab.text({
      en: 'Slopes between inputs of -6 and 6: sigmoid at most 0.25, tanh at most 1, both falling to 0; ReLU is 0 and then 1.',
      ja: '入力 -6〜6 での傾き。sigmoid は最大 0.25、tanh は最大 1 で、どちらも 0 に落ちていく。ReLU は 0 のあと 1。',
    }),
    x: { label: lab.text({ en: 'input', ja: '入力' }) },
    y: { label: lab.text({ en: 'slope', ja: '傾き' }), domain: [0, 1.05] },
    lines: lines('slope'),
  });
}

export const lab = defineLab({
  name: 'activations',
  title: {
    en: 'Sigmoid, tanh and ReLU, and how steep they are',
    ja: 'sigmoid・tanh・ReLU と、その傾き',
  },
  claim: {
    en: 'The slope of sigmoid is at most 0.25, that of tanh at most 1 and only at 0; ReLU keeps slope 1 for every positive input.',
    ja: 'sigmoid の傾きは最大でも 0.25、tanh は 0 の点でだけ 1 になる。ReLU は正の入力すべてで傾き 1 を保つ。',
  },
  source: 'the article; Krizhevsky, Sutskever and Hinton 2012, section 3.1',
  usesData: false,
  sizes: {
    quick: { minutes: 0.05, layers: 8, points: 401 },
    default: { minutes: 0.05, layers: 8, points: 4001 },
    full: { minutes: 0.05, layers: 8, points: 40001 },
  },
  run: async (lab) => {
    const { points, layers } = lab.settings;
    const xs = Array.from({ length: points }, (_, i) => -range + (2 * range * i) / (points - 1));
    lab.story({
      en: 'An activation function bends what a layer computes; without it, layers on layers would be one linear map. What decides how well a deep network learns is its slope: on the way back, the gradient is multiplied by it at every layer.',
      ja: '活性化関数は層の出力を曲げる。これがなければ、層を何枚重ねても1つの線形写像と同じになる。深いネットワークがうまく学習できるかは、その傾きで決まる。逆伝播では、勾配に層ごとにこの傾きが掛けられるからだ。',
    });
    await drawCurves(
      lab,
      xs.filter((_, i) => i % Math.ceil(points / 400) === 0),
    );
    const peaks = activations.map(({ slope }) => Math.max(...xs.map(slope)));
    // Measured, not derived: the difference of neighbouring values.
    const step = xs[1]! - xs[0]!;
    const measured = activations.map(({ value }) =>
      Math.max(...xs.slice(1).map((x) => (value(x) - value(x - step)) / step)),
    );
    const steep = activations.map(({ slope }) => xs.filter((x) => slope(x) > 0.5).length / points);
    lab.record('peaks', Object.fromEntries(activations.map(({ name }, i) => [name, peaks[i]])));
    lab.record('measuredPeaks', Object.fromEntries(activations.map(({ name }, i) => [name, measured[i]])));
    lab.table({
      caption: {
        en: `The largest slope, and the most that is left of a gradient after ${layers} such layers`,
        ja: `最大の傾きと、${layers} 層を通ったあとに残りうる勾配の最大値`,
      },
      head: [
        lab.text({ en: 'activation', ja: '活性化関数' }),
        lab.text({ en: 'largest slope', ja: '最大の傾き' }),
        lab.text({ en: 'measured', ja: '実測' }),
        lab.text({ en: 'inputs with slope over ½', ja: '傾きが ½ を超える入力' }),
        lab.text({ en: `after ${layers} layers`, ja: `${layers} 層後` }),
      ],
      rows: activations.map(({ name }, i) => [
        name,
        peaks[i]!.toFixed(4),
        measured[i]!.toFixed(4),
        `${(100 * steep[i]!).toFixed(0)} %`,
        peaks[i]! ** layers < 0.001
          ? (peaks[i]! ** layers).toExponential(1)
          : (peaks[i]! ** layers).toFixed(3),
      ]),
    });
    const agrees = measured.every((peak, i) => Math.abs(peak - claimedPeaks[i]!) < 1e-3);
    const left = (0.25 ** layers).toExponential(1);
    return {
      verdict: agrees ? 'agrees' : 'disagrees',
      finding: {
        en: `Largest slopes: sigmoid ${measured[0]!.toFixed(3)}, tanh ${measured[1]!.toFixed(3)}, ReLU ${measured[2]!.toFixed(3)}. Through ${layers} sigmoids at most ${left} of a gradient is left, before weights; through ReLUs all of it can be.`,
        ja: `最大の傾きは sigmoid ${measured[0]!.toFixed(3)}、tanh ${measured[1]!.toFixed(3)}、ReLU ${measured[2]!.toFixed(3)}。sigmoid を ${layers} 層通ると、重みを別にして、勾配は多くても ${left} しか残らない。ReLU ならすべて残りうる。`,
      },
      confidence: {
        en: 'This is arithmetic, without chance. Whether it matters for learning is what the lab vanishing-gradient tries.',
        ja: '計算であり、偶然は入らない。学習に効くかどうかは vanishing-gradient ラボで試す。',
      },
    };
  },
});
