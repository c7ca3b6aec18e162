import { escaped } from '../../charts/chart.ts';
import { encodePng } from '../../data/images/encodePng.ts';
import { activations, zeroShare, type Activation } from '../../explain/activations.ts';
import { activationPicture, imagePicture } from '../../explain/pictures.ts';
import { seenImage } from '../../explain/subject.ts';
import type { LayerType } from '../../network/spec.ts';
import { percent } from '../../numberText.ts';
import { isMissing, type Material, type Section, type Tested } from '../material.ts';
import { picturesHtml, type PagePicture } from '../page.ts';
import { shownPicture, small } from '../thumbnail.ts';
import { mostTypical, surestMistakes } from './images.ts';

/** Channels of a layer that are drawn, and pixels of all of them together at most. */
const mostChannels = 16;
const mostPixels = 16_400;
/** Of a layer's picture on the page. */
const width = 220;

/** In deeper networks only what activations and pools give is drawn, and the linear layers. */
const mostLayers = 40;
const drawnOfMany: readonly LayerType[] = ['relu', 'tanh', 'sigmoid', 'maxPool', 'avgPool', 'linear'];

/** Layers that change nothing to be seen when the network is not trained. */
const unseen: readonly LayerType[] = ['dropout', 'flatten'];

function layerPicture(given: Activation, { t }: Material): PagePicture {
  const { layer, type } = given;
  // Channels of one value each are drawn as the vector that they are.
  const isVector = given.shape.slice(1).every((side) => side === 1);
  const activation = isVector ? { ...given, shape: [given.shape[0]!] } : given;
  const { shape } = activation;
  const [channels, height = 1, columns = 1] = shape as [number, number?, number?];
  const shown = Math.max(1, Math.min(channels, mostChannels, Math.floor(mostPixels / (height * columns))));
  const some = shape.length === 3 && shown < channels;
  const zeros = zeroShare(activation);
  const caption =
    `${layer}, ${type}, ${given.shape.join(' × ')}` +
    (some ? t({ en: `; the first ${shown} channels`, ja: `、最初の ${shown} チャネル` }) : '') +
    (zeros > 0 ? t({ en: `; ${percent(zeros)} zero`, ja: `、${percent(zeros)} が 0` }) : '');
  const picture = activationPicture(activation, { width, most: shape.length === 3 ? shown : undefined });
  return { png: encodePng(picture), width, description: caption, caption };
}

async function lookAt(at: number, tested: Tested, material: Material): Promise<string> {
  const { t } = material;
  const { predictions, dataset, subject } = tested;
  const image = await tested.image(predictions.indices[at]!);
  const { layers } = await activations(subject, image);
  const label = dataset.classes[predictions.labels[at]!]!;
  const said = dataset.classes[predictions.predicted[at]!]!;
  const title = t({
    en: `A ${label}, said to be ${said} with ${percent(predictions.confidences[at]!)}`,
    ja: `${label} の画像、答えは ${said} (${percent(predictions.confidences[at]!)})`,
  });
  const input = shownPicture(imagePicture(small(seenImage(subject, image))), {
    description: title,
    caption: t({ en: 'what the network sees', ja: 'ネットワークへの入力' }),
  });
  const seen = layers.filter(({ type }) => !unseen.includes(type));
  const shown = seen.length > mostLayers ? seen.filter(({ type }) => drawnOfMany.includes(type)) : seen;
  return (
    `<h3>${escaped(title)}</h3>` +
    picturesHtml([input, ...shown.map((activation) => layerPicture(activation, material))])
  );
}

export const activationsSection: Section = {
  id: 'activations',
  title: { en: 'Activations of every layer', ja: '各層の出力' },
  write: async (material) => {
    const { tested, t } = material;
    if (isMissing(tested)) return tested;
    const intro = t({
      en: 'What each layer makes of two images: one that the network is sure and right of, and its surest mistake. Dark is 0 and yellow the largest value of the layer; where values may be negative, blue is below 0 and red above.',
      ja: '2 枚の画像に対する各層の出力。自信をもって正解した 1 枚と、最も自信のあった誤り。暗い色が 0、黄色が層の最大値。負の値がある層では青が負、赤が正。',
    });
    const labels = tested.dataset.classes.keys();
    const right = [...labels].flatMap((label) => mostTypical(tested, label).slice(0, 1)).slice(0, 1);
    const wrong = surestMistakes(tested).slice(0, 1);
    const parts: string[] = [];
    for (const at of [...right, ...wrong]) parts.push(await lookAt(at, tested, material));
    return `<p>${escaped(intro)}</p>${parts.join('')}`;
  },
};
