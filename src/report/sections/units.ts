import { escaped } from '../../charts/chart.ts';
import type { ExcitingImage, ExcitingUnit } from '../../explain/exciting.ts';
import { imagePicture } from '../../explain/pictures.ts';
import { cropped } from '../../explain/receptiveField.ts';
import { seenImage } from '../../explain/subject.ts';
import { isMissing, type ExcitedLayer, type Material, type Section, type Tested } from '../material.ts';
import { picturesHtml, type PagePicture } from '../page.ts';
import { shownPicture, small } from '../thumbnail.ts';

async function patchPicture(
  { index, label, value, patch }: ExcitingImage,
  tested: Tested,
  { t }: Material,
): Promise<PagePicture> {
  const seen = seenImage(tested.subject, await tested.image(index));
  const name = tested.dataset.classes[label]!;
  return shownPicture(imagePicture(small(cropped(seen, patch))), {
    description: t({
      en: `part of image ${index}, ${name}, output ${value.toPrecision(3)}`,
      ja: `画像 ${index} の一部、${name}、出力 ${value.toPrecision(3)}`,
    }),
    caption: `${name}, ${value.toPrecision(3)}`,
  });
}

async function unitRow({ unit, images }: ExcitingUnit, tested: Tested, material: Material): Promise<string> {
  const title = material.t({ en: `Unit ${unit}`, ja: `ユニット ${unit}` });
  const excited = images.filter(({ value }) => value > 0);
  const heading = `<h4>${escaped(title)}</h4>`;
  if (excited.length === 0) {
    const dead = material.t({ en: 'No image excites it.', ja: 'どの画像にも反応しない。' });
    return `${heading}<p class="quiet">${escaped(dead)}</p>`;
  }
  const pictures: PagePicture[] = [];
  for (const image of excited) pictures.push(await patchPicture(image, tested, material));
  return heading + picturesHtml(pictures);
}

async function layerRows(
  { layer, units }: ExcitedLayer,
  tested: Tested,
  material: Material,
): Promise<string> {
  const rows: string[] = [];
  for (const unit of units) rows.push(await unitRow(unit, tested, material));
  return `<h3>${escaped(layer)}</h3>${rows.join('')}`;
}

export const unitsSection: Section = {
  id: 'units',
  title: { en: 'What excites single units', ja: '個々のユニットが反応するもの' },
  write: async (material) => {
    const { tested, t } = material;
    if (isMissing(tested)) return tested;
    if (tested.excited.length === 0) {
      return {
        missing: {
          en: 'The network has no layer with rows and columns.',
          ja: 'このネットワークには行と列をもつ層がない。',
        },
      };
    }
    const intro = t({
      en: 'For some units of two layers, the parts of test images that make their outputs largest: what the unit sees there, with the label of the image and the output.',
      ja: '2 つの層のいくつかのユニットについて、出力を最大にしたテスト画像の部分 (ユニットに見える範囲)。画像のラベルと出力の値を添える。',
    });
    const layers: string[] = [];
    for (const layer of tested.excited) layers.push(await layerRows(layer, tested, material));
    return `<p>${escaped(intro)}</p>${layers.join('')}`;
  },
};
