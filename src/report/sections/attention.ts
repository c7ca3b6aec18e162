import { escaped } from '../../charts/chart.ts';
import { gradCam } from '../../explain/gradCam.ts';
import { occlusion } from '../../explain/occlusion.ts';
import { imagePicture, overlayPicture } from '../../explain/pictures.ts';
import { resizedPlane, type Plane } from '../../explain/plane.ts';
import { seenImage } from '../../explain/subject.ts';
import { percent } from '../../numberText.ts';
import { isMissing, type Material, type Section, type Tested } from '../material.ts';
import { picturesHtml, type PagePicture } from '../page.ts';
import { shownPicture, small, type Caption } from '../thumbnail.ts';
import { mostTypical, surestMistakes } from './images.ts';

const shownOfEach = 4;

/** Right answers, each of another class, and the surest wrong ones. */
function chosen(tested: Tested): { readonly right: number[]; readonly wrong: number[] } {
  const { classes } = tested.dataset;
  const firsts = [...classes.keys()].flatMap((label) => mostTypical(tested, label).slice(0, 1));
  const apart = Math.max(1, Math.floor(firsts.length / shownOfEach));
  return {
    right: firsts.filter((_, i) => i % apart === 0).slice(0, shownOfEach),
    wrong: surestMistakes(tested).slice(0, shownOfEach),
  };
}

async function explained(at: number, tested: Tested, { t, signal }: Material): Promise<PagePicture[]> {
  const { subject, dataset, predictions } = tested;
  const image = await tested.image(predictions.indices[at]!);
  const seen = small(seenImage(subject, image));
  const [label, said] = [predictions.labels[at]!, predictions.predicted[at]!];
  const names = { label: dataset.classes[label]!, said: dataset.classes[said]! };
  const over = (plane: Plane, caption: string): PagePicture =>
    shownPicture(overlayPicture(seen, resizedPlane(plane, seen)), { description: caption, caption });
  const whole: Caption = {
    description: t({
      en: `${names.label}, said to be ${names.said}`,
      ja: `${names.label}、答えは ${names.said}`,
    }),
    caption:
      label === said
        ? `${names.said}, ${percent(predictions.confidences[at]!)}`
        : t({
            en: `${names.label}, said ${names.said}, ${percent(predictions.confidences[at]!)}`,
            ja: `${names.label} を ${names.said} と答えた、${percent(predictions.confidences[at]!)}`,
          }),
  };
  const pictures = [
    shownPicture(imagePicture(seen), whole),
    over((await gradCam(subject, image, { class: said })).map, `Grad-CAM: ${names.said}`),
  ];
  if (label !== said) {
    pictures.push(over((await gradCam(subject, image, { class: label })).map, `Grad-CAM: ${names.label}`));
  }
  const { drop } = await occlusion(subject, image, { class: said, signal });
  pictures.push(over(drop, t({ en: `occlusion: ${names.said}`, ja: `遮蔽: ${names.said}` })));
  return pictures;
}

export const attentionSection: Section = {
  id: 'attention',
  title: { en: 'Where the network looks: Grad-CAM and occlusion', ja: 'どこを見ているか: Grad-CAM と遮蔽' },
  write: async (material) => {
    const { tested, t, onProgress } = material;
    if (isMissing(tested)) return tested;
    const { right, wrong } = chosen(tested);
    const intro = t({
      en: 'Grad-CAM (Selvaraju and others 2017) colours what speaks for a class in the last feature map; the occlusion map (Zeiler and Fergus 2014) what the probability loses by a grey square there. Yellow is most; where a map has values below 0 too, red is what speaks for the class and blue what speaks against it.',
      ja: 'Grad-CAM (Selvaraju ほか 2017) は最後の特徴マップでそのクラスを支持する場所を、遮蔽マップ (Zeiler・Fergus 2014) は灰色の正方形で隠すと確率が下がる場所を示す。黄色が最大。負の値もある図では、赤がそのクラスを支持し、青が反対する。',
    });
    let done = 0;
    const rows = async (places: readonly number[]): Promise<string> => {
      const parts: string[] = [];
      for (const at of places) {
        onProgress(done++, right.length + wrong.length);
        parts.push(picturesHtml(await explained(at, tested, material)));
      }
      return parts.join('');
    };
    const heading = (text: string): string => `<h3>${escaped(text)}</h3>`;
    return (
      `<p>${escaped(intro)}</p>` +
      heading(t({ en: 'Right answers', ja: '正解' })) +
      (await rows(right)) +
      (wrong.length === 0 ? '' : heading(t({ en: 'Wrong answers', ja: '誤り' })) + (await rows(wrong)))
    );
  },
};
