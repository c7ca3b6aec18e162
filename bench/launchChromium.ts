import { chromium, type Browser } from 'playwright-core';
import { findChromium } from '../test/report/chromium.ts';

/** Starts the Chromium that is installed. */
export function launchChromium(args: readonly string[] = []): Promise<Browser> {
  const executablePath = findChromium();
  if (executablePath === undefined)
    throw new Error('there is no Chromium on the path; ALEXNET_CHROMIUM names one');
  return chromium.launch({ executablePath, args: ['--no-sandbox', ...args] });
}
