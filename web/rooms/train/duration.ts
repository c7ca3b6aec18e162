/** How long something takes, as people say it. */
import type { Text } from '../../../src/language.ts';

/** Seconds rounded to what can be promised: `about 40 s`, `about 3 min`, `about 2 h`. */
export function aboutSoLong(seconds: number): Text {
  if (!Number.isFinite(seconds)) return { en: '–', ja: '–' };
  if (seconds < 10) return { en: 'a few seconds', ja: '数秒' };
  if (seconds < 90) {
    const tens = Math.round(seconds / 10) * 10;
    return { en: `about ${tens} s`, ja: `約 ${tens} 秒` };
  }
  const minutes = Math.round(seconds / 60);
  if (minutes < 90) return { en: `about ${minutes} min`, ja: `約 ${minutes} 分` };
  const hours = Math.round(seconds / 360) / 10;
  return { en: `about ${hours} h`, ja: `約 ${hours} 時間` };
}
