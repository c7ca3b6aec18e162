/**
 * Makes docs/demo.svg from a recorded `npm start`:
 *
 *     script -q -c 'stty cols 112; COLORTERM=truecolor ALEXNET_IMAGES=blocks npm start' demo.txt
 *     node docs/picture/demo.ts demo.txt > docs/demo.svg
 *
 * It shows the session as it was but for the loss lines of later epochs and all test images but the first two.
 */
import { readFileSync } from 'node:fs';
import { playSession, textOf, type Line } from './terminalLines.ts';
import { terminalSvg } from './terminalSvg.ts';

const columns = 112;
const imagesShown = 2;

function lineOf(text: string): Line {
  return Array.from(text, (character) => ({ character, foreground: undefined, background: undefined }));
}

function indexOf(lines: readonly Line[], pattern: RegExp): number {
  const index = lines.findIndex((line) => pattern.test(textOf(line)));
  if (index < 0) throw new Error(`the session has no line like ${pattern}`);
  return index;
}

const { lines, drawnOver } = playSession(readFileSync(process.argv[2], 'utf8'), columns);
const begin = indexOf(lines, /^This demo trains/);
const firstEpoch = indexOf(lines, /^epoch 1:/);
const finished = indexOf(lines, /^Finished Training/);
const imagesEnd = indexOf(lines, new RegExp(`test image ${imagesShown}:`));
const saved = indexOf(lines, /^The model is saved/);
const end = lines.findIndex(
  (line, index) => index > saved && /^(real|Script done|⠙)?$/.test(textOf(line).trim()),
);
const bar = drawnOver.findLast(({ line }) => /^epoch .* [67]\d\.\d%/.test(textOf(line)));
if (bar === undefined) throw new Error('the session has no progress bar: record it in a terminal');

const gap = [lineOf('  ⋮')];
const shown = [
  lineOf('$ npm start'),
  lineOf(''),
  ...lines.slice(begin, firstEpoch + 1),
  ...gap,
  bar.line,
  ...gap,
  ...lines.slice(finished, imagesEnd),
  ...gap,
  ...lines.slice(saved - 1, end < 0 ? undefined : end),
];
process.stdout.write(terminalSvg(shown, columns));
