import { cividis } from '../explain/colors.ts';
import { painted, type ColorDepth } from './color.ts';

/** Text on the colour of a share from 0 to 1, which is a heat map's, in black or white, whichever is read better there. */
export function onHeat(text: string, depth: ColorDepth, share: number): string {
  return painted(text, depth, share > 0.5 ? [0, 0, 0] : [255, 255, 255], cividis(share));
}
