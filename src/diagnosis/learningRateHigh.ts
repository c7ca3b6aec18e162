import { advise } from './advice.ts';
import { askedRate } from './askedRate.ts';
import type { Diagnosis, Evidence, Finding } from './diagnosis.ts';
import { lossCurve } from './lossCurve.ts';
import { updateRatios } from './updateRatios.ts';

/** Update by weight of the median layer. */
export const highRatio = 0.03;
/** Share of the first loss that is left at the end: where a training has come further, its rate does no harm. */
const lossLeft = 0.5;

/** The updates are so large beside the weights that they undo what was learnt. */
export const learningRateHigh: Diagnosis = { name: 'learning-rate-high', find };

function find({ run }: Evidence): Finding | undefined {
  const ratios = updateRatios(run);
  if (ratios === undefined || ratios.largest < highRatio) return undefined;
  const curve = lossCurve(run);
  if (run.failure === undefined && curve !== undefined && curve.last < lossLeft * curve.first)
    return undefined;
  const { largest, globalStep } = ratios;
  const learningRate = askedRate(run);
  const learnt = {
    en: curve
      ? `, and the training loss has gone from ${curve.first.toFixed(3)} to ${curve.last.toFixed(3)} only`
      : '',
    ja: curve
      ? `。訓練損失も ${curve.first.toFixed(3)} から ${curve.last.toFixed(3)} までしか動いていない`
      : '',
  };
  return {
    title: { en: 'The learning rate is too high', ja: '学習率が高すぎる' },
    evidence: {
      en: `In step ${globalStep} the update of the median layer is ${largest.toPrecision(2)} of the size of its weights; trainings that go well mostly stay under ${highRatio}${learnt.en}.`,
      ja: `ステップ ${globalStep} で、層の中央値では更新が重みの ${largest.toPrecision(2)} 倍の大きさになった。うまくいく学習では、たいてい ${highRatio} 倍を超えない${learnt.ja}。`,
    },
    advice: [advise.lowerRate(learningRate), advise.findRate],
    values: { ratio: largest, globalStep, threshold: highRatio, learningRate },
  };
}
