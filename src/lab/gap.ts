/** The generalisation gap: how much better a network is on the images that it was trained on than on others. */
import type { ChartLine, LineChart } from '../charts/lineChart.ts';
import type { DatasetSplits } from '../data/datasets.ts';
import type { Text } from '../language.ts';
import type { EpochHook } from '../training/session.ts';
import type { LabSession, Verdict } from './lab.ts';
import { seedBars } from './seedBars.ts';
import { pairedDifference, pointsText, shareText, signOf, spreadOf, type Difference } from './spread.ts';

/** Accuracies after an epoch, 0 to 1; both of images as they are, with dropout off. */
export interface GapPoint {
  readonly epoch: number;
  readonly train: number;
  readonly test: number;
}

export type GapCurve = readonly GapPoint[];

export interface GapWatch {
  readonly onEpoch: EpochHook;
  /** What was measured so far. */
  readonly curve: GapCurve;
}

/** Measures the gap every so many epochs, and after the last of them. */
export function watchGap(
  data: DatasetSplits,
  { every, epochs }: { every: number; epochs: number },
): GapWatch {
  const curve: GapPoint[] = [];
  return {
    curve,
    onEpoch: async ({ epoch, evaluate }) => {
      if (epoch % every !== 0 && epoch !== epochs) return;
      const { accuracy: train } = await evaluate(data.train);
      const { accuracy: test } = await evaluate(data.test);
      curve.push({ epoch, train, test });
    },
  };
}

function gapEnds(curves: readonly GapCurve[], which: 'train' | 'test'): number[] {
  return curves.map((curve) => curve.at(-1)![which]);
}

/** Training accuracy minus test accuracy, at the end. */
export function gapOf(curve: GapCurve): number {
  const { train, test } = curve.at(-1)!;
  return train - test;
}

/**
 * The gap at the first measurement at which training accuracy is at least `level`: two trainings are compared there at the
 * same success, not after the same time. Undefined when it never is.
 */
export function gapAt(curve: GapCurve, level: number): number | undefined {
  const there = curve.find(({ train }) => train >= level);
  return there && there.train - there.test;
}

/**
 * Whether something reduces overfitting, from what it adds to the gap and to test accuracy: the gap must shrink beyond
 * chance; where test accuracy has paid for that, it does in part.
 */
export function gapVerdict(gap: Difference, test: Difference): Verdict {
  const sign = signOf(gap);
  if (sign === 0) return 'unclear';
  if (sign > 0) return 'disagrees';
  return signOf(test) < 0 ? 'partly' : 'agrees';
}

/** Trials of one way of training. */
export interface GapGroup {
  readonly name: Text;
  readonly curves: readonly GapCurve[];
}

/** What one way of training adds to the gap and to test accuracy, pair by pair of trials. */
export interface GapComparison {
  readonly gap: Difference;
  readonly test: Difference;
  /** The mean training accuracy that it ends with, and the gaps of `base` where that was first reached. */
  readonly atSameAccuracy: { readonly level: number; readonly gaps: readonly number[] };
  readonly verdict: Verdict;
  /** All of it in sentences. */
  readonly text: Text;
}

/** Compares trials at the same place, such as those of one seed. */
export function compareGaps(group: GapGroup, base: GapGroup): GapComparison {
  const gap = pairedDifference(group.curves.map(gapOf), base.curves.map(gapOf));
  const test = pairedDifference(gapEnds(group.curves, 'test'), gapEnds(base.curves, 'test'));
  const level = spreadOf(gapEnds(group.curves, 'train')).mean;
  const gaps = base.curves.map((curve) => gapAt(curve, level)).filter((value) => value !== undefined);
  const [varied, without] = [group, base].map(({ curves }) => shareText(spreadOf(curves.map(gapOf))));
  const { epoch } = group.curves[0]!.at(-1)!;
  const same = gaps.length === 0 ? undefined : shareText(spreadOf(gaps));
  const at = `${(100 * level).toFixed(1)} %`;
  return {
    gap,
    test,
    atSameAccuracy: { level, gaps },
    verdict: gapVerdict(gap, test),
    text: {
      en: `Gap after ${epoch} epochs: ${without} (${base.name.en}), ${varied} (${group.name.en}); difference ${pointsText(gap).en}. Accuracy on test images changes by ${pointsText(test).en}.${same === undefined ? '' : ` Part of that may be slower learning: where the other trainings (${base.name.en}) first were as right on training images (${at}), their gap was ${same}.`}`,
      ja: `${epoch} エポック後のギャップは ${without}（${base.name.ja}）、${varied}（${group.name.ja}）。差は ${pointsText(gap).ja}。テスト画像の正解率の変化は ${pointsText(test).ja}。${same === undefined ? '' : `差の一部は学習の遅さによるかもしれない。もう一方（${base.name.ja}）の訓練で、訓練画像の正解率が初めて同じ水準（${at}）に達したときのギャップは ${same}。`}`,
    },
  };
}

/** Draws `curves` of two groups and `gaps` of all, and a table of all; `what` is in common to the names of the groups. */
export async function tellGaps(
  lab: Pick<LabSession, 'text' | 'lineChart' | 'barChart' | 'table'>,
  what: Text,
  groups: readonly GapGroup[],
  shown: readonly GapGroup[],
): Promise<void> {
  await lab.lineChart('curves', curvesChart(lab, shown));
  const texts = {
    title: {
      en: 'The generalisation gap: training accuracy minus test accuracy',
      ja: '汎化ギャップ：訓練画像の正解率 − テスト画像の正解率',
    },
    label: { en: 'gap, points', ja: 'ギャップ (ポイント)' },
  };
  const measured = groups.map(({ name, curves }) => ({ name, values: curves.map(gapOf) }));
  await lab.barChart('gaps', seedBars(lab, texts, measured));
  lab.table({
    caption: {
      en: 'After the last epoch, measured without augmentation and dropout: mean ± deviation over seeds',
      ja: '最終エポック後、データ拡張もドロップアウトもなしで測定。シードの平均 ± 標準偏差',
    },
    head: [
      lab.text(what),
      lab.text({ en: 'accuracy on training images', ja: '訓練画像の正解率' }),
      lab.text({ en: 'on test images', ja: 'テスト画像の正解率' }),
      lab.text({ en: 'gap', ja: 'ギャップ' }),
    ],
    rows: groups.map(({ name, curves }) => [lab.text(name), ...cells(curves)]),
  });
}

function curvesChart({ text }: Pick<LabSession, 'text'>, shown: readonly GapGroup[]): LineChart {
  const lines = shown.flatMap(({ name, curves }) => {
    const { en, ja } = name;
    return [
      line(text({ en: `${en}: training images`, ja: `${ja}：訓練画像` }), curves, 'train'),
      line(text({ en: `${en}: test images`, ja: `${ja}：テスト画像` }), curves, 'test'),
    ];
  });
  const ends = lines.map(({ name, points }) => `${name} ${points.at(-1)!.y.toFixed(3)}`);
  return {
    title: text({
      en: 'How far accuracy on training images runs ahead of that on test images',
      ja: '訓練画像の正解率は、テスト画像の正解率をどれだけ上回るか',
    }),
    description: text({
      en: `Accuracy by epoch, means over seeds with the least and the most as bands. At the end: ${ends.join(', ')}.`,
      ja: `エポックごとの正解率。線はシードの平均、帯は最小から最大。最後の値：${ends.join('、')}。`,
    }),
    x: { label: text({ en: 'epoch', ja: 'エポック' }) },
    y: { label: text({ en: 'accuracy', ja: '正解率' }), domain: [0, 1] },
    lines,
  };
}

function line(name: string, curves: readonly GapCurve[], which: 'train' | 'test'): ChartLine {
  const points = curves[0]!.map(({ epoch }, i) => {
    const { mean, least, most } = spreadOf(curves.map((curve) => curve[i]![which]));
    return { x: epoch, y: mean, low: least, high: most };
  });
  return { name, points, spots: true };
}

/** Training accuracy, test accuracy, gap. */
function cells(curves: readonly GapCurve[]): string[] {
  return [gapEnds(curves, 'train'), gapEnds(curves, 'test'), curves.map(gapOf)].map((values) =>
    shareText(spreadOf(values)),
  );
}
