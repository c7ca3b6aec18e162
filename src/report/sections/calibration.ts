import { escaped } from '../../charts/chart.ts';
import { lineChart } from '../../charts/lineChart.ts';
import { count, percent } from '../../numberText.ts';
import { isMissing, type Section } from '../material.ts';
import { chartHtml, tableHtml } from '../page.ts';
import { calibration, correctCount, sum, wilsonInterval } from '../statistics.ts';

/** A share of fewer images than this says nothing; the table has it all the same. */
const fewestDrawn = 5;

export const calibrationSection: Section = {
  id: 'calibration',
  title: { en: 'Calibration', ja: '確信度の較正' },
  write: async ({ tested, t }) => {
    if (isMissing(tested)) return tested;
    const { bins, error } = calibration(tested.predictions);
    const used = bins.filter(({ images }) => images > 0);
    const drawn = used.filter(({ images }) => images >= fewestDrawn);
    const { confidences } = tested.predictions;
    const confidence = sum([...confidences]) / confidences.length;
    const accuracy = correctCount(tested.predictions) / confidences.length;
    const over = confidence > accuracy;
    const svg = await lineChart({
      title: t({
        en: `On average the network is ${percent(confidence)} sure and ${percent(accuracy)} right: it is ${over ? 'too sure' : 'not sure enough'} of itself`,
        ja: `平均の確信度は ${percent(confidence)}、正解率は ${percent(accuracy)}。自信が${over ? '過剰' : '不足'}ぎみ`,
      }),
      description: t({
        en: `Accuracy of the images in ${drawn.length} bins of confidence, with 95% intervals; on the diagonal the two agree. Expected calibration error ${percent(error)}.`,
        ja: `確信度を ${drawn.length} 区間に分けたときの正解率と 95% 信頼区間。対角線の上では両者が一致する。期待較正誤差は ${percent(error)}。`,
      }),
      x: { label: t({ en: 'confidence of the answer', ja: '答えの確信度' }), domain: [0, 1] },
      y: { label: t({ en: 'accuracy', ja: '正解率' }), domain: [0, 1] },
      lines: [
        {
          name: t({ en: 'this model', ja: 'このモデル' }),
          spots: true,
          points: drawn.map((bin) => ({
            x: bin.confidence!,
            y: bin.accuracy!,
            ...wilsonInterval(bin.correct, bin.images),
          })),
        },
        {
          name: t({ en: 'as sure as right', ja: '確信度どおり' }),
          series: 5,
          points: [
            { x: 0, y: 0 },
            { x: 1, y: 1 },
          ],
        },
      ],
      width: 560,
      height: 420,
    });
    const rows = used.map(({ low, high, images, confidence: mean, accuracy: right }) => [
      `${percent(low)} – ${percent(high)}`,
      count(images),
      percent(mean!),
      percent(right!),
    ]);
    const said = t({
      en: `Expected calibration error: ${percent(error)}, the mean distance of confidence and accuracy over 15 bins of equal width, weighed by their images (Guo and others 2017). Bins of fewer than ${fewestDrawn} images are not drawn.`,
      ja: `期待較正誤差 (ECE): ${percent(error)}。等幅の 15 区間で確信度と正解率の差をとり、画像数で重み付けした平均 (Guo ほか 2017)。${fewestDrawn} 枚未満の区間は描いていない。`,
    });
    const head = [
      t({ en: 'confidence', ja: '確信度' }),
      t({ en: 'images', ja: '画像' }),
      t({ en: 'mean confidence', ja: '平均確信度' }),
      t({ en: 'accuracy', ja: '正解率' }),
    ];
    const caption = t({ en: 'The bins with images in them', ja: '画像のある区間' });
    return `${chartHtml(svg)}<p>${escaped(said)}</p>${tableHtml(caption, head, rows)}`;
  },
};
