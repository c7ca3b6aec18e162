/** What a lab tells, in order: for the terminal, and for its report. */
import type { BarChart } from '../charts/barChart.ts';
import type { HeatMap } from '../charts/heatMap.ts';
import type { LineChart } from '../charts/lineChart.ts';
import type { RgbImage } from '../data/images/encodePng.ts';

export type LabChart =
  | { readonly type: 'line'; readonly chart: LineChart }
  | { readonly type: 'bar'; readonly chart: BarChart }
  | { readonly type: 'heat'; readonly chart: HeatMap };

/** All in the person's language. */
export type LabItem =
  | { readonly kind: 'story'; readonly text: string }
  | {
      readonly kind: 'table';
      readonly caption: string;
      readonly head: readonly string[];
      readonly rows: readonly (readonly string[])[];
    }
  | {
      readonly kind: 'chart';
      readonly name: string;
      readonly file: string;
      readonly svg: string;
      readonly drawn: LabChart;
    }
  | {
      readonly kind: 'picture';
      readonly name: string;
      readonly file: string;
      readonly image: RgbImage;
      readonly png: Uint8Array;
      readonly width: number;
      readonly caption: string;
      readonly description: string;
    };
