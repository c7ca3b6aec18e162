import { advise } from './advice.ts';
import { askedRate } from './askedRate.ts';
import type { Diagnosis, Evidence, Finding } from './diagnosis.ts';
import { fades, lossAtChance } from './lossAtChance.ts';
import { lossCurve } from './lossCurve.ts';
import { updateRatios } from './updateRatios.ts';

/** Update by weight of the median layer, at most. */
export const lowRatio = 1e-4;
/** Share of the first loss that is left at the end, at least. */
export const lossLeft = 0.5;

/** The updates are so small that the weights hardly move, and much is left to learn. */
export const learningRateLow: Diagnosis = { name: 'learning-rate-low', find };

function find(evidence: Evidence): Finding | undefined {
  const { run } = evidence;
  const learningRate = askedRate(run);
  // Small weights, not a small rate, are why little comes through to the first layers.
  if (fades(run.config) && lossAtChance.find(evidence) !== undefined) return undefined;
  const ratios = updateRatios(run);
  const curve = lossCurve(run);
  if (ratios === undefined || curve === undefined) return undefined;
  const { first, last } = curve;
  const { largest } = ratios;
  if (largest > lowRatio || last < lossLeft * first) return undefined;
  return {
    title: { en: 'The learning rate is too low', ja: '学習率が低すぎる' },
    evidence: {
      en: `The update of the median layer is at most ${largest.toPrecision(2)} of the size of its weights; trainings that go well come over ${lowRatio}. The training loss has gone from ${first.toFixed(3)} to ${last.toFixed(3)} only.`,
      ja: `層の中央値で、更新は最大でも重みの ${largest.toPrecision(2)} 倍しかない。うまくいく学習では ${lowRatio} 倍を超える。訓練損失も ${first.toFixed(3)} から ${last.toFixed(3)} までしか動いていない。`,
    },
    advice: [advise.higherRate(learningRate), advise.findRate],
    values: { ratio: largest, threshold: lowRatio, first, last, learningRate },
  };
}
