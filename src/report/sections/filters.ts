import { escaped } from '../../charts/chart.ts';
import { encodePng } from '../../data/images/encodePng.ts';
import { AlexnetError } from '../../errors.ts';
import { filterPicture } from '../../explain/pictures.ts';
import { firstFilters, initialFilters, type Filters } from '../../explain/filters.ts';
import { loadModel } from '../../training/modelFile.ts';
import { isMissing, type Material, type RunModel, type Section } from '../material.ts';
import { picturesHtml, type PagePicture } from '../page.ts';

const mostKernels = 96;
/** Side of a kernel in the picture, about, in pixels; and how many screen pixels each of them has. */
const kernelPixels = 16;
const magnified = 2;

/** The filters before training: drawn again from the seed, or those of the file that it began with; else undefined. */
async function filtersBefore(
  { run: { config, startedFrom } }: Material,
  { subject: { model } }: RunModel,
): Promise<Filters | undefined> {
  if (startedFrom > 0) return undefined;
  if (config.init === undefined) {
    return initialFilters(model.network, { scheme: config.initialization, seed: config.seed });
  }
  try {
    return firstFilters(await loadModel(config.init));
  } catch (error) {
    if (error instanceof AlexnetError) return undefined;
    throw error;
  }
}

function drawn(filters: Filters, caption: string): PagePicture {
  const [kernels, , side] = filters.shape;
  const picture = filterPicture(filters, {
    scale: Math.max(1, Math.floor(kernelPixels / side)),
    most: mostKernels,
    columns: kernels > 32 ? 16 : 8,
  });
  return { png: encodePng(picture), width: magnified * picture.width, description: caption, caption };
}

export const filtersSection: Section = {
  id: 'filters',
  title: { en: 'First-layer filters, before and after', ja: '第 1 層のフィルタ (訓練前と訓練後)' },
  write: async (material) => {
    const { model, t } = material;
    if (isMissing(model)) return model;
    const after = firstFilters(model.subject.model);
    const before = await filtersBefore(material, model);
    const [kernels, channels, height, kernelWidth] = after.shape;
    const what = t({
      en: `${kernels} kernels of ${channels} × ${height} × ${kernelWidth} of ${after.layer}. Each uses the whole range of colours; grey is 0.`,
      ja: `${after.layer} の ${channels} × ${height} × ${kernelWidth} のカーネル ${kernels} 個。それぞれ色の全範囲を使い、灰色が 0。`,
    });
    const gone = t({
      en: 'What they were before is not known: the run went on from a file that is not there.',
      ja: '訓練前の値は分からない (実行の元になったファイルがない)。',
    });
    const pictures = [
      ...(before === undefined ? [] : [drawn(before, t({ en: 'Before training', ja: '訓練前' }))]),
      drawn(after, t({ en: 'After training', ja: '訓練後' })),
    ];
    return (
      `<p>${escaped(what)}</p>` +
      (before === undefined ? `<p class="quiet">${escaped(gone)}</p>` : '') +
      picturesHtml(pictures)
    );
  },
};
