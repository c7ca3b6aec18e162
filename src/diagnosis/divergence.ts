import type { Diagnosis, Evidence, Finding } from './diagnosis.ts';
import { lossCurve } from './lossCurve.ts';
import { advise } from './advice.ts';
import { askedRate } from './askedRate.ts';

/** The loss at the end is so many times its least, and by so many nats more. */
export const divergedFactor = 1.3;
export const divergedNats = 0.3;

/** The loss is no number any more, or far above what it was. */
export const divergence: Diagnosis = { name: 'divergence', find };

function find({ run }: Evidence): Finding | undefined {
  const { failure } = run;
  const learningRate = askedRate(run);
  const advice = [advise.lowerRate(learningRate), advise.findRate, advise.warmUp];
  const title = { en: 'The training has diverged', ja: '学習が発散した' };
  if (failure?.code === 'ALEX_TRAINING_NOT_FINITE') {
    const { globalStep } = failure;
    return {
      title,
      evidence: {
        en: `After ${globalStep} steps at learning rate ${learningRate} a number was not finite any more: the training has ended there.`,
        ja: `学習率 ${learningRate} で ${globalStep} ステップ進んだところで、有限でない数が現れ、学習はそこで終わった。`,
      },
      advice,
      values: { globalStep, learningRate },
    };
  }
  const curve = lossCurve(run);
  if (curve === undefined) return undefined;
  const { last } = curve;
  // Whatever the first weights gave counts as reached.
  const least = Math.min(curve.least, curve.first);
  if (last < divergedFactor * least || last - least < divergedNats) return undefined;
  return {
    title,
    evidence: {
      en: `The training loss was ${least.toFixed(3)} once, and is ${last.toFixed(3)} at the end.`,
      ja: `訓練損失は一度 ${least.toFixed(3)} だったが、最後は ${last.toFixed(3)} になっている。`,
    },
    advice,
    values: { least, last, learningRate },
  };
}
