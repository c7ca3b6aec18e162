import { percent } from '../numberText.ts';
import type { RunRecord } from '../training/runRecord.ts';
import { advise } from './advice.ts';
import { askedRate } from './askedRate.ts';
import type { Diagnosis, Evidence, Finding } from './diagnosis.ts';

/** Share of a layer's units that are 0 for all training images that were looked at. */
export const deadShare = 0.5;
/** Without those, for the images of some batches, which leave out many units that others need. */
export const watchedDeadShare = 0.9;
const leastImages = 8;
const lastWatches = 3;

interface DeadLayer {
  readonly name: string;
  /** 0..1 */
  readonly dead: number;
}

/** Units that are 0 for whatever image: no gradient reaches them, and they never come back. */
export const deadUnits: Diagnosis = { name: 'dead-units', find };

function find({ run, images }: Evidence): Finding | undefined {
  const layers = images?.deadUnits ?? watchedLayers(run);
  const threshold = images ? deadShare : watchedDeadShare;
  const dying = layers.filter(({ dead }) => dead >= threshold);
  if (dying.length === 0) return undefined;
  const list = dying.map(({ name, dead }) => `${name} ${percent(dead)}`).join(', ');
  const seen = images
    ? {
        en: `for all ${images.examined} training images that were looked at`,
        ja: `調べた訓練画像 ${images.examined} 枚すべてに対して`,
      }
    : {
        en: 'for every image of the batches that were watched last',
        ja: '最後に観察したバッチのすべての画像に対して',
      };
  const { initialization } = run.config;
  return {
    title: { en: 'Many units are dead', ja: '多くのユニットが死んでいる' },
    evidence: {
      en: `Units that are 0 ${seen.en}: ${list}. No gradient reaches them any more.`,
      ja: `${seen.ja}出力が 0 のユニット: ${list}。ここには勾配が届かない。`,
    },
    advice: [
      advise.lowerRate(askedRate(run)),
      advise.warmUp,
      ...(initialization === 'he' ? [] : [advise.heInitialization]),
      {
        en: 'Take a network with batch normalisation, such as alexnet-32-bn.',
        ja: 'バッチ正規化のあるネットワークを使う。たとえば alexnet-32-bn。',
      },
    ],
    values: { layers: dying, threshold, images: images?.examined ?? null },
  };
}

/** Of each layer the least share over the last watches: what is dead was so in all of them. */
function watchedLayers({ watches }: RunRecord): DeadLayer[] {
  const last = watches.filter(({ images }) => images >= leastImages).slice(-lastWatches);
  const names = last.at(-1)?.layers.map(({ name }) => name) ?? [];
  return names.flatMap((name) => {
    const shares = last.flatMap(({ layers }) => layers.find((layer) => layer.name === name)?.dead ?? []);
    return shares.length === 0 ? [] : [{ name, dead: Math.min(...shares) }];
  });
}
