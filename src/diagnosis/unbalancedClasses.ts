import { count, percent } from '../numberText.ts';
import type { Diagnosis, Evidence, Finding } from './diagnosis.ts';
import { mean } from './lossCurve.ts';

/** Images of the commonest class by those of the rarest. */
export const unbalancedFactor = 10;
/** From here on, where the rare classes are also recognised worse by so much. */
export const uneasyFactor = 3;
export const recallGap = 0.1;

/** Some classes have many times the images of others. */
export const unbalancedClasses: Diagnosis = { name: 'unbalanced-classes', find };

function find({ run, images }: Evidence): Finding | undefined {
  if (images === undefined) return undefined;
  const { classes, classCounts } = images;
  const [most, least] = [Math.max(...classCounts), Math.min(...classCounts)];
  const [common, rare] = [classCounts.indexOf(most), classCounts.indexOf(least)];
  const factor = most / Math.max(1, least);
  if (factor < uneasyFactor) return undefined;
  const isRare = (label: number): boolean => classCounts[label]! * uneasyFactor <= most;
  const tested = (run.result?.perClass ?? []).map((own, label) => ({ ...own, rare: isRare(label) }));
  const recall = (wanted: boolean): number =>
    mean(tested.filter((own) => own.rare === wanted && own.total > 0).map(({ accuracy }) => accuracy));
  const [rareRecall, otherRecall] = [recall(true), recall(false)];
  const isWorse = otherRecall - rareRecall >= recallGap;
  if (factor < unbalancedFactor && !isWorse) return undefined;
  const counts = `${classes[common]} ${count(most)}, ${classes[rare]} ${count(least)}`;
  const known = Number.isFinite(rareRecall) && Number.isFinite(otherRecall);
  const [rareText, otherText] = [percent(rareRecall), percent(otherRecall)];
  return {
    title: { en: 'The classes are unbalanced', ja: 'クラスの画像数が偏っている' },
    evidence: {
      en:
        `The commonest class has ${factor.toFixed(1)} times the training images of the rarest: ${counts}.` +
        (known
          ? ` Of the test images of rare classes ${rareText} are right, of the others ${otherText}.`
          : ''),
      ja:
        `最も多いクラスの訓練画像は、最も少ないクラスの ${factor.toFixed(1)} 倍ある: ${counts}。` +
        (known ? `テストの正解率は、少ないクラスで ${rareText}、ほかで ${otherText}。` : ''),
    },
    advice: [
      {
        en: 'More images of the rare classes; or fewer of the common ones.',
        ja: '少ないクラスの画像を増やす。または多いクラスを減らす。',
      },
      {
        en: 'Repeat images of rare classes in a list of images (.csv, .jsonl), and vary them: --augment pad-crop,flip.',
        ja: '画像の一覧 (.csv, .jsonl) で少ないクラスの画像を繰り返し、変化をつける: --augment pad-crop,flip。',
      },
      {
        en: "Judge by each class's accuracy (alexnet test), not by that of all images.",
        ja: '全体の正解率ではなく、クラスごとの正解率で判断する (alexnet test)。',
      },
    ],
    values: {
      classCounts: Object.fromEntries(classes.map((name, label) => [name, classCounts[label]])),
      factor,
      ...(known && { rareRecall, otherRecall }),
    },
  };
}
