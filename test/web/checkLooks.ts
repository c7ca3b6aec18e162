/** A page as it looks: its themes, languages and widths. */
import assert from 'node:assert/strict';
import type { Page } from 'playwright-core';
import { accessibilityFaults, overhang } from './studio.ts';

const looks = [
  ['dark', 'ja'],
  ['light', 'en'],
] as const;

/** No serious finding of axe, and nothing beyond the window's side, from a telephone to a large screen. */
export async function checkLooks(page: Page): Promise<void> {
  for (const [theme, language] of looks) {
    await page.locator(`input[value=${theme}]`).check();
    await page.locator(`input[value=${language}]`).check();
    assert.deepEqual(await accessibilityFaults(page), [], `${language} ${theme}`);
    for (const width of [360, 2560]) {
      await page.setViewportSize({ width, height: 900 });
      assert.ok((await overhang(page)) <= 0, `wider than ${width} pixels, ${language}`);
    }
  }
}
