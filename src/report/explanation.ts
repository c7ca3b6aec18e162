/** What was found out about one image, as pictures and as a page. */
import { barChart } from '../charts/barChart.ts';
import { escaped } from '../charts/chart.ts';
import { encodePng, type RgbImage } from '../data/images/encodePng.ts';
import { zeroShare, type Activation } from '../explain/activations.ts';
import type { Explanation } from '../explain/explainImage.ts';
import { activationPicture, imagePicture, overlayPicture } from '../explain/pictures.ts';
import type { Language, Text } from '../language.ts';
import { percent } from '../numberText.ts';
import { chartHtml, pageHtml, picturesHtml, type PagePicture } from './page.ts';
import { topClasses } from '../training/topClasses.ts';

/** An explanation, and what it is of. */
export interface ExplainedImage {
  readonly explanation: Explanation;
  /** Names by class index. */
  readonly classes: readonly string[];
  readonly network: string;
  /** As the person gave it. */
  readonly image: string;
  readonly language: Language;
}

/** A picture, and the file that it is kept in besides. */
export interface ExplanationPicture extends PagePicture {
  /** Such as `grad-cam.png`. */
  readonly file: string;
  /** Of a layer's output; absent for the image and its maps. */
  readonly activation?: Activation;
}

const shownClasses = 5;
/** About the side of the image and its maps on the page, in pixels. */
const side = 256;
/** Of a layer's picture, so that two stand side by side. */
const layerWidth = 440;
/** Most channels that are drawn of a layer. */
const mostChannels = 64;

const words = {
  title: { en: 'What the network sees in', ja: 'ネットワークが見ているもの:' },
  image: { en: 'The image as the network gets it', ja: 'ネットワークに入る画像' },
  where: { en: 'Where it looks', ja: 'どこを見ているか' },
  classes: { en: 'What it takes it for', ja: '何に見えるか' },
  layers: { en: 'Layer by layer', ja: '層ごとの出力' },
  probability: { en: 'probability', ja: '確率' },
} as const satisfies Record<string, Text>;

/** All pictures: the image, its maps, and the output of every layer that changes something. */
export function explanationPictures(explained: ExplainedImage): readonly ExplanationPicture[] {
  const { activations } = explained.explanation;
  const layers = activations.layers.filter(({ type }) => type !== 'dropout' && type !== 'flatten');
  return [...mapPictures(explained), ...layers.map((layer) => layerPicture(layer, explained.language))];
}

function kept(
  file: string,
  picture: RgbImage,
  text: Pick<PagePicture, 'description' | 'caption'>,
): ExplanationPicture {
  return { file, png: encodePng(picture), width: picture.width, ...text };
}

function mapPictures({ explanation, classes, language }: ExplainedImage): ExplanationPicture[] {
  const { seen, gradCam, occlusion } = explanation;
  const scale = Math.max(1, Math.floor(side / seen.width));
  const name = classes[explanation.class]!;
  const cam = camText(explanation, name);
  const covered = occlusionText(explanation, name);
  const size = `${seen.width} × ${seen.height}`;
  return [
    kept('image.png', imagePicture(seen, scale), {
      description: `${words.image[language]}, ${size}`,
      caption: `${words.image[language]}, ${size}`,
    }),
    kept('grad-cam.png', overlayPicture(seen, gradCam.map, { scale }), {
      description: `Grad-CAM: ${name}`,
      caption: cam[language],
    }),
    kept('occlusion.png', overlayPicture(seen, occlusion.drop, { scale }), {
      description: { en: `Occlusion: ${name}`, ja: `遮蔽: ${name}` }[language],
      caption: covered[language],
    }),
  ];
}

function camText({ gradCam: { layer, map } }: Explanation, name: string): Text {
  if (map.values.every((value) => value === 0)) {
    return {
      en: `Grad-CAM: at ${layer}, nothing speaks for ${name}.`,
      ja: `Grad-CAM: ${layer} では、${name} らしさを示す所がない。`,
    };
  }
  return {
    en: `Grad-CAM: yellow is where ${layer} speaks most for ${name}, dark blue where it does not.`,
    ja: `Grad-CAM: 黄色は ${layer} の出力が ${name} らしさを最も示す所、濃い青は示さない所。`,
  };
}

function occlusionText({ occlusion }: Explanation, name: string): Text {
  const { size, probability, places } = occlusion;
  const least = places.values.reduce((a, b) => Math.min(a, b), 1);
  const [whole, lowest] = [percent(probability), percent(least)];
  return {
    en: `Occlusion: a grey square of ${size} × ${size} pixels hides a part. Red: without it, ${name} becomes less probable (from ${whole} to ${lowest} at the least); blue: more.`,
    ja: `遮蔽: ${size} × ${size} 画素の灰色の四角で一部を隠す。赤い所を隠すと ${name} の確率が下がり (${whole} から最低 ${lowest})、青い所を隠すと上がる。`,
  };
}

function layerPicture(activation: Activation, language: Language): ExplanationPicture {
  const { layer, type, shape } = activation;
  const picture = activationPicture(activation, { most: mostChannels, width: layerWidth });
  const description = `${layer}, ${type}, ${shape.join(' × ')}`;
  const caption = `${description}: ${layerText(activation)[language]}`;
  const file = `${layer.replaceAll(/[^\w.-]/g, '_')}.png`;
  const width = Math.min(layerWidth, picture.width);
  return { ...kept(file, picture, { description, caption }), width, activation };
}

function layerText(activation: Activation): Text {
  const { shape, values } = activation;
  const least = values.reduce((a, b) => Math.min(a, b), Infinity);
  const most = values.reduce((a, b) => Math.max(a, b), -Infinity);
  const range = `${short(least)} … ${short(most)}`;
  const zeros = percent(zeroShare(activation));
  const [channels] = shape as [number];
  const isCut = shape.length === 3 && channels > mostChannels;
  const first = isCut
    ? {
        en: `the first ${mostChannels} of ${channels} channels, `,
        ja: `${channels} チャネルのうち最初の ${mostChannels}、`,
      }
    : { en: '', ja: '' };
  return {
    en: `${first.en}values ${range}, ${zeros} of them 0`,
    ja: `${first.ja}値は ${range}、そのうち 0 は ${zeros}`,
  };
}

function short(value: number): string {
  return String(Number(value.toPrecision(3)));
}

/** The page: an HTML document. `pictures` are those of explanationPictures. */
export async function explanationHtml(
  explained: ExplainedImage,
  pictures: readonly ExplanationPicture[],
): Promise<string> {
  const { explanation, language, image } = explained;
  const t = (text: Text): string => escaped(text[language]);
  const isMap = ({ activation }: ExplanationPicture): boolean => activation === undefined;
  const layers = pictures.filter((picture) => !isMap(picture));
  const title = `${words.title[language]} ${image}`;
  const body = [
    `<h1>${escaped(title)}</h1>`,
    `<section class="card" aria-label="${t(words.classes)}"><p>${escaped(answerText(explained)[language])}</p></section>`,
    `<h2>${t(words.where)}</h2>`,
    picturesHtml(pictures.filter(isMap)),
    `<p>${t(caution)}</p>`,
    `<h2>${t(words.classes)}</h2>`,
    chartHtml(await classChart(explained, topClasses(explanation.activations.probabilities, shownClasses))),
    `<h2>${t(words.layers)}</h2>`,
    `<p>${t(layersText)}</p>`,
    picturesHtml(layers),
  ].join('\n');
  return pageHtml({ language, title, body });
}

const caution: Text = {
  en: 'The two maps answer different questions: Grad-CAM asks which places of a layer its arithmetic counts in favour of the class (Selvaraju and others 2017), occlusion what happens to the probability when a part cannot be seen (Zeiler and Fergus 2014). Where they agree, the network goes by that part.',
  ja: '2つの図が答える問いは違う。Grad-CAM は、層のどの位置の出力がそのクラスに有利に働くか (Selvaraju ほか 2017)、遮蔽は、ある部分が見えないときに確率がどうなるか (Zeiler・Fergus 2014) を示す。両方が一致する所を、ネットワークは手がかりにしている。',
};

const layersText: Text = {
  en: 'A cell is a channel; a vector is drawn row by row. Outputs that are nowhere below 0 go from dark blue for 0 to yellow for the largest; others are white at 0, blue below and red above.',
  ja: '1つのマスが1チャネル。ベクトルは行ごとに並べる。負の値がない出力は、0 が濃い青、最大が黄色。負の値もある出力は、0 が白、負が青、正が赤。',
};

function answerText({ explanation, classes, network }: ExplainedImage): Text {
  const { probabilities } = explanation.activations;
  const [best] = topClasses(explanation.activations.probabilities, shownClasses) as [number];
  const say = (index: number): string => `${classes[index]!} (${percent(probabilities[index]!)})`;
  const isBest = best === explanation.class;
  return {
    en: `${network} takes it for ${say(best)}.${isBest ? '' : ` What is explained here is ${say(explanation.class)}.`}`,
    ja: `${network} の答えは ${say(best)}。${isBest ? '' : `ここでは ${say(explanation.class)} を説明する。`}`,
  };
}

async function classChart(
  { explanation, classes, language }: ExplainedImage,
  shown: number[],
): Promise<string> {
  const { probabilities } = explanation.activations;
  const bars = shown.map((index) => ({ label: classes[index]!, value: probabilities[index]! }));
  const [first, second = '–'] = bars.map(({ label, value }) => `${label} (${percent(value)})`);
  const listed = bars.map(({ label, value }) => `${label} ${percent(value)}`).join(', ');
  return barChart({
    title: { en: `${first} before ${second}`, ja: `1位は ${first}、2位は ${second}` }[language],
    description: listed,
    value: { label: words.probability[language], domain: [0, 1] },
    bars,
    format: percent,
  });
}
