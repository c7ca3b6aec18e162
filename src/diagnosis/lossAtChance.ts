import { advise } from './advice.ts';
import { askedRate } from './askedRate.ts';
import { deadUnits } from './deadUnits.ts';
import type { Diagnosis, Evidence, Finding } from './diagnosis.ts';
import { divergence } from './divergence.ts';
import { lossCurve } from './lossCurve.ts';
import type { Text } from '../language.ts';
import type { TrainingConfig } from '../training/trainingOptions.ts';
import { highRatio } from './learningRateHigh.ts';
import { updateRatios } from './updateRatios.ts';

/** Share of ln(classes) that the loss may be away from it. */
export const chanceBand = 0.02;

const expected: Text = {
  en: " This is expected for a while with PyTorch's default initialization: its weights have 0.41 of the size that keeps signals alive through ReLUs, so they fade from layer to layer.",
  ja: 'PyTorch の既定の初期化では、しばらくこうなるのが普通だ。重みが、ReLU を通して信号を保つ大きさの 0.41 倍しかなく、信号は層ごとに弱まる。',
};

/** Whether signals fade from layer to layer, the first weights being PyTorch's. */
export function fades({ initialization, init }: TrainingConfig): boolean {
  return initialization === 'torchvision' && init === undefined;
}

/** The loss is where guessing puts it. */
export const lossAtChance: Diagnosis = { name: 'loss-at-chance', find };

function find(evidence: Evidence): Finding | undefined {
  const { run, images } = evidence;
  const classes = images?.classes.length ?? run.result?.perClass.length;
  const curve = lossCurve(run);
  if (classes === undefined || curve === undefined || divergence.find(evidence) !== undefined)
    return undefined;
  const chance = Math.log(classes);
  const { last, steps } = curve;
  if (Math.abs(last - chance) > chanceBand * chance) return undefined;
  const why = fades(run.config) ? expected : { en: '', ja: '' };
  return {
    title: { en: 'The network does no better than guessing', ja: 'ネットワークは当てずっぽうと変わらない' },
    evidence: {
      en: `After ${steps} steps the training loss is ${last.toFixed(3)}; guessing among ${classes} classes gives ln(${classes}) = ${chance.toFixed(3)}.${why.en}`,
      ja: `${steps} ステップ後の訓練損失は ${last.toFixed(3)}。${classes} クラスを当てずっぽうに選ぶと ln(${classes}) = ${chance.toFixed(3)} になる。${why.ja}`,
    },
    advice: adviceFor(evidence),
    values: { last, chance, classes, steps },
  };
}

function adviceFor(evidence: Evidence): Text[] {
  const longer = { en: 'Train for longer: --epochs.', ja: '長く学習する: --epochs。' };
  return fades(evidence.run.config)
    ? [advise.heInitialization, longer]
    : [...rateAdvice(evidence), advise.findRate, longer];
}

/** Which way the rate is wrong, the sizes of its updates tell, and units that have died of it. */
function rateAdvice(evidence: Evidence): Text[] {
  const { run } = evidence;
  const ratios = updateRatios(run);
  if (ratios === undefined) return [];
  const learningRate = askedRate(run);
  const isHigh = ratios.largest >= highRatio || deadUnits.find(evidence) !== undefined;
  return [isHigh ? advise.lowerRate(learningRate) : advise.higherRate(learningRate)];
}
