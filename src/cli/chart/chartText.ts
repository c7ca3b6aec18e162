/** Charts as text: what a lab draws, for the terminal. They are read without colours as well. */
import type { LabChart } from '../../lab/labItems.ts';
import { wrap } from '../text.ts';
import { barText } from './barText.ts';
import { heatText } from './heatText.ts';
import { lineText, type TextStyle } from './lineText.ts';

/** Lines of at most so many columns: the chart's title, and the chart. */
export function chartText(drawn: LabChart, style: TextStyle): string {
  return `${wrap(drawn.chart.title, style.columns)}\n${bodyText(drawn, style)}`;
}

export type ChartText = typeof chartText;

function bodyText(drawn: LabChart, style: TextStyle): string {
  switch (drawn.type) {
    case 'line':
      return lineText(drawn.chart, style);
    case 'bar':
      return barText(drawn.chart, style);
    case 'heat':
      return heatText(drawn.chart, style);
  }
}
