/**
 * The roofline of a training step: what each layer's pass reaches, over its arithmetic intensity, under the roof that
 * memory's bandwidth and the peak of the multiply-adds make. Williams, Waterman and Patterson, Roofline: An Insightful
 * Visual Performance Model, 2009. One panel for each pass; both axes logarithmic.
 */
import type { Place } from '../charts/labels.ts';
import type { ScatterChart } from '../charts/scatterChart.ts';
import type { Run } from './benchLayers.ts';
import type { MeasuredLayer } from './roofline.ts';

interface Point {
  readonly layer: string;
  /** FLOP/byte. */
  readonly intensity: number;
  readonly gigaflops: number;
  readonly kind: 'conv' | 'linear';
}

const panels = [
  { title: 'forward', passes: { conv: 'forward', linear: 'forward' } },
  { title: 'gradient of the input', passes: { conv: 'inputGradient', linear: 'inputGradient' } },
  {
    title: 'gradient of the weights; linear: with update',
    passes: { conv: 'weightGradient', linear: 'update' },
  },
] as const;

type Panel = (typeof panels)[number];

const kinds = { conv: 'convolution', linear: 'linear layer' } as const;

/** The chart of what was measured. */
export function rooflineChart(run: Run, layers: readonly MeasuredLayer[]): ScatterChart {
  const points = panels.map((panel) => pointsOf(panel, layers));
  const all = points.flat();
  const top = Math.max(run.peakGigaflops, ...all.map(({ gigaflops }) => gigaflops));
  const [least, most] = extent(all.map(({ intensity }) => intensity));
  // Room for names on the right, where most points are.
  const x = [least, most * 5] as const;
  const y = [extent(all.map(({ gigaflops }) => gigaflops))[0], top * 1.6] as const;
  const about =
    `${run.engine}, ${run.threads} threads: peak ${run.peakGigaflops.toFixed(0)} GFLOPS, ` +
    `memory ${run.memoryGigabytesPerSecond.toFixed(0)} GB/s (both measured)`;
  return {
    title: `Roofline of ${run.network}, training, batch ${run.batch}`,
    description: description(about, points),
    note: `${about}. Points above the roof: Winograd’s algorithm multiplies less than the direct one, whose work is counted.`,
    x: {
      label: 'arithmetic intensity (FLOP of the direct algorithm for each byte moved at least)',
      type: 'log',
      domain: x,
    },
    y: { label: 'GFLOPS by the direct algorithm’s work', type: 'log', domain: y },
    series: Object.values(kinds),
    panels: panels.map(({ title }, i) => ({
      title,
      points: points[i]!.map(({ layer, intensity, gigaflops, kind }) => ({
        x: intensity,
        y: gigaflops,
        label: layer,
        series: Object.keys(kinds).indexOf(kind),
      })),
    })),
    guide: { name: 'roof: memory’s bandwidth, then the peak', points: roof(run, x, y) },
    width: 1080,
    height: 430,
  };
}

function pointsOf({ passes }: Panel, layers: readonly MeasuredLayer[]): Point[] {
  return layers
    .flatMap(({ layer, kind, passes: measured }) => {
      if (kind !== 'conv' && kind !== 'linear') return [];
      const found = measured.find(({ pass }) => pass === passes[kind]);
      if (!found?.gigaflops) return [];
      return { layer, kind, intensity: found.flops / found.bytes, gigaflops: found.gigaflops };
    })
    .toSorted((a, b) => b.gigaflops - a.gigaflops);
}

/** Of positive numbers, with some room at both ends. */
function extent(values: readonly number[]): [number, number] {
  return [Math.min(...values) / 1.6, Math.max(...values) * 1.6];
}

function description(about: string, points: readonly (readonly Point[])[]): string {
  const parts = points.map((own, index) => {
    const each = own.map(
      ({ layer, intensity, gigaflops }) =>
        `${layer} ${gigaflops.toFixed(0)} GFLOPS at ${intensity.toPrecision(3)} FLOP/byte`,
    );
    return `${panels[index]!.title}: ${each.join(', ')}`;
  });
  return `${about}. ${parts.join('. ')}.`;
}

/** Rises with memory's bandwidth to the peak, and stays there. */
function roof(
  { peakGigaflops, memoryGigabytesPerSecond }: Run,
  [from, to]: readonly [number, number],
  [lowest]: readonly [number, number],
): Place[] {
  // Where the sloping roof comes in: at the panel's left edge, or at its bottom.
  const enters = Math.max(from, lowest / memoryGigabytesPerSecond);
  const ridge = Math.min(to, Math.max(enters, peakGigaflops / memoryGigabytesPerSecond));
  return [enters, ridge, to].map((intensity) => ({
    x: intensity,
    y: Math.min(peakGigaflops, intensity * memoryGigabytesPerSecond),
  }));
}
