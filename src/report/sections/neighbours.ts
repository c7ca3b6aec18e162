import { escaped } from '../../charts/chart.ts';
import { imageReader, imageSource } from '../../data/imageSource.ts';
import { features, imageFeatures, nearestNeighbours } from '../../explain/features.ts';
import { lastHiddenLayer, layerNamed } from '../../explain/layers.ts';
import { elementCount } from '../../network/shapes.ts';
import { count } from '../../numberText.ts';
import type { ImageSet } from '../../training/trainingData.ts';
import { isMissing, type Section, type Tested } from '../material.ts';
import { picturesHtml } from '../page.ts';
import { thumbnail } from '../thumbnail.ts';

/** Training images that are looked through, at most, and what their features may take. */
const mostImages = 4000;
const mostBytes = 64e6;
const shownQueries = 8;
const shownNeighbours = 6;

/** So many images of a set, evenly spread. */
function spread({ dataset, indices }: ImageSet, most: number): Uint32Array {
  const length = indices?.length ?? dataset.length;
  const taken = Math.min(most, length);
  return Uint32Array.from({ length: taken }, (_, i) => {
    const at = Math.floor((i * length) / taken);
    return indices?.[at] ?? at;
  });
}

/** Test images to look for: the first of each class, as many classes as there is room for. */
function queries({ predictions: { labels } }: Tested): number[] {
  const first = new Map<number, number>();
  for (const [at, label] of labels.entries()) if (!first.has(label)) first.set(label, at);
  return [...first]
    .sort(([a], [b]) => a - b)
    .slice(0, shownQueries)
    .map(([, at]) => at);
}

export const neighboursSection: Section = {
  id: 'neighbours',
  title: { en: 'Nearest neighbours in feature space', ja: '特徴空間での最近傍' },
  write: async ({ tested, t, signal, onProgress, run }) => {
    if (isMissing(tested)) return tested;
    const { subject, train, predictions, dataset } = tested;
    const layer = lastHiddenLayer(subject.layers);
    const dimensions = elementCount(layerNamed(subject.layers, layer).output);
    const indices = spread(train, Math.min(mostImages, Math.floor(mostBytes / (4 * dimensions))));
    const { onBadImage } = run.config;
    const known = await features(subject, train.dataset, { layer, indices, signal, onProgress, onBadImage });
    const readTrain = imageReader(imageSource(train.dataset));
    const rows: string[] = [];
    for (const at of queries(tested)) {
      const image = await tested.image(predictions.indices[at]!);
      const query = await imageFeatures(subject, [image], layer);
      const label = dataset.classes[predictions.labels[at]!]!;
      const pictures = [
        thumbnail(image, {
          description: t({ en: `test image, ${label}`, ja: `テスト画像、${label}` }),
          caption: t({ en: `test: ${label}`, ja: `テスト: ${label}` }),
        }),
      ];
      for (const { index, label: other, distance } of nearestNeighbours(known, query, {
        count: shownNeighbours,
      })) {
        const name = dataset.classes[other]!;
        pictures.push(
          thumbnail(await readTrain(index), {
            description: t({
              en: `training image ${index}, ${name}, distance ${distance.toPrecision(3)}`,
              ja: `訓練画像 ${index}、${name}、距離 ${distance.toPrecision(3)}`,
            }),
            caption: `${name}, ${distance.toPrecision(3)}`,
          }),
        );
      }
      rows.push(picturesHtml(pictures));
    }
    const intro = t({
      en: `A test image, and the training images whose outputs of ${layer} (${count(dimensions)} numbers) are nearest to its own, with their Euclidean distances, as in Figure 4 of the 2012 paper. ${count(indices.length)} training images were looked through.`,
      ja: `テスト画像と、${layer} の出力 (${count(dimensions)} 次元) がユークリッド距離で最も近い訓練画像。2012 年の論文の図 4 と同じ見方。訓練画像 ${count(indices.length)} 枚の中から探した。`,
    });
    return `<p>${escaped(intro)}</p>${rows.join('')}`;
  },
};
