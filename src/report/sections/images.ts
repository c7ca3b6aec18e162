import { escaped } from '../../charts/chart.ts';
import { percent } from '../../numberText.ts';
import { isMissing, type Material, type Section, type Tested } from '../material.ts';
import { picturesHtml, type PagePicture } from '../page.ts';
import { thumbnail } from '../thumbnail.ts';

const shownMistakes = 24;
/** Classes of which typical images are shown, and how many of each. */
const shownClasses = 12;
const typicalImages = 6;

/** Places of the predictions, those with the largest value first, equals in order. */
export function ranked(places: readonly number[], value: (at: number) => number): number[] {
  return places.toSorted((a, b) => value(b) - value(a) || a - b);
}

/** Places of wrong predictions, the surest first. */
export function surestMistakes({ predictions: { labels, predicted, confidences } }: Tested): number[] {
  const wrong = [...labels.keys()].filter((at) => labels[at] !== predicted[at]);
  return ranked(wrong, (at) => confidences[at]!);
}

/** Places of the images of a class that were found, the surest first. */
export function mostTypical(
  { predictions: { labels, predicted, confidences } }: Tested,
  label: number,
): number[] {
  const right = [...labels.keys()].filter((at) => labels[at] === label && predicted[at] === label);
  return ranked(right, (at) => confidences[at]!);
}

async function pictured(
  places: readonly number[],
  { predictions: { indices }, image }: Tested,
  caption: (at: number) => string,
): Promise<PagePicture[]> {
  return Promise.all(
    places.map(async (at) =>
      thumbnail(await image(indices[at]!), { description: caption(at), caption: caption(at) }),
    ),
  );
}

export const mistakesSection: Section = {
  id: 'mistakes',
  title: { en: 'The surest mistakes', ja: '自信満々の誤り' },
  write: async ({ tested, t }) => {
    if (isMissing(tested)) return tested;
    const { predictions, dataset } = tested;
    const { labels, predicted, confidences, indices } = predictions;
    const places = surestMistakes(tested).slice(0, shownMistakes);
    if (places.length === 0) {
      return `<p>${escaped(t({ en: 'Every test image is right.', ja: 'テスト画像はすべて正解。' }))}</p>`;
    }
    const pictures = await pictured(places, tested, (at) =>
      t({
        en: `${dataset.classes[labels[at]!]!}, said ${dataset.classes[predicted[at]!]!}, ${percent(confidences[at]!)} (image ${indices[at]!})`,
        ja: `${dataset.classes[labels[at]!]!} を ${dataset.classes[predicted[at]!]!} と答えた、${percent(confidences[at]!)} (画像 ${indices[at]!})`,
      }),
    );
    const intro = t({
      en: 'The wrong answers that the network was surest of. Look for labels that are wrong, for several things in one image, and for what they have in common.',
      ja: 'ネットワークが最も自信をもって間違えた画像。ラベルの誤り、複数の物が写った画像、共通する特徴を探してみるとよい。',
    });
    return `<p>${escaped(intro)}</p>${picturesHtml(pictures)}`;
  },
};

export const typicalSection: Section = {
  id: 'typical',
  title: { en: 'The most typical images of each class', ja: '各クラスの最も典型的な画像' },
  write: async (material) => {
    const { tested, t } = material;
    if (isMissing(tested)) return tested;
    const { classes } = tested.dataset;
    const intro = t({
      en: `The right answers that the network was surest of${classes.length > shownClasses ? `, of the first ${shownClasses} classes` : ''}.`,
      ja: `ネットワークが最も自信をもって正解した画像${classes.length > shownClasses ? ` (最初の ${shownClasses} クラス)` : ''}。`,
    });
    const rows: string[] = [];
    const none: string[] = [];
    for (const label of [...classes.keys()].slice(0, shownClasses)) {
      const places = mostTypical(tested, label).slice(0, typicalImages);
      if (places.length === 0) none.push(classes[label]!);
      else rows.push(await typicalRow(label, places, tested, material));
    }
    const missed = t({
      en: `Of these classes not one image was found: ${none.join(', ')}.`,
      ja: `1 枚も当たらなかったクラス: ${none.join('、')}。`,
    });
    return `<p>${escaped(intro)}</p>${rows.join('')}${none.length === 0 ? '' : `<p>${escaped(missed)}</p>`}`;
  },
};

async function typicalRow(
  label: number,
  places: readonly number[],
  tested: Tested,
  { t }: Material,
): Promise<string> {
  const { confidences, indices } = tested.predictions;
  const name = tested.dataset.classes[label]!;
  const pictures = await pictured(places, tested, (at) =>
    t({
      en: `${percent(confidences[at]!)}, image ${indices[at]!}`,
      ja: `${percent(confidences[at]!)}、画像 ${indices[at]!}`,
    }),
  );
  const described = pictures.map((one) => ({ ...one, description: `${name}, ${one.description}` }));
  return `<h3>${escaped(name)}</h3>${picturesHtml(described)}`;
}
