import { escaped } from '../../charts/chart.ts';
import { imageReader, imageSource } from '../../data/imageSource.ts';
import { findingsOf, type NamedFinding } from '../../diagnosis/diagnoseRun.ts';
import { examineModel, type ExaminedImages } from '../../diagnosis/examineImages.ts';
import type { Suspect } from '../../diagnosis/labelNoise.ts';
import { basis, nothingWrong, withoutImages } from '../../diagnosis/remarks.ts';
import { createEngine } from '../../engine/create.ts';
import { percent } from '../../numberText.ts';
import { articleRecipe } from '../../training/recipes/article.ts';
import { isMissing, orMissing, type Material, type Missing, type Section } from '../material.ts';
import { picturesHtml } from '../page.ts';
import { thumbnail } from '../thumbnail.ts';

/** Pictures of images whose label is likely wrong. */
const shownSuspects = 10;

async function examined(material: Material): Promise<ExaminedImages | Missing> {
  const { run, tested, threads, signal, onProgress } = material;
  if (isMissing(tested)) return tested;
  const { subject, train } = tested;
  return orMissing(async () =>
    examineModel(
      subject.model,
      train,
      { ...articleRecipe, ...run.config },
      {
        engine: await createEngine('cpu', { threads }),
        signal,
        onProgress: ({ step, steps }) => onProgress(step, steps),
      },
    ),
  );
}

/** The images that label noise was found by, the surest first; HTML. */
export async function suspectPictures(
  { values }: Pick<NamedFinding, 'values'>,
  { tested, t }: Pick<Material, 'tested' | 't'>,
): Promise<string> {
  if (isMissing(tested)) return '';
  const suspects = (values['suspects'] as readonly Suspect[]).slice(0, shownSuspects);
  const read = imageReader(imageSource(tested.train.dataset));
  const pictures = suspects.map(async ({ index, path, label, predicted, probability }) => {
    const caption = t({
      en: `${label}, said ${predicted}, ${percent(probability)} (${path ?? `training image ${index}`})`,
      ja: `${label} を ${predicted} と答えた、${percent(probability)} (${path ?? `訓練画像 ${index}`})`,
    });
    return thumbnail(await read(index), { description: caption, caption });
  });
  return picturesHtml(await Promise.all(pictures));
}

async function findingHtml(finding: NamedFinding, material: Material): Promise<string> {
  const { t } = material;
  const { name, title, evidence, advice } = finding;
  return [
    `<h3>${escaped(t(title))}</h3><p>${escaped(t(evidence))}</p>`,
    name === 'label-noise' ? await suspectPictures(finding, material) : '',
    `<ul>${advice.map((text) => `<li>${escaped(t(text))}</li>`).join('')}</ul>`,
  ].join('');
}

export const diagnosisSection: Section = {
  id: 'diagnosis',
  title: { en: 'What the doctor says', ja: '診断' },
  write: async (material) => {
    const { run, t } = material;
    const images = await examined(material);
    const judged = isMissing(images) ? { run } : { run, images };
    const seen = isMissing(images) ? 0 : images.examined;
    const findings = findingsOf(judged);
    const remarks = [
      `<p class="quiet">${escaped(t({ en: 'Judged by: ', ja: '判断の材料: ' }))}${escaped(t(basis(run, seen)))}</p>`,
      isMissing(images) ? `<p class="quiet">${escaped(t(withoutImages(images.missing)))}</p>` : '',
    ];
    if (findings.length === 0) return `<p>${escaped(t(nothingWrong(seen)))}</p>${remarks.join('')}`;
    const told: string[] = [];
    for (const finding of findings) told.push(await findingHtml(finding, material));
    const caution = t({
      en: 'A finding is a place to look first, and no proof.',
      ja: '所見は、まず見るべき場所を示すもので、証明ではない。',
    });
    return `<p>${escaped(caution)}</p>${told.join('')}${remarks.join('')}`;
  },
};
