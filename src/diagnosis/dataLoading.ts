import { percent } from '../numberText.ts';
import type { Diagnosis, Evidence, Finding } from './diagnosis.ts';
import type { RunRecord } from '../training/runRecord.ts';

/** Of the time of training. */
export const waitingShare = 0.3;

/** The training waits for images. */
export const dataLoading: Diagnosis = { name: 'data-loading', find };

function find({ run }: Evidence): Finding | undefined {
  const share = waited(run);
  if (share === undefined || share < waitingShare) return undefined;
  const { workers, cache, epochs } = run.config;
  const more = Math.max(1, 2 * workers);
  return {
    title: { en: 'Loading images is the bottleneck', ja: '画像の読み込みが遅い' },
    evidence: {
      en: `In ${percent(share)} of its time the training has waited for images; ${workers} threads load them.`,
      ja: `学習時間の ${percent(share)} は画像を待っていた。読み込みのスレッドは ${workers} 本。`,
    },
    advice: [
      {
        en: `Let more threads load images: --workers ${more}.`,
        ja: `読み込みのスレッドを増やす: --workers ${more}。`,
      },
      ...(cache === false || epochs === 1
        ? [
            {
              en: 'Images in files are decoded again in every run of one epoch; with --cache and more epochs their pixels are kept.',
              ja: 'ファイルの画像は、1 エポックの実行では毎回デコードされる。--cache と複数のエポックなら、画素が保存される。',
            },
          ]
        : []),
      {
        en: 'Keep the images at about the size that the network takes, on a local disk, and augment by less.',
        ja: '画像をネットワークの入力に近い大きさにして、ローカルディスクに置く。データ拡張を減らす。',
      },
    ],
    values: { waitShare: share, workers, threshold: waitingShare },
  };
}

/** Share of the time over the run; the first steps, for which threads had to start, are left out where others follow. */
function waited({ steps, epochs }: RunRecord): number | undefined {
  const told = steps.slice(1).filter(({ waitShare }) => waitShare !== undefined);
  // Steps between two events take about as long as each other.
  if (told.length > 0) return told.reduce((sum, { waitShare }) => sum + waitShare, 0) / told.length;
  const timed = epochs.filter(({ waitShare }) => waitShare !== undefined);
  const seconds = timed.reduce((sum, epoch) => sum + epoch.seconds, 0);
  if (seconds === 0) return undefined;
  return timed.reduce((sum, epoch) => sum + epoch.seconds * epoch.waitShare, 0) / seconds;
}
