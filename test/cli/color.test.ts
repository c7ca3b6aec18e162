import assert from 'node:assert/strict';
import { test } from 'node:test';
import { scale } from '@observablehq/plot';
import { inSeriesColor, painted } from '../../src/cli/color.ts';
import { onHeat } from '../../src/cli/heatColor.ts';

test('a colour is written in as many bits as the terminal has', () => {
  assert.equal(painted('a', 24, [1, 2, 3], [4, 5, 6]), '\x1b[38;2;1;2;3;48;2;4;5;6ma\x1b[0m');
  // 16 + 36·5 + 6·0 + 0 is the cube's red; 232 + 10 the grey of 108.
  assert.equal(painted('a', 8, [250, 5, 5], [107, 108, 109]), '\x1b[38;5;196;48;5;242ma\x1b[0m');
  assert.equal(painted('a', 4, [255, 255, 255], [200, 10, 10]), '\x1b[97;41ma\x1b[0m');
  assert.equal(painted('a', 1, [255, 255, 255], [200, 10, 10]), 'a');
  assert.equal(inSeriesColor('a', 1, 3), 'a');
  assert.equal(new Set([0, 1, 2, 3, 4, 5].map((series) => inSeriesColor('a', 4, series))).size, 6);
});

test("shares have the heat maps' colours, and letters that are read on them", () => {
  const { apply } = scale({ color: { type: 'linear', scheme: 'cividis', domain: [0, 1] } })!;
  const luminance = ([r, g, b]: readonly number[]): number => {
    const [x, y, z] = [r!, g!, b!].map((c) =>
      c / 255 <= 0.04 ? c / 255 / 12.92 : ((c / 255 + 0.055) / 1.055) ** 2.4,
    );
    return 0.2126 * x! + 0.7152 * y! + 0.0722 * z!;
  };
  for (let share = 0; share <= 1; share += 1 / 64) {
    const [ink, , , ...paper] = /38;2;(.*);48;2;([\d;]*)m/
      .exec(onHeat('a', 24, share))!
      .slice(1)
      .flatMap((rgb) => rgb.split(';').map(Number));
    const charts = (apply(share) as string).match(/\d+/g)!.map(Number);
    paper.forEach((value, c) =>
      assert.ok(Math.abs(value - charts[c]!) <= 2, `${share}: ${paper} and ${charts}`),
    );
    const [light, dark] = [luminance(paper), luminance([ink!, ink!, ink!])].sort((a, b) => b - a);
    // WCAG's ratio for text that is not large, but for the grey in the middle.
    assert.ok((light! + 0.05) / (dark! + 0.05) >= 4, String(share));
  }
});
