/** Light, dark, or as the system has it. Colours are CSS variables made with light-dark(), which follows color-scheme. */
import { createContext } from 'preact';
import { useContext, useEffect, useState } from 'preact/hooks';
import { seriesCount, seriesVariable } from '../../src/charts/palette.ts';

export const themes = ['auto', 'light', 'dark'] as const;
export type Theme = (typeof themes)[number];

const prefersDark = '(prefers-color-scheme: dark)';

/** Whether the page is dark now; follows the system where the theme is `auto`. */
export function useDark(theme: Theme): boolean {
  const [system, setSystem] = useState(() => matchMedia(prefersDark).matches);
  useEffect(() => {
    const media = matchMedia(prefersDark);
    const follow = (): void => setSystem(media.matches);
    media.addEventListener('change', follow);
    return () => media.removeEventListener('change', follow);
  }, []);
  return theme === 'auto' ? system : theme === 'dark';
}

/** Whether the page is dark: for canvases, which have to be drawn again when that changes. */
export const DarkContext = createContext(false);

export function useIsDark(): boolean {
  return useContext(DarkContext);
}

/** Gives the page the colours of charts, --series-0 and so on. */
export function setSeriesColors(root: HTMLElement): void {
  for (let index = 0; index < seriesCount; index++) {
    const { light, dark } = seriesVariable(index);
    root.style.setProperty(`--series-${index}`, `light-dark(${light}, ${dark})`);
  }
}

/** The value of a colour variable such as `--series-0`, as canvases take it. */
export function resolvedColor(variable: string, within: HTMLElement = document.body): string {
  const probe = document.createElement('span');
  probe.style.color = `var(${variable})`;
  within.append(probe);
  const { color } = getComputedStyle(probe);
  probe.remove();
  return color;
}
