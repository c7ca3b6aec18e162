/** Observable Plot without a browser: linkedom gives it the document that it draws into. */
import type * as ObservablePlot from '@observablehq/plot';
import type { Drawing } from './chart.ts';

export type Plot = typeof ObservablePlot;

interface Loaded {
  readonly plot: Plot;
  readonly document: Document;
}

let loaded: Promise<Loaded> | undefined;

// Both are loaded with the first chart: most programs draw none.
async function load(): Promise<Loaded> {
  const [plot, { parseHTML }] = await Promise.all([import('@observablehq/plot'), import('linkedom')]);
  return { plot, document: parseHTML('<!doctype html><html><body></body></html>').document };
}

export interface PlotSize {
  readonly width: number;
  readonly height: number;
}

/** Draws what `options` say of marks and axes. */
export async function drawPlot(
  size: PlotSize,
  options: (plot: Plot) => ObservablePlot.PlotOptions,
): Promise<Drawing> {
  loaded ??= load();
  const { plot, document } = await loaded;
  const svg = plot.plot({ ...options(plot), ...size, document });
  // The rules are for a chart that stands alone in a page; inside another SVG they would stretch it.
  svg.querySelector('style')?.remove();
  svg.removeAttribute('class');
  svg.setAttribute('font-size', '12');
  return { ...size, svg: svg.outerHTML };
}
