import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { test } from 'node:test';
import { stripVTControlCharacters } from 'node:util';
import { temporaryFolder } from '../formats/temporaryFolder.ts';
import { jsonLines, runAlexnet } from './runAlexnet.ts';

const index = pathToFileURL(join(import.meta.dirname, '../../src/index.ts')).href;

/** A lab that draws a bar chart and a picture. */
const source = `
import { defineLab } from '${index}';
const text = (one) => ({ en: one, ja: one });
export const lab = defineLab({
  name: 'drawing', title: text('Drawing'), claim: text('It draws.'), source: 'nowhere', usesData: false,
  sizes: { quick: { minutes: 0 }, default: { minutes: 0 }, full: { minutes: 0 } },
  run: async (lab) => {
    const bars = [{ label: 'one', value: 1 }, { label: 'two', value: 2 }];
    await lab.barChart('bars', { title: 'Two is more', description: '1 and 2', value: { label: 'size' }, bars });
    const image = { width: 2, height: 2, data: new Uint8Array(12) };
    lab.picture('dot', { image, caption: text('A dot'), description: text('black') });
    return { verdict: 'agrees', finding: text('Yes.'), confidence: text('Sure.') };
  },
});
`;

test("a lab's charts are text, in colours where these are wanted; pictures are files where there is no terminal", async (context) => {
  const folder = temporaryFolder(context);
  writeFileSync(join(folder, 'drawing.mts'), source);
  const args = ['lab', './drawing.mts', '--lang', 'en'];
  const env = { FORCE_COLOR: '3', ALEXNET_IMAGES: 'kitty' };
  const colored = await runAlexnet([...args, '--out', 'a'], { cwd: folder, env });
  assert.equal(colored.code, 0, colored.stderr);
  assert.ok(colored.stdout.includes(`two │\x1b[38;2;0;114;178m${'█'.repeat(20)}`), colored.stdout);
  assert.ok(!colored.stdout.includes('\x1b_G'));
  assert.match(colored.stdout, /^A dot\n {2}a.dot\.png$/m);
  const plain = await runAlexnet([...args, '--out', 'a2', '--no-color'], { cwd: folder, env });
  assert.equal(plain.stdout, stripVTControlCharacters(colored.stdout).replaceAll('a/', 'a2/'));
  const json = await runAlexnet([...args, '--out', 'b', '--json'], { cwd: folder, env });
  assert.deepEqual(
    jsonLines(json.stdout).map(({ type }) => type),
    ['chart', 'picture', 'conclusion'],
  );
  assert.ok(!json.stdout.includes('\x1b'));
  const wrong = await runAlexnet([...args, '--out', 'c'], { cwd: folder, env: { ALEXNET_IMAGES: 'png' } });
  assert.deepEqual([wrong.code, wrong.stdout], [2, '']);
  assert.match(wrong.stderr, /^ALEX_OPTION_VALUE: ALEXNET_IMAGES is "?png/);
});
